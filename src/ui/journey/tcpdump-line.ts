/** A packet as `tcpdump -nn -e`-less prints it: one line, and for a tunnel the inner one behind it. */
import { dnsText } from '../../cluster/explain.ts';
import type { ArpPacket, Ipv4Packet, L3, TcpSegment, UdpDatagram } from './trace-types.ts';
import { icmpName, insideOf } from './packet-text.ts';

export function tcpdumpLine(l3: L3): string {
  if (l3.kind === 'arp') return arpLine(l3);
  const inside = insideOf(l3);
  if (inside !== null && l3.l4.kind === 'udp' && l3.l4.payload.kind === 'vxlan') {
    return `IP ${l3.src}.${l3.l4.sport} > ${l3.dst}.${l3.l4.dport}: VXLAN, flags [I] (0x08), vni ${l3.l4.payload.vni}\n${tcpdumpLine(inside.l3)}`;
  }
  return ipLine(l3);
}

function arpLine({ op, spa, tpa, sha }: ArpPacket): string {
  return op === 'request' ? `ARP, Request who-has ${tpa} tell ${spa}, length 28` : `ARP, Reply ${spa} is-at ${sha}, length 28`;
}

function ipLine({ src, dst, l4 }: Ipv4Packet): string {
  switch (l4.kind) {
    case 'tcp':
      return `IP ${src}.${l4.sport} > ${dst}.${l4.dport}: ${tcpText(l4)}`;
    case 'udp':
      return `IP ${src}.${l4.sport} > ${dst}.${l4.dport}: ${udpText(l4)}`;
    case 'icmp':
      return `IP ${src} > ${dst}: ICMP ${icmpName(l4.type, l4.code)}`;
    case 'ipencap':
      return `IP ${src} > ${dst}: ${ipLine(l4.packet)}`;
  }
}

/** tcpdump reads port 53 as DNS. */
function udpText({ payload }: UdpDatagram): string {
  if (payload.kind === 'dns') return dnsText(payload);
  return `UDP, length ${payload.kind === 'data' ? payload.bytes : 0}`;
}

const FLAG_SIGNS = { SYN: 'S', FIN: 'F', RST: 'R', PSH: 'P', ACK: '.' } as const;

function tcpText({ flags, seq, ack, window, mss, data }: TcpSegment): string {
  const bytes = data?.bytes ?? 0;
  const signs = (['SYN', 'FIN', 'RST', 'PSH', 'ACK'] as const)
    .filter((flag) => flags.includes(flag))
    .map((flag) => FLAG_SIGNS[flag]);
  const shownSeq =
    bytes > 0
      ? `seq ${seq}:${seq + bytes}, `
      : flags.includes('SYN') || flags.includes('FIN') || flags.includes('RST')
        ? `seq ${seq}, `
        : '';
  const shownAck = flags.includes('ACK') ? `ack ${ack}, ` : '';
  const options = mss === null ? '' : `options [mss ${mss}], `;
  return `Flags [${signs.join('')}], ${shownSeq}${shownAck}win ${window}, ${options}length ${bytes}`;
}
