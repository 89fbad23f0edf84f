/**
 * A scenario as data: the machines, their network, the seed, what is applied before the user arrives.
 *
 * Its file form is `scenarios/NAME/scenario.yaml`, described by `scenarios/scenario.schema.json` and read by `scenario-file.ts`.
 */
import type { Addon } from '../node/static/kube-system.ts';
import type { RuntimeName } from '../node/runtime/words.ts';
import type { NetworkName } from '../node/cni/networks.ts';
import type { Fault } from './faults/fault.ts';
import type { OutsideNames } from './outside-resolver.ts';

export interface NodeSpec {
  /** Host name and Node object name. */
  readonly name: string;
  /** Address of eth0 on the underlay; the prefix length is the underlay's. */
  readonly ip: string;
  /** The Pods' range of this node; null leaves it to the controller manager (the next /24 of clusterCIDR). */
  readonly podCIDR: string | null;
  readonly controlPlane: boolean;
  /** `key=value:Effect`, as `kubectl taint` writes them. */
  readonly taints: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Written after set-up, by dotted name. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** iptables command lines run last, without the word iptables. */
  readonly iptables: readonly string[];
  /** False: no kube-proxy runs here. */
  readonly kubeProxy: boolean;
  /** Link address of flannel.1, where it must be a given one; null for a random one. */
  readonly vtepMac: string | null;
}

export interface ProxySpec {
  readonly mode: 'iptables' | 'none';
  /** kube-proxy --cluster-cidr; '' is no detector of local traffic. */
  readonly clusterCIDR: string;
  readonly masqueradeAll: boolean;
  /** --nodeport-addresses; null is kube-proxy's default. */
  readonly nodePortAddresses: string | null;
}

export interface ExternalSpec {
  readonly ip: string;
  readonly ports: readonly number[];
  /** Names its resolver knows, each with an address or another name; null for a small default. */
  readonly names: OutsideNames | null;
}

/** A machine that forwards between subnets; every subnet begins with its card there. */
export interface RouterSpec {
  /** Host name. */
  readonly name: string;
  /** Its address in each subnet with the subnet's prefix length: eth0, eth1, … */
  readonly addresses: readonly string[];
  /** What it knows beyond its subnets: the Pods' ranges, where somebody told it. */
  readonly routes: readonly { readonly dst: string; readonly via: string }[];
}

export interface ClusterSpec {
  /** The container network. */
  readonly cni: NetworkName;
  /** False: bridge ports without hairpin mode. */
  readonly hairpin: boolean;
  /** False: the network writes none of the rules it enforces policies with, only those that masquerade. */
  readonly networkPolicy: boolean;
  /** All Pods' range. */
  readonly clusterCIDR: string;
  readonly serviceCIDR: string;
  /** The segment nodes and the outside host are plugged into; with a router, its first. */
  readonly underlayCIDR: string;
  /** What joins several subnets, each a segment of its own; null: there is but one. */
  readonly router: RouterSpec | null;
  readonly nodes: readonly NodeSpec[];
  /**
   * The host outside: its address; it is every node's resolver and, where no router is, default gateway, answers on these ports and
   * forwards nothing.
   */
  readonly external: ExternalSpec | null;
  readonly proxy: ProxySpec;
  /** What runs the nodes' containers. */
  readonly runtime: RuntimeName;
  /** With docker: dockerd's own bridge docker0 and its rules are there; false: it was started with `--bridge=none --iptables=false`. */
  readonly dockerBridge: boolean;
  /** A cache of names on every node, at a link-local address that the kubelets tell the Pods in place of kube-dns's. */
  readonly nodeLocalDNS: boolean;
  /** What the cluster's installer puts in beside the network and DNS. */
  readonly addons: readonly Addon[];
  /** False: none of the kube-system Pods exist. */
  readonly kubeSystem: boolean;
  /** `permanent`: link addresses of Pods, nodes and the outside are known beforehand, so no ARP is seen. */
  readonly neighbours: 'learned' | 'permanent';
  readonly seed: number;
}

/** A manifest file as the user has it. */
export interface ManifestSpec {
  readonly file: string;
  readonly text: string;
}

/** A fault that is there when the user arrives. */
export interface PresetFault {
  readonly fault: Fault;
  /** For the user to find. */
  readonly hidden: boolean;
}

export interface ScenarioSpec {
  /** Folder name under `scenarios/`, or any identifier. */
  readonly id: string;
  readonly title: string;
  readonly cluster: ClusterSpec;
  /** Applied in order before the first snapshot. */
  readonly manifests: readonly ManifestSpec[];
  /** Put in after the manifests, in order; left out: none. */
  readonly faults?: readonly PresetFault[];
}

/** What a scenario file may leave out. */
export const NODE_DEFAULTS: Omit<NodeSpec, 'name' | 'ip'> = {
  podCIDR: null,
  controlPlane: false,
  taints: [],
  labels: {},
  sysctls: {},
  iptables: [],
  kubeProxy: true,
  vtepMac: null,
};

export const ROUTER_DEFAULTS: Omit<RouterSpec, 'addresses'> = { name: 'router', routes: [] };

export const CLUSTER_DEFAULTS: Omit<ClusterSpec, 'nodes'> = {
  cni: 'flannel-vxlan',
  hairpin: true,
  networkPolicy: true,
  clusterCIDR: '10.244.0.0/16',
  serviceCIDR: '10.96.0.0/12',
  underlayCIDR: '192.168.1.0/24',
  router: null,
  external: { ip: '192.168.1.100', ports: [9999], names: null },
  runtime: 'docker',
  dockerBridge: false,
  nodeLocalDNS: false,
  addons: [],
  proxy: { mode: 'iptables', clusterCIDR: '10.244.0.0/16', masqueradeAll: false, nodePortAddresses: null },
  kubeSystem: true,
  neighbours: 'learned',
  seed: 1,
};
