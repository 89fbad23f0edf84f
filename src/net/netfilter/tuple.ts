/**
 * Tuples: which connection a packet belongs to (nf_conntrack_core.c nf_ct_get_tuple, nf_ct_invert_tuple).
 */
import type { Ipv4Packet } from '../wire/packet.ts';
import type { Tuple } from './conntrack-types.ts';

/** ICMP queries and their answers; other types have no inverse. */
const ICMP_INVERSE: ReadonlyMap<number, number> = new Map([
  [8, 0],
  [0, 8],
  [13, 14],
  [14, 13],
  [15, 16],
  [16, 15],
  [17, 18],
  [18, 17],
]);

/** ICMP types that may open a connection. */
export const ICMP_QUERIES: ReadonlySet<number> = new Set([8, 13, 15, 17]);

/** The tuple of a packet as it is now. */
export function tupleOf(packet: Ipv4Packet): Tuple {
  const { src, dst, l4 } = packet;
  if (l4.kind === 'icmp') {
    return { protocol: 'icmp', src, dst, sport: 0, dport: 0, icmp: { id: l4.id, type: l4.type, code: l4.code } };
  }
  if (l4.kind === 'ipencap') return { protocol: l4.kind, src, dst, sport: 0, dport: 0, icmp: null };
  return { protocol: l4.kind, src, dst, sport: l4.sport, dport: l4.dport, icmp: null };
}

/** The tuple of the answer; null for ICMP that has none. */
export function invertTuple(tuple: Tuple): Tuple | null {
  const { protocol, src, dst, sport, dport, icmp } = tuple;
  if (icmp === null) return { protocol, src: dst, dst: src, sport: dport, dport: sport, icmp: null };
  const type = ICMP_INVERSE.get(icmp.type);
  return type === undefined
    ? null
    : { protocol, src: dst, dst: src, sport: 0, dport: 0, icmp: { id: icmp.id, type, code: icmp.code } };
}

/** Equal for equal tuples only. */
export function tupleKey({ protocol, src, dst, sport, dport, icmp }: Tuple): string {
  return icmp === null
    ? `${protocol} ${src}:${sport} ${dst}:${dport}`
    : `${protocol} ${src} ${dst} ${icmp.type}/${icmp.code} ${icmp.id}`;
}
