/**
 * Frames as the bytes a wire carries, with every checksum right: Ethernet II, ARP (RFC 826), IPv4 (RFC 791), TCP with the options
 * Linux sends (RFC 9293, RFC 7323), UDP (RFC 768), ICMP (RFC 792), VXLAN (RFC 7348), IPv4 in IPv4 (RFC 2003).
 *
 * Captures are made of these. Lengths are those of `size.ts`; a test holds one against the other.
 * Simplification: the IP identification of packets without DF is 0 where the packet's own is.
 */
import { assertNever } from '../../lib/assert.ts';
import { ipToU32, type IpAddr } from '../../lib/ip.ts';
import type { Mac } from '../../lib/mac.ts';
import { WINDOW_SCALE } from '../socket/window.ts';
import { internetChecksum } from './checksum.ts';
import { encodeDns } from './dns.ts';
import type { AppData, ArpPacket, Frame, IcmpMessage, Ipv4Packet, L3, TcpFlag, TcpSegment, UdpDatagram } from './packet.ts';
import { IP_PROTOCOLS } from './protocols.ts';
import { ICMP_BYTES, icmpQuotedBytes, IPV4_BYTES, tcpHeaderBytes, UDP_BYTES, VXLAN_BYTES } from './size.ts';

const ETHERTYPES = { ipv4: 0x0800, arp: 0x0806 } as const;

/** RFC 9293 3.1, from the lowest bit. */
const FLAG_BITS: Readonly<Record<TcpFlag, number>> = { FIN: 0x01, SYN: 0x02, RST: 0x04, PSH: 0x08, ACK: 0x10 };

/** A frame, without preamble and frame check sequence. */
export function encodeFrame({ eth, l3 }: Frame): Uint8Array {
  return joined([...macBytes(eth.dmac), ...macBytes(eth.smac), ...u16(ETHERTYPES[l3.kind])], encodeL3(l3));
}

/** What a frame carries; also what a device without link header sees. */
export function encodeL3(l3: L3): Uint8Array {
  return l3.kind === 'arp' ? encodeArp(l3) : encodeIpv4(l3);
}

function encodeArp({ op, sha, spa, tha, tpa }: ArpPacket): Uint8Array {
  const fixed = [...u16(1), ...u16(ETHERTYPES.ipv4), 6, 4, ...u16(op === 'request' ? 1 : 2)];
  return Uint8Array.from([...fixed, ...macBytes(sha), ...ipBytes(spa), ...macBytes(tha), ...ipBytes(tpa)]);
}

function encodeIpv4(packet: Ipv4Packet): Uint8Array {
  const { src, dst, ttl, id, df, tos, l4 } = packet;
  const payload = encodeL4(packet);
  const header = Uint8Array.from([
    0x45,
    tos,
    ...u16(IPV4_BYTES + payload.length),
    ...u16(id),
    ...u16(df ? 0x4000 : 0),
    ttl,
    IP_PROTOCOLS[l4.kind],
    ...u16(0),
    ...ipBytes(src),
    ...ipBytes(dst),
  ]);
  header.set(u16(internetChecksum(header)), 10);
  return joined(header, payload);
}

function encodeL4(packet: Ipv4Packet): Uint8Array {
  const { l4 } = packet;
  switch (l4.kind) {
    case 'tcp':
      return withChecksum(packet, encodeTcp(l4), 16);
    case 'udp':
      return withChecksum(packet, encodeUdp(l4), 6);
    case 'icmp': {
      const message = encodeIcmp(l4);
      message.set(u16(internetChecksum(message)), 2);
      return message;
    }
    case 'ipencap':
      return encodeIpv4(l4.packet);
    default:
      return assertNever(l4);
  }
}

/** Puts the checksum over pseudo header and segment at `offset` (RFC 9293 3.1, RFC 768). */
function withChecksum({ src, dst, l4 }: Ipv4Packet, segment: Uint8Array, offset: number): Uint8Array {
  const pseudo = Uint8Array.from([...ipBytes(src), ...ipBytes(dst), 0, IP_PROTOCOLS[l4.kind], ...u16(segment.length)]);
  const sum = internetChecksum(pseudo, segment);
  // UDP's 0 means "no checksum", so a sum of 0 is sent as its other form.
  segment.set(u16(l4.kind === 'udp' && sum === 0 ? 0xffff : sum), offset);
  return segment;
}

