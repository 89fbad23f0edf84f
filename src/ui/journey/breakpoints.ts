/** Whether a step is a place where the user asked playback to stop. */
import type { Breakpoint } from '../store/state.ts';
import type { JourneyStep } from './model.ts';

export function isBreakpoint(breakpoint: Breakpoint, { step, at, expanded }: JourneyStep): boolean {
  if (breakpoint.node !== '' && breakpoint.node !== at.node) return false;
  switch (breakpoint.kind) {
    case 'hook':
      return step.kind === 'nf.hook' && step.hook === breakpoint.hook;
    case 'device':
      return (
        (step.kind === 'dev.rx' || step.kind === 'dev.tx') &&
        step.dev.name === breakpoint.name &&
        (breakpoint.netns === '' || breakpoint.netns === at.netns)
      );
    case 'chain':
      return step.kind === 'nf.rule' && step.toChain !== null && matchesPattern(breakpoint.pattern, step.toChain);
    case 'rule': {
      const rule = expanded?.rule ?? (step.kind === 'nf.rule' ? step.rule : null);
      return (
        rule !== null && rule.table === breakpoint.table && rule.chain === breakpoint.chain && rule.number === breakpoint.number
      );
    }
  }
}

/** `KUBE-SEP-*` against a chain name; every other sign means itself. */
export function matchesPattern(pattern: string, name: string): boolean {
  const parts = pattern.split('*');
  const first = parts[0] ?? '';
  if (!name.startsWith(first)) return false;
  if (parts.length === 1) return name === first;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  const last = parts.at(-1) ?? '';
  return name.length - last.length >= at && name.endsWith(last);
}

/** The first step after `from`, up to `to`, where playback must stop; null when it may run through. */
export function firstBreakpoint(
  steps: readonly JourneyStep[],
  breakpoints: readonly Breakpoint[],
  range: { readonly from: number; readonly to: number },
): number | null {
  if (breakpoints.length === 0) return null;
  for (let i = range.from + 1; i <= range.to; i++) {
    const step = steps[i];
    if (step !== undefined && breakpoints.some((breakpoint) => isBreakpoint(breakpoint, step))) return i;
  }
  return null;
}
