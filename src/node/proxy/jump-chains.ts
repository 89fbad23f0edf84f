/**
 * Chains kube-proxy makes with `iptables -N` and the jumps it puts at the head of built-in chains with `iptables -I`,
 * one by one and in this order: they can't be part of the restore text, which would replace whole built-in chains
 * (pkg/proxy/iptables/proxier.go iptablesJumpChains, iptablesKubeletJumpChains). Later rows end up higher in their chain.
 */
import type { TableName } from '../../net/netfilter/hooks.ts';

export interface JumpChain {
  readonly table: TableName;
  /** The chain that must exist and is jumped to. */
  readonly dstChain: string;
  /** The built-in chain that gets the jump. */
  readonly srcChain: string;
  /** The rule without `-I CHAIN`. */
  readonly rule: string;
}

const NEW = '-m conntrack --ctstate NEW';

function jump(table: TableName, dstChain: string, srcChain: string, comment: string, matches = ''): JumpChain {
  const parts = [matches, comment === '' ? '' : `-m comment --comment "${comment}"`, `-j ${dstChain}`];
  return { table, dstChain, srcChain, rule: parts.filter((part) => part !== '').join(' ') };
}

export const IPTABLES_JUMP_CHAINS: readonly JumpChain[] = [
  jump('filter', 'KUBE-EXTERNAL-SERVICES', 'INPUT', 'kubernetes externally-visible service portals', NEW),
  jump('filter', 'KUBE-EXTERNAL-SERVICES', 'FORWARD', 'kubernetes externally-visible service portals', NEW),
  jump('filter', 'KUBE-NODEPORTS', 'INPUT', 'kubernetes health check service ports'),
  jump('filter', 'KUBE-SERVICES', 'FORWARD', 'kubernetes service portals', NEW),
  jump('filter', 'KUBE-SERVICES', 'OUTPUT', 'kubernetes service portals', NEW),
  jump('filter', 'KUBE-FORWARD', 'FORWARD', 'kubernetes forwarding rules'),
  jump('filter', 'KUBE-PROXY-FIREWALL', 'INPUT', 'kubernetes load balancer firewall', NEW),
  jump('filter', 'KUBE-PROXY-FIREWALL', 'OUTPUT', 'kubernetes load balancer firewall', NEW),
  jump('filter', 'KUBE-PROXY-FIREWALL', 'FORWARD', 'kubernetes load balancer firewall', NEW),
  jump('nat', 'KUBE-SERVICES', 'OUTPUT', 'kubernetes service portals'),
  jump('nat', 'KUBE-SERVICES', 'PREROUTING', 'kubernetes service portals'),
  jump('nat', 'KUBE-POSTROUTING', 'POSTROUTING', 'kubernetes postrouting rules'),
  jump('filter', 'KUBE-FIREWALL', 'INPUT', ''),
  jump('filter', 'KUBE-FIREWALL', 'OUTPUT', ''),
];

/** The empty chain whose disappearance tells that somebody flushed the rules (utiliptables Monitor). */
export const CANARY_CHAIN = 'KUBE-PROXY-CANARY';

/** Where canaries sit; the first is the one looked at. */
export const CANARY_TABLES: readonly TableName[] = ['mangle', 'nat', 'filter'];
