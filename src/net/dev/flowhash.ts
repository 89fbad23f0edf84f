/**
 * The hash of a flow that tunnels turn into a source port, so that one inner flow always takes the same outer path
 * (net/core/flow_dissector.c skb_get_hash).
 *
 * Simplification: FNV-1a over the same fields instead of siphash with a boot-time key.
 */
import { fnv32a } from '../../lib/hash.ts';
import type { L3 } from '../wire/packet.ts';

/** A 32-bit hash of addresses, protocol and ports. */
export function flowHash(l3: L3): number {
  if (l3.kind === 'arp') return fnv32a(`arp ${l3.spa} ${l3.tpa}`);
  const { l4 } = l3;
  // The dissector looks into IP in IP: what is inside tells flows apart.
  if (l4.kind === 'ipencap') return flowHash(l4.packet);
  const ports = l4.kind === 'icmp' ? String(l4.id) : `${l4.sport} ${l4.dport}`;
  return fnv32a(`${l4.kind} ${l3.src} ${l3.dst} ${ports}`);
}
