/**
 * Addresses a peer owns, free and given (weave ipam/space/space.go, net/address/address.go): sorted ranges, the lowest free one first;
 * a peer that asks for room gets the largest aligned part, and no more than half of what is free.
 */

/** From `start` up to, not including, `end`; addresses as u32. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export class Space {
  /** Free ranges, sorted and apart from each other. */
  #free: readonly Range[] = [];

  get free(): readonly Range[] {
    return this.#free;
  }

  get freeCount(): number {
    return this.#free.reduce((sum, range) => sum + sizeOf(range), 0);
  }

  add(range: Range): void {
    const touching = this.#free.filter(({ start, end }) => start <= range.end && end >= range.start);
    const others = this.#free.filter((each) => !touching.includes(each));
    const joined = {
      start: Math.min(range.start, ...touching.map(({ start }) => start)),
      end: Math.max(range.end, ...touching.map(({ end }) => end)),
    };
    this.#free = [...others, joined].sort((a, b) => a.start - b.start);
  }

  /** The lowest free address of `within`, taken; null when there is none. */
  allocate(within: Range): number | null {
    for (const { start, end } of this.#free) {
      const address = Math.max(start, within.start);
      if (address >= Math.min(end, within.end)) continue;
      this.#subtract({ start: address, end: address + 1 });
      return address;
    }
    return null;
  }

  /** Gives room away; null when nothing is free (Donate). */
  donate(): Range | null {
    const biggest = this.#biggest();
    if (biggest === null) return null;
    const half = sizeOf(biggest) > Math.floor(this.freeCount / 2);
    const given = half ? { start: biggest.start + Math.floor(sizeOf(biggest) / 2), end: biggest.end } : biggest;
    this.#subtract(given);
    return given;
  }

  #biggest(): Range | null {
    let biggest: Range | null = null;
    for (const chunk of this.#free) {
      const aligned = biggestCIDR(chunk);
      if (biggest === null || sizeOf(aligned) >= sizeOf(biggest)) biggest = aligned;
    }
    return biggest;
  }

  #subtract(taken: Range): void {
    this.#free = this.#free.flatMap(({ start, end }) =>
      [
        { start, end: Math.min(end, taken.start) },
        { start: Math.max(start, taken.end), end },
      ].filter((range) => range.start < range.end),
    );
  }
}

function sizeOf({ start, end }: Range): number {
  return end - start;
}

/** The largest part that is a prefix (Range.BiggestCIDRRange); of two as large the lower one. */
function biggestCIDR({ start, end }: Range): Range {
  const size = end - start;
  const top = 2 ** Math.floor(Math.log2(size));
  const rest = size - top;
  const over = start % top;
  if (over === 0) return { start, end: start + top };
  if (top - over <= rest) return { start: start + top - over, end: start + 2 * top - over };
  const half = top / 2;
  const from = half >= over ? start + half - over : start + top - over;
  return { start: from, end: from + half };
}

/** A range as prefixes, in order (Range.CIDRs). */
export function prefixesOf({ start, end }: Range): readonly { readonly start: number; readonly length: number }[] {
  const prefixes: { start: number; length: number }[] = [];
  let from = start;
  while (from < end) {
    let size = 1;
    while (from % (size * 2) === 0 && from + size * 2 <= end) size *= 2;
    prefixes.push({ start: from, length: 32 - Math.log2(size) });
    from += size;
  }
  return prefixes;
}
