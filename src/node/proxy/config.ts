/**
 * kube-proxy's configuration (KubeProxyConfiguration v1alpha1), as far as it changes what a node's kernel is told.
 * An operator sees it with `kubectl -n kube-system get cm kube-proxy -o yaml`.
 *
 * Simplification: one IPv4 proxier; the second one that a dual-stack node runs for IPv6 is not modelled.
 * Simplification: nodes have at most four cores as far as nf_conntrack_max goes; more would have 32,768 entries for each.
 */
import type { Cidr } from '../../lib/cidr.ts';
import type { IpAddr } from '../../lib/ip.ts';
import { NS_PER_S } from '../../sim/sim.ts';

/** How kube-proxy tells traffic of this node's Pods (detectLocalMode); null: not at all, as with an empty clusterCIDR. */
export type DetectLocal =
  | { readonly mode: 'ClusterCIDR'; readonly cidr: Cidr }
  | { readonly mode: 'NodeCIDR'; readonly cidr: Cidr }
  | { readonly mode: 'BridgeInterface'; readonly bridgeInterface: string }
  | { readonly mode: 'InterfaceNamePrefix'; readonly interfaceNamePrefix: string }
  | null;

export interface KubeProxyConfig {
  /** --hostname-override: the Node's name, which decides what endpoint is local. */
  readonly hostname: string;
  /** The node's primary address (--bind-address detection). */
  readonly nodeIP: IpAddr;
  readonly detectLocal: DetectLocal;
  /** --masquerade-all: every packet to a ClusterIP leaves with the node's address. */
  readonly masqueradeAll: boolean;
  /** --iptables-masquerade-bit: which bit of the mark means "masquerade", 0-31. */
  readonly masqueradeBit: number;
  /** --iptables-localhost-nodeports: NodePorts answer on 127.0.0.1, at the price of route_localnet=1. */
  readonly localhostNodePorts: boolean;
  /** --nodeport-addresses; empty means every address of the node. */
  readonly nodePortAddresses: readonly Cidr[];
  /** --iptables-min-sync-period, nanoseconds. */
  readonly minSyncPeriod: number;
  /** --iptables-sync-period, nanoseconds: how often the canary is looked at, and stale chains of a large cluster removed. */
  readonly syncPeriod: number;
  readonly conntrack: ConntrackLimits;
}

/** What kube-proxy makes of the kernel's connection tracking; 0 leaves a value alone. */
export interface ConntrackLimits {
  /** Connections tracked at most (--conntrack-min, while --conntrack-max-per-core times cores is less). */
  readonly max: number;
  /** --conntrack-tcp-timeout-established, seconds. */
  readonly tcpEstablishedTimeout: number;
  /** --conntrack-tcp-timeout-close-wait, seconds. */
  readonly tcpCloseWaitTimeout: number;
}

/** Defaults of pkg/proxy/apis/config/v1alpha1/defaults.go. */
const DEFAULTS = {
  detectLocal: null,
  masqueradeAll: false,
  masqueradeBit: 14,
  localhostNodePorts: true,
  nodePortAddresses: [],
  minSyncPeriod: NS_PER_S,
  syncPeriod: 30 * NS_PER_S,
  conntrack: { max: 131_072, tcpEstablishedTimeout: 86_400, tcpCloseWaitTimeout: 3600 },
} as const;

/** A configuration with everything unsaid at kube-proxy's default. */
export function kubeProxyConfig(
  given: Pick<KubeProxyConfig, 'hostname' | 'nodeIP'> & Partial<KubeProxyConfig>,
): KubeProxyConfig {
  return { ...DEFAULTS, ...given };
}

/** `-s 10.244.0.0/16` and its negation, written into rules that tell Pods from others; null when there is no detector. */
export interface LocalTrafficDetector {
  readonly ifLocal: string;
  readonly ifNotLocal: string;
}

/** Models pkg/proxy/util/iptables/traffic.go. */
export function localTrafficDetector(detect: DetectLocal): LocalTrafficDetector | null {
  if (detect === null) return null;
  switch (detect.mode) {
    case 'ClusterCIDR':
    case 'NodeCIDR':
      return { ifLocal: `-s ${detect.cidr}`, ifNotLocal: `! -s ${detect.cidr}` };
    case 'BridgeInterface':
      return { ifLocal: `-i ${detect.bridgeInterface}`, ifNotLocal: `! -i ${detect.bridgeInterface}` };
    case 'InterfaceNamePrefix':
      return { ifLocal: `-i ${detect.interfaceNamePrefix}+`, ifNotLocal: `! -i ${detect.interfaceNamePrefix}+` };
  }
}
