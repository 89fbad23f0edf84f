/**
 * A packet's short name, in the words people use for it.
 */
import { assertNever } from '../../lib/assert.ts';
import { dnsWords } from './dns-text.ts';
import { dnsMessageOf, hasFlag, type L3, type TcpSegment, type UdpDatagram } from './packet.ts';

function tcpLabel(segment: TcpSegment): string {
  const dns = dnsMessageOf(segment);
  if (dns !== null) return `DNS ${dnsWords(dns)}`;
  const words = (['SYN', 'FIN', 'RST', 'PSH', 'ACK'] as const).filter((flag) => hasFlag(segment, flag));
  return words.join('-');
}

function udpLabel({ payload }: UdpDatagram): string {
  switch (payload.kind) {
    case 'vxlan':
      return 'VXLAN';
    case 'dns':
      return `DNS ${dnsWords(payload)}`;
    case 'data':
      return 'UDP';
    default:
      return assertNever(payload);
  }
}

/** `SYN`, `SYN-ACK`, `PSH-ACK`, `UDP`, `VXLAN`, `IPIP`, `DNS A? web`, `DNS NXDOMAIN`, `ICMP 3/3`, `ARP who-has 10.244.0.2`, `ARP 10.244.0.2 is-at …`. */
export function packetLabel(l3: L3): string {
  if (l3.kind === 'arp') return l3.op === 'request' ? `ARP who-has ${l3.tpa}` : `ARP ${l3.spa} is-at ${l3.sha}`;
  switch (l3.l4.kind) {
    case 'tcp':
      return tcpLabel(l3.l4);
    case 'udp':
      return udpLabel(l3.l4);
    case 'icmp':
      return `ICMP ${l3.l4.type}/${l3.l4.code}`;
    case 'ipencap':
      return 'IPIP';
    default:
      return assertNever(l3.l4);
  }
}
