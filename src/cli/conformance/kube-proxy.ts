/**
 * Checks a recorded kube-proxy rule file (tests/conformance/kube-proxy): the file's Services and EndpointSlices go through our
 * kube-proxy, its text through our iptables-restore, and what iptables-save then prints must be what the real ones printed.
 *
 * kube-proxy fills some chains from an unordered map: in those the order is free, save that the jumps to KUBE-NODEPORTS end nat's
 * KUBE-SERVICES. Everywhere else rules are compared in order, byte for byte.
 */
import type { EndpointSlice } from '../../api/types/endpointslice.ts';
import type { Service } from '../../api/types/service.ts';
import { parseCidr, type Cidr } from '../../lib/cidr.ts';
import { parseIp } from '../../lib/ip.ts';
import { kubeProxyConfig, type KubeProxyConfig } from '../../node/proxy/config.ts';
import { CANARY_CHAIN } from '../../node/proxy/jump-chains.ts';
import { savedRules } from './kube-proxy-kernel.ts';

const TABLES = ['nat', 'filter'] as const;
type CheckedTable = (typeof TABLES)[number];

/** Chains that kube-proxy fills from a map. */
const UNORDERED = new Set(['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-EXTERNAL-SERVICES', 'KUBE-PROXY-FIREWALL']);
const TO_NODE_PORTS = / -j KUBE-NODEPORTS$/;

export interface KubeProxyFile {
  readonly name: string;
  readonly proxyMode: string;
  readonly config: {
    readonly node: string;
    readonly nodeIP: string;
    readonly clusterCIDR: string;
    readonly masqueradeAll?: boolean;
    readonly nodePortAddresses?: string;
  };
  readonly objects: readonly (Service | EndpointSlice)[];
  readonly expect: Readonly<Record<CheckedTable, readonly string[]>>;
}

