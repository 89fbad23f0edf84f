/** Who owns which part of the range (weave ipam/ring/ring.go): entries by where a part begins. */
import type { Peer, RingEntry } from './gossip.ts';
import type { Range } from './space.ts';

/** The parts of `node`, neighbouring ones joined. */
export function ownedRanges(ring: readonly RingEntry[], whole: Range, node: string): readonly Range[] {
  const parts: Range[] = [];
  for (const [index, entry] of ring.entries()) {
    if (entry.node !== node) continue;
    const end = ring[index + 1]?.start ?? whole.end;
    const last = parts.at(-1);
    if (last?.end === entry.start) parts[parts.length - 1] = { start: last.start, end };
    else parts.push({ start: entry.start, end });
  }
  return parts;
}

/** The range dealt evenly among those who started together (ClaimForPeers). */
export function claimForPeers(whole: Range, peers: readonly Peer[]): readonly RingEntry[] {
  const total = whole.end - whole.start;
  const remainder = total % peers.length;
  let start = whole.start;
  return [...peers]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ node }, index) => {
      const entry = { start, node };
      start += Math.floor(total / peers.length) + (index < remainder ? 1 : 0);
      return entry;
    });
}

/** `range`, which was its owner's, goes to `to` (GrantRangeToHost). */
export function grant(
  ring: readonly RingEntry[],
  whole: Range,
  range: Range,
  { from, to }: { readonly from: string; readonly to: string },
): readonly RingEntry[] {
  const kept = ring.filter(({ start }) => start !== range.start);
  const ends = range.end === whole.end || kept.some(({ start }) => start === range.end);
  const rest = ends ? [] : [{ start: range.end, node: from }];
  return [...kept, { start: range.start, node: to }, ...rest].sort((a, b) => a.start - b.start);
}

/** The other peer that owns most; null when nobody owns anything. */
export function richest(ring: readonly RingEntry[], whole: Range, self: string): string | null {
  const nodes = [...new Set(ring.map(({ node }) => node))].filter((node) => node !== self);
  const sizeOf = (node: string): number => ownedRanges(ring, whole, node).reduce((sum, { start, end }) => sum + end - start, 0);
  return nodes.reduce<string | null>((best, node) => (best === null || sizeOf(node) > sizeOf(best) ? node : best), null);
}
