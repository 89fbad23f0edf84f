/**
 * Which packets open a conversation and which answer the opening: what recordings list and the journey shows first.
 *
 * Request: the SYN, sent again or not, the UDP datagram or the ICMP echo. Reply: the SYN-ACK, a RST of either side, an ICMP error, the
 * UDP answer, the echo reply. What follows the handshake is neither, nor is the AAAA half of a look-up.
 */
import {
  enclosedIn,
  hasFlag,
  isIcmpError,
  type Ipv4Packet,
  type L3,
  type UdpDatagram,
  type VxlanPayload,
} from '../net/wire/packet.ts';

/** The tunnel header and frame a packet carries, or null. */
export function vxlanOf(packet: Ipv4Packet): VxlanPayload | null {
  return packet.l4.kind === 'udp' && packet.l4.payload.kind === 'vxlan' ? packet.l4.payload : null;
}

/** What is inside the tunnel, or the packet itself; null for what is no IPv4. */
export function innermost(l3: L3): Ipv4Packet | null {
  if (l3.kind === 'arp') return null;
  const inside = enclosedIn(l3);
  return inside === null ? l3 : innermost(inside.l3);
}

/** The AAAA half of a look-up goes the same way as its A half, and no address here is IPv6. */
function asksForIpv6({ payload }: UdpDatagram): boolean {
  return payload.kind === 'dns' && payload.question.type === 'AAAA';
}

/** The way of an opening or answering packet, else null. `answers`: the trace calls it a reply, which for UDP is all there is to go by. */
export function openingWay(l3: L3, answers: boolean): 'request' | 'reply' | null {
  const packet = innermost(l3);
  if (packet === null) return null;
  const { l4 } = packet;
  if (l4.kind === 'udp') return asksForIpv6(l4) ? null : answers ? 'reply' : 'request';
  if (l4.kind === 'icmp') return l4.type === 0 || isIcmpError(l4) ? 'reply' : 'request';
  // Nothing is inside a packet that `innermost` gave.
  if (l4.kind === 'ipencap') return null;
  if (hasFlag(l4, 'RST')) return 'reply';
  if (hasFlag(l4, 'SYN')) return hasFlag(l4, 'ACK') ? 'reply' : 'request';
  return null;
}
