/**
 * Many packets at once: which of them are on their way at a moment, where, and how many have come to each end. A pure function
 * of time: the counts are the measured ones, and the order in which they come is spread evenly, as it is not recorded.
 */
import { distance } from '../scene/line.geom.ts';
import type { Point } from '../scene/scene-types.ts';

export interface SwarmWay {
  readonly points: readonly Point[];
  /** Packets that take it. */
  readonly count: number;
}

interface Flight {
  readonly way: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Beside the line, in px of the screen, so that a stream is not one dot. */
  readonly aside: number;
}

export interface Swarm {
  readonly flights: readonly Flight[];
  readonly tracks: readonly Track[];
  readonly totalMs: number;
}

interface Track {
  readonly points: readonly Point[];
  /** Length from the start to each point. */
  readonly lengths: readonly number[];
}

/** How many are on their way at once: what the drawing budget is for. */
export const IN_FLIGHT = 200;

/** A way of this length takes about this long; longer ones are flown faster, so that no one has to wait. */
const SPEED = { px: 600, ms: 1100, shortest: 700, longest: 1800 };
const ASIDE = 3.5;
/** An irrational step spreads what follows each other evenly, without chance. */
const GOLDEN = 0.618_033_988_75;

export function planSwarm(ways: readonly SwarmWay[]): Swarm {
  const tracks = ways.map(({ points }) => trackOf(points));
  const durations = tracks.map(({ lengths }) => durationOf(lengths.at(-1) ?? 0));
  const everyMs = Math.max(0, ...durations) / IN_FLIGHT;
  const flights = orderOf(ways.map((way) => way.count)).map((way, i): Flight => {
    const startMs = i * everyMs;
    return { way, startMs, endMs: startMs + (durations[way] ?? 0), aside: (((i * GOLDEN) % 1) * 2 - 1) * ASIDE };
  });
  return { flights, tracks, totalMs: Math.max(0, ...flights.map((flight) => flight.endMs)) };
}

function durationOf(length: number): number {
  if (length === 0) return 0;
  return Math.min(SPEED.longest, Math.max(SPEED.shortest, (length / SPEED.px) * SPEED.ms));
}

function trackOf(points: readonly Point[]): Track {
  let length = 0;
  const lengths = points.map((point, i) => (length += distance(points[i - 1] ?? point, point)));
  return { points, lengths };
}

/** One way a packet, so that each way's share of those sent so far is nearest to its share of all. */
function orderOf(counts: readonly number[]): readonly number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const sent = counts.map(() => 0);
  return Array.from({ length: total }, (_, i) => {
    let next = 0;
    let most = -Infinity;
    for (const [way, count] of counts.entries()) {
      const behind = (count * (i + 1)) / total - (sent[way] ?? 0);
      if (behind <= most || (sent[way] ?? 0) >= count) continue;
      most = behind;
      next = way;
    }
    sent[next] = (sent[next] ?? 0) + 1;
    return next;
  });
}

/** Packets landed on each way at `ms`, in the order of the ways. */
export function landedAt({ flights, tracks }: Swarm, ms: number): readonly number[] {
  const landed = tracks.map(() => 0);
  for (const { way, startMs, endMs } of flights) {
    if (startMs > ms) break;
    if (endMs <= ms) landed[way] = (landed[way] ?? 0) + 1;
  }
  return landed;
}

/** A packet on its way: its place on the line, which way the line goes there (a unit vector), and its distance from the line. */
export interface SwarmDot {
  readonly at: Point;
  readonly along: Point;
  readonly aside: number;
  readonly way: number;
}

export function dotsAt({ flights, tracks }: Swarm, ms: number): readonly SwarmDot[] {
  const dots: SwarmDot[] = [];
  for (const { way, startMs, endMs, aside } of flights) {
    if (startMs > ms) break;
    const track = tracks[way];
    if (endMs <= ms || track === undefined) continue;
    const place = placeOn(track, (ms - startMs) / (endMs - startMs));
    if (place !== null) dots.push({ ...place, aside, way });
  }
  return dots;
}

function placeOn({ points, lengths }: Track, fraction: number): Pick<SwarmDot, 'at' | 'along'> | null {
  const reached = fraction * (lengths.at(-1) ?? 0);
  const i = Math.max(
    1,
    lengths.findIndex((length) => length >= reached),
  );
  const [a, b] = [points[i - 1], points[i]];
  if (a === undefined || b === undefined) return null;
  const length = (lengths[i] ?? 0) - (lengths[i - 1] ?? 0);
  const along = length === 0 ? { x: 1, y: 0 } : { x: (b.x - a.x) / length, y: (b.y - a.y) / length };
  const done = reached - (lengths[i - 1] ?? 0);
  return { at: { x: a.x + along.x * done, y: a.y + along.y * done }, along };
}
