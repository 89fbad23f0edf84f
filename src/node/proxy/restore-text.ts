/**
 * The frame of kube-proxy's iptables-restore input: the chains that exist without any Service and their rules, and where
 * the Services' text goes between them (pkg/proxy/iptables/proxier.go syncProxyRules).
 */
import type { IpAddr } from '../../lib/ip.ts';
import type { SharedText } from './rendered-ports.ts';

export interface RestoreInput {
  /** The mark's bit as text, `0x00004000`. */
  readonly masqueradeMark: string;
  readonly localhostNodePorts: boolean;
  readonly conntrackTcpLiberal: boolean;
  /** Addresses whose NodePorts answer; null means every local one. */
  readonly nodePortIPs: readonly IpAddr[] | null;
  readonly shared: SharedText;
  /** Chain lines and rules of the Service ports whose own chains are written. */
  readonly ownChains: readonly string[];
  readonly ownRules: readonly string[];
  /** Chains to delete. */
  readonly deletedChains: readonly string[];
}

const FILTER_CHAINS = ['KUBE-SERVICES', 'KUBE-EXTERNAL-SERVICES', 'KUBE-FORWARD', 'KUBE-NODEPORTS', 'KUBE-PROXY-FIREWALL'];
const NAT_CHAINS = ['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING', 'KUBE-MARK-MASQ'];

/** Makes the chain or empties it (utiliptables.MakeChainLine). */
function makeChainLine(chain: string): string {
  return `:${chain} - [0:0]\n`;
}

/** `%#08x` of 1 << bit, as kube-proxy spells the mark. */
export function masqueradeMark(bit: number): string {
  return `0x${((1 << bit) >>> 0).toString(16).padStart(8, '0')}`;
}

export function restoreText(input: RestoreInput): string {
  return [
    '*filter\n',
    ...FILTER_CHAINS.map(makeChainLine),
    localnetRules(input),
    input.shared.filter,
    forwardRules(input),
    'COMMIT\n*nat\n',
    ...NAT_CHAINS.map(makeChainLine),
    ...input.ownChains,
    ...input.deletedChains.map(makeChainLine),
    natBaseRules(input.masqueradeMark),
    input.shared.nat,
    ...input.ownRules,
    ...input.deletedChains.map((chain) => `-X ${chain}\n`),
    nodePortRules(input),
    'COMMIT\n',
  ].join('');
}

/** route_localnet=1 would let neighbours reach what listens on 127.0.0.1; this closes it again (a copy of the kubelet's). */
function localnetRules({ localhostNodePorts }: RestoreInput): string {
  if (!localhostNodePorts) return '';
  return (
    makeChainLine('KUBE-FIREWALL') +
    '-A KUBE-FIREWALL -m comment --comment "block incoming localnet connections" -d 127.0.0.0/8 ! -s 127.0.0.0/8 ' +
    '-m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP\n'
  );
}

/** What is masqueraded is forwarded too, whatever the policy of FORWARD. */
function forwardRules({ masqueradeMark: mark, conntrackTcpLiberal }: RestoreInput): string {
  return (
    (conntrackTcpLiberal ? '' : '-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP\n') +
    `-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark ${mark}/${mark} -j ACCEPT\n` +
    '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" ' +
    '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n'
  );
}

/** Marked packets are masqueraded once: the mark is cleared so that an encapsulated copy is not. */
function natBaseRules(mark: string): string {
  return (
    `-A KUBE-POSTROUTING -m mark ! --mark ${mark}/${mark} -j RETURN\n` +
    `-A KUBE-POSTROUTING -j MARK --xor-mark ${mark}\n` +
    '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully\n' +
    `-A KUBE-MARK-MASQ -j MARK --or-mark ${mark}\n`
  );
}

/** The tail of KUBE-SERVICES: what no address of a Service took may be for a NodePort. */
function nodePortRules({ nodePortIPs, localhostNodePorts }: RestoreInput): string {
  const from =
    '-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain"';
  if (nodePortIPs !== null) return nodePortIPs.map((addr) => `${from} -d ${addr} -j KUBE-NODEPORTS\n`).join('');
  return `${from} -m addrtype --dst-type LOCAL${localhostNodePorts ? '' : ' ! -d 127.0.0.0/8'} -j KUBE-NODEPORTS\n`;
}
