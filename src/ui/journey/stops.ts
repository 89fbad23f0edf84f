/**
 * Where stepping stops: at every rule, at every table of a hook, or only where the packet changes its place.
 */
import type { JourneyGroup, JourneyItem } from './groups.ts';
import type { JourneyStep } from './model.ts';

export type StepBy = 'hop' | 'hook' | 'rule';

/** Journey indexes, ascending, for each way of stepping; first and last step are always in. */
export type Stops = Readonly<Record<StepBy, readonly number[]>>;

const HOP_KINDS = new Set<string>([
  'socket.send',
  'socket.deliver',
  'qdisc',
  'dev.tx',
  'dev.rx',
  'wire',
  'drop',
  'reject',
  'icmp.error',
]);

export function stopsOf(steps: readonly JourneyStep[], groups: readonly JourneyGroup[]): Stops {
  const last = steps.length - 1;
  const rule = steps.map((step) => step.index);
  const hook = groups.flatMap((group) => group.items.map(stopOf));
  const hop = steps.filter((step) => HOP_KINDS.has(step.step.kind)).map((step) => step.index);
  return { rule, hook: withEnds(hook, last), hop: withEnds(hop, last) };
}

function stopOf(item: JourneyItem): number {
  return item.kind === 'hook' ? item.notable : item.to;
}

function withEnds(stops: readonly number[], last: number): readonly number[] {
  return last < 0 ? [] : [...new Set([0, ...stops, last])].toSorted((a, b) => a - b);
}

/** The stop after `index`; `index` itself when there is none. */
export function nextStop(stops: readonly number[], index: number): number {
  return stops.find((stop) => stop > index) ?? index;
}

/** The stop before `index`; `index` itself when there is none. */
export function previousStop(stops: readonly number[], index: number): number {
  return stops.findLast((stop) => stop < index) ?? index;
}
