/**
 * The comparisons matches are made of: whether one held, and its words.
 */
import type { AddressMask, PortRange } from './match.ts';

/** One comparison of a match: did it hold, its words, the packet's own value, what was compared. Words are made on demand. */
export interface Part {
  readonly holds: boolean;
  readonly property: string;
  readonly text: () => string;
  readonly packet: () => string;
}

export function inRange(value: number, range: PortRange): boolean {
  return (value >= range.min && value <= range.max) !== range.invert;
}

export function inAddress(value: number, address: AddressMask): boolean {
  return ((value & address.mask) >>> 0 === address.addr) !== address.invert;
}
