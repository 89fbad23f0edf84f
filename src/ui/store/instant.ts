/** Virtual time as people read it. */
import type { Instant } from './views.ts';

export const NS_PER_MS = 1_000_000;
export const NS_PER_S = 1_000_000_000;

/** `12.345 s` since the simulation began, to the millisecond. */
export function instantText(at: Instant): string {
  return `${(at / NS_PER_S).toFixed(3)} s`;
}

/** A duration, coarse: `4 ms`, `12 s`, `3 min`, `2 h`. */
export function spanText(ns: number): string {
  const seconds = ns / NS_PER_S;
  if (seconds < 1) return `${Math.round(ns / NS_PER_MS)} ms`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