/** Differences of what our kube-proxy writes from the recording, the first divergence first; none means agreement. */
export function checkKubeProxyFile(json: unknown): string[] {
  if (!isKubeProxyFile(json))
    return ['not a kube-proxy rule file: name, config, objects, expect.nat and expect.filter are needed'];
  if (json.proxyMode !== 'iptables') return [`proxy mode ${json.proxyMode} is not simulated`];
  const config = configOf(json.config);
  if (config === null) return [`config is not valid: ${JSON.stringify(json.config)}`];
  const saved = savedRules(config, json.objects.map(filled));
  if (!saved.ok) return [`iptables-restore refused kube-proxy's text: ${saved.error}`];
  return TABLES.flatMap((table) => compareTables(table, json.expect[table], saved.value[table]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLines(value: unknown): boolean {
  return Array.isArray(value) && value.every((line) => typeof line === 'string');
}

/** True when the file is a recording of iptables or nftables rules made by kube-proxy. */
export function isKubeProxyFile(json: unknown): json is KubeProxyFile {
  return (
    isRecord(json) &&
    typeof json['proxyMode'] === 'string' &&
    isRecord(json['config']) &&
    Array.isArray(json['objects']) &&
    isRecord(json['expect']) &&
    (json['proxyMode'] !== 'iptables' || (isLines(json['expect']['nat']) && isLines(json['expect']['filter'])))
  );
}

function configOf(config: KubeProxyFile['config']): KubeProxyConfig | null {
  const nodeIP = parseIp(config.nodeIP);
  const clusterCIDRs = ipv4Prefixes(config.clusterCIDR);
  const nodePortAddresses = ipv4Prefixes(config.nodePortAddresses ?? '');
  if (nodeIP === null || clusterCIDRs === null || nodePortAddresses === null) return null;
  const [clusterCIDR] = clusterCIDRs;
  return kubeProxyConfig({
    hostname: config.node,
    nodeIP,
    detectLocal: clusterCIDR === undefined ? null : { mode: 'ClusterCIDR', cidr: clusterCIDR },
    masqueradeAll: config.masqueradeAll ?? false,
    nodePortAddresses,
  });
}

/** What a comma-separated flag says to the IPv4 proxier; null when a prefix is malformed. */
function ipv4Prefixes(flag: string): readonly Cidr[] | null {
  const texts = flag
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '' && !text.includes(':'));
  const prefixes = texts.map(parseCidr).filter((prefix) => prefix !== null);
  return prefixes.length === texts.length ? prefixes : null;
}

/** Recorded objects lack what the API server adds to stored ones; a list that is not there may be null, as Go writes it. */
function filled(object: Service | EndpointSlice): Service | EndpointSlice {
  if (object.kind === 'Service') return { ...object, status: (object as Partial<Service>).status ?? {} };
  return { ...object, endpoints: (object as { endpoints?: EndpointSlice['endpoints'] | null }).endpoints ?? [] };
}

interface SavedTable {
  /** `NAME POLICY`. */
  readonly chains: ReadonlySet<string>;
  readonly rules: ReadonlyMap<string, readonly string[]>;
}

/** Chains and their rules of one table's iptables-save lines, counters and canary left out. */
function parseSaved(lines: readonly string[]): SavedTable {
  const chains = lines
    .filter((line) => line.startsWith(':'))
    .map((line) => line.slice(1).replace(/ \[\d+:\d+\]$/, ''))
    .filter((chain) => !chain.startsWith(`${CANARY_CHAIN} `));
  const rules = new Map<string, string[]>();
  for (const line of lines.filter((text) => text.startsWith('-A '))) {
    const chain = line.split(' ', 2)[1] ?? '';
    const list = rules.get(chain);
    if (list === undefined) rules.set(chain, [line]);
    else list.push(line);
  }
  return { chains: new Set(chains), rules };
}

function compareTables(table: CheckedTable, expectedLines: readonly string[], foundLines: readonly string[]): string[] {
  const expected = parseSaved(expectedLines);
  const found = parseSaved(foundLines);
  const missing = [...expected.chains].filter((chain) => !found.chains.has(chain));
  const extra = [...found.chains].filter((chain) => !expected.chains.has(chain));
  const names = new Set([...expected.rules.keys(), ...found.rules.keys()]);
  return [
    ...missing.map((chain) => `${table}: expected chain :${chain}, found none`),
    ...extra.map((chain) => `${table}: found chain :${chain}, expected none`),
    ...[...names].flatMap((chain) => {
      const compare = UNORDERED.has(chain) ? compareUnordered : compareOrdered;
      return compare(`${table} ${chain}`, expected.rules.get(chain) ?? [], found.rules.get(chain) ?? []);
    }),
    ...(table === 'nat' ? nodePortsLast(found.rules.get('KUBE-SERVICES') ?? []) : []),
  ];
}

function difference(place: string, expected: string | undefined, found: string | undefined): string {
  return `${place}:\n  expected ${expected ?? 'no rule'}\n  found    ${found ?? 'no rule'}`;
}

function compareOrdered(chain: string, expected: readonly string[], found: readonly string[]): string[] {
  return Array.from({ length: Math.max(expected.length, found.length) }, (_, i) => i)
    .filter((i) => expected[i] !== found[i])
    .map((i) => difference(`${chain} rule ${i + 1}`, expected[i], found[i]));
}

/** As multisets; what is missing is shown beside what is too much. */
function compareUnordered(chain: string, expected: readonly string[], found: readonly string[]): string[] {
  const surplus = [...found];
  const missing = expected.filter((line) => {
    const at = surplus.indexOf(line);
    if (at >= 0) surplus.splice(at, 1);
    return at < 0;
  });
  return compareOrdered(chain, missing, surplus).map((text) => text.replace(/ rule \d+:/, ':'));
}

function nodePortsLast(rules: readonly string[]): string[] {
  const last = rules.findLastIndex((line) => !TO_NODE_PORTS.test(line));
  const early = rules.findIndex((line) => TO_NODE_PORTS.test(line));
  if (early < 0 || early > last) return [];
  return [
    `nat KUBE-SERVICES: the jump to KUBE-NODEPORTS must come last\n  found    ${rules[early] ?? ''}\n  before   ${rules[last] ?? ''}`,
  ];
}
