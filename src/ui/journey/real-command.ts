/**
 * The command that would show a step's state on a real node: the tool an operator would reach for, with the names and
 * addresses of this very step.
 */
import { inNetns } from '../inspector/find.ts';
import type { JourneyStep } from './model.ts';
import type { DevView } from './place.ts';
import { goesBack } from './packet-text.ts';
import type { StepOf } from './trace-types.ts';

/** Null where no tool shows it. `physical` is the node's own NIC, where tunnels can be watched. */
export function realCommand(journeyStep: JourneyStep, physical: DevView | null = null): string | null {
  const command = commandOf(journeyStep, physical);
  return command === null ? null : inNetns(journeyStep.at.netns, command);
}

function commandOf(journeyStep: JourneyStep, physical: DevView | null): string | null {
  const { step, after, expanded } = journeyStep;
  switch (step.kind) {
    case 'nf.rule':
      return listChain(step.rule.table, step.rule.chain);
    case 'nf.run':
      return listChain(expanded?.rule.table ?? step.table, step.chain.name);
    case 'nf.end':
      return listChain(step.table, step.chain);
    case 'nf.hook':
      return `iptables-save -c`;
    case 'nat':
      return step.rule === null ? conntrackList(journeyStep, step) : listChain('nat', step.rule.chain);
    case 'ct':
      return step.original === null
        ? 'conntrack -L'
        : `conntrack -L -p ${step.original.protocol} --orig-src ${step.original.src} --orig-dst ${step.original.dst}`;
    case 'route.lookup':
      return routeCommand(journeyStep, step);
    case 'neigh':
      return `ip neigh show ${step.addr} dev ${step.dev}`;
    case 'vxlan.fdb':
      return `bridge fdb show dev ${step.dev}`;
    case 'bridge.fdb':
      return `bridge fdb show br ${step.bridge}`;
    case 'bridge.nf':
      return 'sysctl net.bridge.bridge-nf-call-iptables';
    case 'encap':
    case 'decap':
      return `ip -d link show ${step.dev}`;
    case 'qdisc':
      return `tc -s qdisc show dev ${step.dev.name}`;
    case 'dev.tx':
    case 'dev.rx':
      return tcpdump(step.dev.name, after.l3);
    case 'wire':
      return tcpdump(physical?.name ?? 'eth0', after.l3);
    case 'socket.send':
    case 'socket.deliver':
      return after.l3.kind === 'ipv4' ? SOCKETS[after.l3.l4.kind] : null;
    case 'ttl':
      return 'sysctl net.ipv4.ip_forward';
    case 'reject':
      return step.with === 'tcp-reset' ? "tcpdump -i any -nn 'tcp[tcpflags] & tcp-rst != 0'" : 'tcpdump -i any -nn icmp';
    case 'icmp.error':
      return 'tcpdump -i any -nn icmp';
    case 'pmtu':
      return `ip route get ${step.dst}`;
    case 'drop':
      return 'perf trace --no-syscalls -e skb:kfree_skb';
  }
}

function listChain(table: string, chain: string): string {
  return `iptables -t ${table} -nvL ${chain}`;
}

/** The sockets of a protocol; ping's are raw ones. */
const SOCKETS = { tcp: 'ss -tnap', udp: 'ss -unap', icmp: 'ss -wnap', ipencap: null } as const;

/** The connection by the address that is replaced, in the direction that has it. */
function conntrackList({ packet, after }: JourneyStep, { from, manip }: StepOf<'nat'>): string {
  const direction = goesBack(packet.role, after.l3) ? 'reply' : 'orig';
  return `conntrack -L --${direction}-${manip === 'destination' ? 'dst' : 'src'} ${from.addr}`;
}

/** A packet that came in is only routed as one when the device is named, too. */
function routeCommand({ iif, after }: JourneyStep, { direction, dst, l3 }: StepOf<'route.lookup'>): string {
  const from = direction === 'input' && l3.kind === 'ipv4' && iif !== null ? ` from ${l3.src} iif ${iif}` : '';
  const marked = after.mark === 0 ? '' : ` mark 0x${after.mark.toString(16)}`;
  return `ip route get ${dst}${from}${marked}`;
}

/** A filter that lets through what the step's packet is. */
function tcpdump(dev: string, l3: JourneyStep['after']['l3']): string {
  if (l3.kind === 'arp') return `tcpdump -i ${dev} -nn arp`;
  const { l4 } = l3;
  if (l4.kind === 'icmp') return `tcpdump -i ${dev} -nn icmp`;
  // A filter on what is inside does not match.
  if (l4.kind === 'ipencap') return `tcpdump -i ${dev} -nn 'ip proto 4'`;
  const port = l4.kind === 'udp' && l4.payload.kind === 'vxlan' ? l4.dport : Math.min(l4.sport, l4.dport);
  return `tcpdump -i ${dev} -nn '${l4.kind} port ${port}'`;
}
