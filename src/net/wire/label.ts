/**
 * A packet's short name, in the words people use for it.
 */
import { assertNever } from '../../lib/assert.ts';
import { hasFlag, type L3, type TcpSegment } from './packet.ts';

function tcpLabel(segment: TcpSegment): string {
  const words = (['SYN', 'FIN', 'RST', 'PSH', 'ACK'] as const).filter((flag) => hasFlag(segment, flag));
  return words.join('-');
}

/** `SYN`, `SYN-ACK`, `PSH-ACK`, `UDP`, `VXLAN`, `IPIP`, `ICMP 3/3`, `ARP who-has 10.244.0.2`, `ARP 10.244.0.2 is-at …`. */
export function packetLabel(l3: L3): string {
  if (l3.kind === 'arp') return l3.op === 'request' ? `ARP who-has ${l3.tpa}` : `ARP ${l3.spa} is-at ${l3.sha}`;
  switch (l3.l4.kind) {
    case 'tcp':
      return tcpLabel(l3.l4);
    case 'udp':
      return l3.l4.payload.kind === 'vxlan' ? 'VXLAN' : 'UDP';
    case 'icmp':
      return `ICMP ${l3.l4.type}/${l3.l4.code}`;
    case 'ipencap':
      return 'IPIP';
    default:
      return assertNever(l3.l4);
  }
}
