/**
 * API times: virtual nanoseconds to RFC 3339 text and back (metav1.Time has whole seconds, MicroTime microseconds).
 */

const NS_PER_MS = 1_000_000;

/** The default wall clock at virtual time 0. */
export const DEFAULT_EPOCH = '2026-01-01T00:00:00Z';

/** `2026-01-01T00:00:07Z`: the text of virtual instant `ns` when the clock started at `epoch`. */
export function formatTime(epoch: string, ns: number): string {
  return `${new Date(Date.parse(epoch) + Math.floor(ns / NS_PER_MS)).toISOString().slice(0, 19)}Z`;
}

/** Virtual nanoseconds of an API time (whole seconds). */
export function parseTime(epoch: string, text: string): number {
  return (Date.parse(text) - Date.parse(epoch)) * NS_PER_MS;
}
