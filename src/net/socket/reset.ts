/**
 * The RST that answers a segment nobody expects (RFC 9293 3.10.7.1; net/ipv4/tcp_ipv4.c tcp_v4_send_reset).
 */
import { hasFlag, type TcpSegment } from '../wire/packet.ts';

/** Null where the segment is itself a RST, which is never answered. */
export function resetFor(segment: TcpSegment): TcpSegment | null {
  if (hasFlag(segment, 'RST')) return null;
  const base = { kind: 'tcp', sport: segment.dport, dport: segment.sport, window: 0, mss: null, data: null } as const;
  if (hasFlag(segment, 'ACK')) return { ...base, seq: segment.ack, ack: 0, flags: ['RST'] };
  return { ...base, seq: 0, ack: (segment.seq + segmentLength(segment)) >>> 0, flags: ['RST', 'ACK'] };
}

/** Sequence space a segment takes: its data, and one each for SYN and FIN. */
export function segmentLength(segment: TcpSegment): number {
  return (segment.data?.bytes ?? 0) + (hasFlag(segment, 'SYN') ? 1 : 0) + (hasFlag(segment, 'FIN') ? 1 : 0);
}
