/**
 * A packet file as it was recorded: a cluster, probes, and every different path a probe was seen to take.
 * The fields are described in tests/conformance/README.md.
 */
import { isList, isRecord, type UnknownRecord } from '../../api/json.ts';

export interface RecordedNode {
  readonly name: string;
  readonly ip: string;
  readonly podCIDR: string;
  readonly sysctls?: Readonly<Record<string, string | number>>;
  readonly iptables?: readonly string[];
  readonly kubeProxy?: boolean;
  readonly vtepmac?: string;
}

export interface RecordedPort {
  readonly name?: string;
  readonly containerPort: number;
  readonly protocol?: string;
}

export interface RecordedPod {
  readonly name: string;
  readonly node: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ip: string;
  /** `8080`, `"udp:53"`. */
  readonly ports?: readonly (number | string)[];
  readonly notListening?: boolean;
  readonly ready?: boolean;
  readonly hostNetwork?: boolean;
  readonly containerPorts?: readonly RecordedPort[];
}

export interface RecordedVxlan {
  readonly vni: number;
  readonly outer_src: string;
  readonly outer_dst: string;
  readonly outer_ttl: number;
  readonly inner_smac: string;
  readonly inner_dmac: string;
}

/** A packet at one device. */
export interface Hop {
  /** `pod:NAME`, `node:NAME`, `external`. */
  readonly at: string;
  readonly dev: string;
  readonly dir: string;
  readonly src: string;
  readonly dst: string;
  readonly ttl: number;
  readonly dport?: number;
  /** Type and code. */
  readonly icmp?: readonly number[];
  readonly vxlan?: RecordedVxlan;
  readonly smac?: string;
  readonly dmac?: string;
}

export interface RecordedPath {
  readonly outcome: string;
  readonly backend?: string;
  readonly backendSaw?: { readonly ip: string; readonly who: string };
  readonly request?: readonly Hop[];
  readonly reply?: readonly Hop[];
  readonly rulesHit?: Readonly<Record<string, readonly string[]>>;
}

export type CompareMode = 'all' | 'path' | 'outcome' | 'one-backend';

export interface RecordedProbe {
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  readonly address: string;
  readonly note?: string;
  /** Seconds before a client gives up. */
  readonly wait?: number;
  readonly tries?: number;
  readonly compare: CompareMode;
  readonly paths: readonly RecordedPath[];
}

export interface PacketFile {
  readonly title: string;
  readonly proxyMode: string;
  readonly cluster: {
    readonly clusterCIDR: string;
    readonly cni: string;
    readonly nodes: readonly RecordedNode[];
    readonly pods: readonly RecordedPod[];
    readonly services: readonly UnknownRecord[];
  };
  readonly endpointSlices?: readonly UnknownRecord[];
  readonly options?: UnknownRecord;
  readonly addresses?: Readonly<Record<string, string>>;
  readonly probes: readonly RecordedProbe[];
}

/** What keeps a JSON value from being a packet file; empty when it is one. */
export function packetFileFaults(json: UnknownRecord): readonly string[] {
  const cluster = isRecord(json['cluster']) ? json['cluster'] : {};
  const faults = [
    ...missing(json, 'title', 'string'),
    ...missing(json, 'proxyMode', 'string'),
    ...missing(cluster, 'clusterCIDR', 'string'),
    ...missing(cluster, 'cni', 'string'),
    ...rows(cluster, 'nodes', ['name', 'ip', 'podCIDR']),
    ...rows(cluster, 'pods', ['name', 'node', 'ip']),
    ...rows(cluster, 'services', []),
    ...rows(json, 'probes', ['from', 'to', 'protocol', 'address', 'compare']),
  ];
  const probes = isList(json['probes']) ? json['probes'] : [];
  return [...faults, ...probes.flatMap((probe) => (isRecord(probe) ? rows(probe, 'paths', ['outcome']) : []))];
}

function missing(value: UnknownRecord, field: string, type: 'string'): readonly string[] {
  return typeof value[field] === type ? [] : [`${field} is missing or no ${type}`];
}

function rows(value: UnknownRecord, field: string, texts: readonly string[]): readonly string[] {
  const list = value[field];
  if (!isList(list)) return [`${field} is missing or no list`];
  return list.flatMap((row, index) =>
    isRecord(row)
      ? texts.flatMap((text) => missing(row, text, 'string').map((fault) => `${field}[${index}].${fault}`))
      : [`${field}[${index}] is no object`],
  );
}
