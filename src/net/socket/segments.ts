/**
 * Data in segments: cut to what a path takes when it is sent, and anew when the path turns out to take less
 * (net/ipv4/tcp_output.c tcp_fragment).
 */
import type { Skb } from '../skb.ts';
import type { DnsMessage } from '../wire/dns.ts';
import { DNS_LENGTH_BYTES, type AppData, type TcpSegment } from '../wire/packet.ts';

/** A segment sent and not yet acknowledged. */
export interface Unacked {
  readonly segment: TcpSegment;
  /** As it was last sent; null until then. */
  readonly skb: Skb | null;
}

/** Text in pieces of at most `size` bytes. */
export function pieces(text: string, size: number): readonly AppData[] {
  const bytes = new TextEncoder().encode(text);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index): AppData => {
    const part = bytes.subarray(index * size, (index + 1) * size);
    return { kind: 'data', text: new TextDecoder().decode(part), bytes: part.length };
  });
}

/** As `pieces`, of data nobody reads. */
function silentPieces(bytes: number, size: number): readonly AppData[] {
  return Array.from({ length: Math.ceil(bytes / size) }, (_, index): AppData => {
    return { kind: 'data', text: '', bytes: Math.min(size, bytes - index * size) };
  });
}

/** A DNS message with its length before it, in pieces of at most `size` bytes. */
export function messagePieces(message: DnsMessage, size: number): readonly AppData[] {
  return partsOf({ kind: 'data', text: '', bytes: DNS_LENGTH_BYTES + message.bytes, dns: { message, from: 0 } }, size);
}

/** Part of a DNS message, in smaller ones. */
function partsOf({ bytes, dns }: AppData, size: number): readonly AppData[] {
  return silentPieces(bytes, size).map((piece, index) =>
    dns === undefined ? piece : { ...piece, dns: { ...dns, from: dns.from + index * size } },
  );
}

/** A segment sent, in segments of at most `limit` bytes; what asks for attention at its end stays with the last (tcp_fragment). */
export function cut(packet: Unacked, limit: number): readonly Unacked[] {
  const { segment, skb } = packet;
  if (segment.data === null || segment.data.bytes <= limit) return [packet];
  const parts = segment.data.text === '' ? partsOf(segment.data, limit) : pieces(segment.data.text, limit);
  return parts.map((data, index): Unacked => {
    const flags = index === parts.length - 1 ? segment.flags : segment.flags.filter((flag) => flag !== 'PSH' && flag !== 'FIN');
    return { segment: { ...segment, seq: (segment.seq + index * limit) >>> 0, flags, data }, skb };
  });
}
