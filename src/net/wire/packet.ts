/**
 * Packets as immutable values: nested readonly headers, not bytes. Encapsulation is a payload that holds a frame.
 *
 * Rewrites return a new packet, so a trace may hold every state a packet went through for the price of a reference.
 * Simplification: IPv4 options and checksums are not modelled, and of fragments only how long the longest is; sizes are computed from the
 * headers (`size.ts`).
 */
import type { IpAddr } from '../../lib/ip.ts';
import type { Mac } from '../../lib/mac.ts';
import type { DnsMessage } from './dns.ts';

export interface EthernetHeader {
  readonly smac: Mac;
  readonly dmac: Mac;
}

/** A frame as it crosses a device: link header and what it carries. */
export interface Frame {
  readonly eth: EthernetHeader;
  readonly l3: L3;
}

export type L3 = Ipv4Packet | ArpPacket;

export interface ArpPacket {
  readonly kind: 'arp';
  readonly op: 'request' | 'reply';
  /** Sender and target, hardware and protocol addresses, by their RFC 826 names. */
  readonly sha: Mac;
  readonly spa: IpAddr;
  readonly tha: Mac;
  readonly tpa: IpAddr;
}

export interface Ipv4Packet {
  readonly kind: 'ipv4';
  readonly src: IpAddr;
  readonly dst: IpAddr;
  readonly ttl: number;
  /** Identification field, 0 where the sender sets DF and leaves it 0. */
  readonly id: number;
  readonly df: boolean;
  readonly tos: number;
  /** Total length of the longest fragment, of a packet that was cut: its fragments travel as one. Left out of one that is whole. */
  readonly fragmentBytes?: number;
  readonly l4: L4;
}

export type L4 = TcpSegment | UdpDatagram | IcmpMessage | IpencapPayload;

/** IP protocol names as iptables prints them. */
export type Protocol = L4['kind'];

export type TcpFlag = 'SYN' | 'ACK' | 'FIN' | 'RST' | 'PSH';

export interface TcpSegment {
  readonly kind: 'tcp';
  readonly sport: number;
  readonly dport: number;
  readonly seq: number;
  readonly ack: number;
  readonly flags: readonly TcpFlag[];
  readonly window: number;
  /** MSS option in bytes, on SYN segments only. */
  readonly mss: number | null;
  /** RFC 7323: the sender's clock, and the last that it saw of the other side; absent on RST. */
  readonly timestamps?: { readonly val: number; readonly ecr: number };
  readonly data: AppData | null;
}

export interface UdpDatagram {
  readonly kind: 'udp';
  readonly sport: number;
  readonly dport: number;
  readonly payload: UdpMessage | VxlanPayload;
}

/** What a process puts into a datagram. */
export type UdpMessage = AppData | DnsMessage;

/** Application bytes; `text` is what a person would read, `bytes` its length on the wire. */
export interface AppData {
  readonly kind: 'data';
  readonly text: string;
  readonly bytes: number;
  /** Over TCP: the DNS message of which these are bytes, from which on, its length of two bytes before it counted. */
  readonly dns?: { readonly message: DnsMessage; readonly from: number };
}

/** Before a message over TCP stands its length (RFC 1035 4.2.2). */
export const DNS_LENGTH_BYTES = 2;

/** RFC 7348: VXLAN header and the inner Ethernet frame. */
export interface VxlanPayload {
  readonly kind: 'vxlan';
  readonly vni: number;
  readonly frame: Frame;
}

/** RFC 2003: an IPv4 packet right behind the outer header, protocol 4. */
export interface IpencapPayload {
  readonly kind: 'ipencap';
  readonly packet: Ipv4Packet;
}

export interface IcmpMessage {
  readonly kind: 'icmp';
  /** RFC 792 type and code: 3/3 port unreachable, 11/0 time exceeded, 8/0 echo request, 0/0 echo reply. */
  readonly type: number;
  readonly code: number;
  /** Echo identifier and sequence; 0 for errors. */
  readonly id: number;
  readonly seq: number;
  /** Next-hop MTU of fragmentation-needed (3/4), else null. */
  readonly mtu: number | null;
  /** The packet an error speaks of, as it was when it failed; null for echo. */
  readonly quoted: Ipv4Packet | null;
  readonly data: AppData | null;
}

/** What an envelope holds: with VXLAN a frame, with IP in IP a packet without link header. */
export interface Enclosed {
  readonly eth: EthernetHeader | null;
  readonly l3: L3;
}

/** What is inside a tunnel's packet, null for any other. */
export function enclosedIn({ l4 }: Ipv4Packet): Enclosed | null {
  if (l4.kind === 'ipencap') return { eth: null, l3: l4.packet };
  return l4.kind === 'udp' && l4.payload.kind === 'vxlan' ? l4.payload.frame : null;
}

/** Errors quote another packet and are never answered by an error (RFC 1122 3.2.2). */
export function isIcmpError(l4: L4): l4 is IcmpMessage {
  return l4.kind === 'icmp' && [3, 4, 5, 11, 12].includes(l4.type);
}

export function hasFlag(segment: TcpSegment, flag: TcpFlag): boolean {
  return segment.flags.includes(flag);
}

/** The DNS message that is whole with this packet: a datagram's, or the one whose last bytes a segment has. */
export function dnsMessageOf(l4: L4): DnsMessage | null {
  if (l4.kind === 'udp') return l4.payload.kind === 'dns' ? l4.payload : null;
  const part = l4.kind === 'tcp' ? l4.data : null;
  if (part?.dns === undefined) return null;
  const { message, from } = part.dns;
  return from + part.bytes === DNS_LENGTH_BYTES + message.bytes ? message : null;
}

/** Application text with its UTF-8 length. */
export function appData(text: string): AppData {
  return { kind: 'data', text, bytes: new TextEncoder().encode(text).length };
}
