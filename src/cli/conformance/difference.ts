/**
 * Where two paths part, in lines a person can act on: the first hop that differs, then the rules, expected beside found.
 */
import type { PathText } from './observed.ts';

/** How alike two paths are: matching hops from the start count most, then rules they share. Larger is closer. */
export function likeness(expected: PathText, found: PathText): number {
  const hops = firstDifference(expected.request, found.request) + firstDifference(expected.reply, found.reply);
  const shared = found.rules.filter((rule) => expected.rules.includes(rule)).length;
  const extra = found.rules.length - shared + (expected.rules.length - shared);
  const lengths =
    Math.abs(expected.request.length - found.request.length) + Math.abs(expected.reply.length - found.reply.length);
  return hops * 1000 - lengths * 100 - extra;
}

/** True when the two are the same in all that is compared. */
export function samePath(expected: PathText, found: PathText, { withRules }: { readonly withRules: boolean }): boolean {
  return (
    expected.key === found.key &&
    sameLines(expected.request, found.request) &&
    sameLines(expected.reply, found.reply) &&
    (!withRules || sameLines(expected.rules, found.rules))
  );
}

/** The differences of two paths, first divergence first. */
export function differenceLines(
  expected: PathText,
  found: PathText,
  { withRules }: { readonly withRules: boolean },
): readonly string[] {
  return [
    ...hopDifference('request', expected.request, found.request),
    ...hopDifference('reply', expected.reply, found.reply),
    ...(withRules ? ruleDifference(expected.rules, found.rules) : []),
  ];
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}

/** How many lines agree before the first that does not. */
function firstDifference(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((line, index) => line !== b[index]);
  return at < 0 ? Math.min(a.length, b.length) : at;
}

function hopDifference(way: string, expected: readonly string[], found: readonly string[]): readonly string[] {
  if (sameLines(expected, found)) return [];
  const at = firstDifference(expected, found);
  const line = (lines: readonly string[]): string => lines[at] ?? `nothing: the ${way} has ${lines.length} hops`;
  const before = at === 0 ? [] : [`       after     ${expected[at - 1] ?? ''}`];
  return [
    `     ${way} hop ${at + 1} (expected ${expected.length} hops, found ${found.length})`,
    ...before,
    `       expected  ${line(expected)}`,
    `       found     ${line(found)}`,
  ];
}

function ruleDifference(expected: readonly string[], found: readonly string[]): readonly string[] {
  const missing = expected.filter((rule) => !found.includes(rule));
  const extra = found.filter((rule) => !expected.includes(rule));
  if (missing.length + extra.length === 0) return [];
  return [
    `     rules hit (expected ${expected.length}, found ${found.length})`,
    ...missing.map((rule) => `       expected, not hit  ${rule}`),
    ...extra.map((rule) => `       hit, not expected  ${rule}`),
  ];
}