function encodeTcp(segment: TcpSegment): Uint8Array {
  const { sport, dport, seq, ack, flags, window, data } = segment;
  const length = tcpHeaderBytes(segment);
  const bits = flags.reduce((sum, flag) => sum | FLAG_BITS[flag], 0);
  const fixed = [...u16(sport), ...u16(dport), ...u32(seq), ...u32(ack), (length / 4) << 4, bits, ...u16(window)];
  return joined([...fixed, ...u16(0), ...u16(0), ...tcpOptions(segment)], data === null ? [] : dataBytes(data));
}

const NOP = 1;

/** In the order of tcp_options_write: on a SYN mss, sackOK, timestamps, nop, wscale; later nop, nop, timestamps. */
function tcpOptions({ flags, mss, timestamps }: TcpSegment): readonly number[] {
  if (flags.includes('RST')) return [];
  const { val, ecr } = timestamps ?? { val: 0, ecr: 0 };
  const stamps = [8, 10, ...u32(val), ...u32(ecr)];
  if (!flags.includes('SYN')) return [NOP, NOP, ...stamps];
  return [2, 4, ...u16(mss ?? 536), 4, 2, ...stamps, NOP, 3, 3, WINDOW_SCALE];
}

function encodeUdp({ sport, dport, payload }: UdpDatagram): Uint8Array {
  const content = udpContent(payload);
  return joined([...u16(sport), ...u16(dport), ...u16(UDP_BYTES + content.length), ...u16(0)], content);
}

function udpContent(payload: UdpDatagram['payload']): Uint8Array {
  switch (payload.kind) {
    case 'vxlan':
      return encodeVxlan(payload.vni, payload.frame);
    case 'dns':
      return encodeDns(payload);
    case 'data':
      return dataBytes(payload);
    default:
      return assertNever(payload);
  }
}

function encodeVxlan(vni: number, frame: Frame): Uint8Array {
  const header = new Uint8Array(VXLAN_BYTES);
  // The I flag: the number counts.
  header[0] = 0x08;
  header.set(u32(vni * 256), 4);
  return joined(header, encodeFrame(frame));
}

function encodeIcmp(message: IcmpMessage): Uint8Array {
  const { type, code, id, seq, mtu, quoted, data } = message;
  const rest = quoted === null ? [...u16(id), ...u16(seq)] : [...u16(0), ...u16(mtu ?? 0)];
  const content =
    quoted === null ? (data === null ? [] : echoBytes(data.bytes)) : encodeIpv4(quoted).subarray(0, icmpQuotedBytes(quoted));
  const bytes = joined([type, code, ...u16(0), ...rest], content);
  return bytes.length < ICMP_BYTES ? joined(bytes, new Uint8Array(ICMP_BYTES - bytes.length)) : bytes;
}

/** ping fills its data with the bytes' own positions. */
function echoBytes(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => index & 0xff);
}

/** Text as UTF-8, filled with zeros where only the length is known. */
function dataBytes({ text, bytes, dns }: AppData): Uint8Array {
  if (dns !== undefined) return joined(u16(dns.message.bytes), encodeDns(dns.message)).subarray(dns.from, dns.from + bytes);
  const content = new Uint8Array(bytes);
  content.set(new TextEncoder().encode(text).subarray(0, bytes));
  return content;
}

function u16(value: number): readonly number[] {
  return [(value >>> 8) & 0xff, value & 0xff];
}

function u32(value: number): readonly number[] {
  return [(value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

function ipBytes(addr: IpAddr): readonly number[] {
  return u32(ipToU32(addr));
}

function macBytes(address: Mac): readonly number[] {
  return address.split(':').map((octet) => parseInt(octet, 16));
}

function joined(head: ArrayLike<number>, tail: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}
