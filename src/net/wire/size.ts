/**
 * Sizes on the wire, computed from the headers a packet has (RFC 791, 9293, 768, 792, 2003, 7348).
 */
import { assertNever } from '../../lib/assert.ts';
import type { Frame, IcmpMessage, Ipv4Packet, L3, L4, TcpSegment } from './packet.ts';

export const ETHERNET_BYTES = 14;
export const IPV4_BYTES = 20;
export const UDP_BYTES = 8;
export const VXLAN_BYTES = 8;
export const ICMP_BYTES = 8;
/** Header without options. */
export const TCP_BYTES = 20;
const ARP_BYTES = 28;
/** mss, sackOK, timestamps, nop, wscale: what Linux puts on a SYN. */
const TCP_SYN_OPTION_BYTES = 20;
/** nop, nop, timestamps on every other segment. */
const TCP_OPTION_BYTES = 12;

/** VXLAN's cost inside the outer packet, MTU to MTU: outer IPv4, UDP, VXLAN and the inner Ethernet header. */
export const VXLAN_OVERHEAD_BYTES = IPV4_BYTES + UDP_BYTES + VXLAN_BYTES + ETHERNET_BYTES;

/** TCP header with the options Linux sends. */
export function tcpHeaderBytes(segment: TcpSegment): number {
  if (segment.flags.includes('RST')) return TCP_BYTES;
  return TCP_BYTES + (segment.flags.includes('SYN') ? TCP_SYN_OPTION_BYTES : TCP_OPTION_BYTES);
}

/** An error quotes as much of a packet as fits 576 bytes (net/ipv4/icmp.c __icmp_send). */
export function icmpQuotedBytes(packet: Ipv4Packet): number {
  return Math.min(ipv4Bytes(packet), 576 - IPV4_BYTES - ICMP_BYTES);
}

function icmpBytes(message: IcmpMessage): number {
  const quoted = message.quoted === null ? 0 : icmpQuotedBytes(message.quoted);
  return ICMP_BYTES + quoted + (message.data?.bytes ?? 0);
}

/** What an IPv4 packet carries: header and data of the protocol above. */
export function l4Bytes(l4: L4): number {
  switch (l4.kind) {
    case 'tcp':
      return tcpHeaderBytes(l4) + (l4.data?.bytes ?? 0);
    case 'udp':
      return UDP_BYTES + (l4.payload.kind === 'vxlan' ? VXLAN_BYTES + frameBytes(l4.payload.frame) : l4.payload.bytes);
    case 'icmp':
      return icmpBytes(l4);
    case 'ipencap':
      return ipv4Bytes(l4.packet);
    default:
      return assertNever(l4);
  }
}

/** Total length field of the IPv4 header. */
export function ipv4Bytes(packet: Ipv4Packet): number {
  return IPV4_BYTES + l4Bytes(packet.l4);
}

/** What a device must take of a packet: all of it, or the longest of its fragments; the same of what an envelope holds. */
export function longestBytes(l3: L3): number {
  if (l3.kind === 'arp') return ARP_BYTES;
  if (l3.fragmentBytes !== undefined) return l3.fragmentBytes;
  const { l4 } = l3;
  if (l4.kind === 'ipencap') return IPV4_BYTES + longestBytes(l4.packet);
  if (l4.kind === 'udp' && l4.payload.kind === 'vxlan') return VXLAN_OVERHEAD_BYTES + longestBytes(l4.payload.frame.l3);
  return ipv4Bytes(l3);
}

/** The packet cut so that no fragment is longer than `mtu`: data in units of eight bytes, and no DF (net/ipv4/ip_output.c ip_do_fragment). */
export function fragmented(packet: Ipv4Packet, mtu: number): Ipv4Packet {
  return { ...packet, df: false, fragmentBytes: IPV4_BYTES + Math.floor((mtu - IPV4_BYTES) / 8) * 8 };
}

/** What counters and `tcpdump length` count: the network layer packet. */
export function l3Bytes(l3: L3): number {
  return l3.kind === 'arp' ? ARP_BYTES : ipv4Bytes(l3);
}

/** The frame without preamble and checksum. */
export function frameBytes(frame: Frame): number {
  return ETHERNET_BYTES + l3Bytes(frame.l3);
}
