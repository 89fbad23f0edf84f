/**
 * Wall time and steps: which step a playing journey is at after so many milliseconds, and how far between two.
 *
 * One mapping for everything that moves: the map's packet, the timeline's needle and a recording read the same plan, so they
 * cannot drift apart. Speed and pause change the milliseconds, never the plan.
 */
import type { JourneyModel, JourneyStep } from './model.ts';
import type { StepBy } from './stops.ts';

/** Between two steps: 0 at `from`, 1 at rest at `to`. Linear; whoever draws eases it. */
export interface Motion {
  readonly from: number;
  readonly to: number;
  readonly progress: number;
}

interface Leg {
  readonly from: number;
  readonly to: number;
  readonly startMs: number;
  readonly moveMs: number;
}

export interface Plan {
  readonly legs: readonly Leg[];
  readonly totalMs: number;
}

/** Milliseconds at speed 1: how long the packet moves or the mark appears, and how long one may read. */
interface Pace {
  readonly moveMs: number;
  readonly holdMs: number;
}

const LINK: Pace = { moveMs: 420, holdMs: 230 };
const REWRITE: Pace = { moveMs: 240, holdMs: 660 };
const DECISION: Pace = { moveMs: 240, holdMs: 260 };
const MATCH: Pace = { moveMs: 120, holdMs: 280 };
const NO_MATCH: Pace = { moveMs: 120, holdMs: 110 };

export function paceOf({ step, nat }: JourneyStep): Pace {
  if (nat !== null) return REWRITE;
  switch (step.kind) {
    case 'socket.send':
    case 'socket.deliver':
    case 'qdisc':
    case 'dev.tx':
    case 'dev.rx':
    case 'wire':
      return LINK;
    case 'encap':
    case 'decap':
      return { ...REWRITE, moveMs: LINK.moveMs };
    case 'drop':
    case 'reject':
    case 'icmp.error':
      return REWRITE;
    case 'route.lookup':
    case 'neigh':
    case 'ttl':
    case 'bridge.fdb':
    case 'bridge.nf':
    case 'vxlan.fdb':
    case 'pmtu':
      return DECISION;
    case 'nf.rule':
      return step.matched ? MATCH : NO_MATCH;
    case 'nf.run':
    case 'nf.end':
    case 'nf.hook':
    case 'ct':
    case 'nat':
      return NO_MATCH;
  }
}

/** The whole journey, stop by stop. */
export function planOf(journey: JourneyModel, by: StepBy): Plan {
  const legs: Leg[] = [];
  let at = 0;
  let from: number | null = null;
  for (const to of journey.stops[by]) {
    const step = journey.steps[to];
    if (step === undefined) continue;
    const { moveMs, holdMs } = paceOf(step);
    const move = from === null ? 0 : moveMs;
    legs.push({ from: from ?? to, to, startMs: at, moveMs: move });
    at += move + holdMs;
    from = to;
  }
  return { legs, totalMs: at };
}

/** Where a journey that has played for `ms` is. */
export function motionAt({ legs }: Plan, ms: number): Motion {
  const leg = legs.findLast(({ startMs }) => startMs <= ms) ?? legs[0];
  if (leg === undefined) return { from: 0, to: 0, progress: 1 };
  const progress = leg.moveMs === 0 ? 1 : Math.min(1, Math.max(0, (ms - leg.startMs) / leg.moveMs));
  return { from: leg.from, to: leg.to, progress };
}

/** From where a journey that stands at `index` plays on: at rest there, or leaving for the next stop when it is none. */
export function restAt({ legs, totalMs }: Plan, index: number): number {
  const next = legs.find(({ to }) => to >= index);
  if (next === undefined) return totalMs;
  return next.to === index ? next.startMs + next.moveMs : next.startMs;
}
