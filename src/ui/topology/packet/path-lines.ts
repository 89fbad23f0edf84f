/**
 * The path over the map: what was travelled, what comes next, what else was possible; and what the packet has met.
 */
import { lengthOf, pathOf } from '../scene/line.geom.ts';
import type { OutcomeShare } from '../../../cluster/cluster-api.ts';
import type { Point } from '../scene/scene-types.ts';
import type { Leg, Walk } from './stops.ts';
import { boxAround, chosenAt, wayOf, type WaysInput } from './ways.ts';

export interface PathLines {
  /** SVG path data, one a run without leaps. */
  readonly travelled: readonly string[];
  readonly next: readonly string[];
  /** Runs inside a tunnel, drawn as a double line under the others. */
  readonly sealed: readonly string[];
}

const RADIUS = 6;

/** The lines around step `index`. */
export function pathLines({ legs }: Walk, index: number): PathLines {
  const done = runs(legs.slice(0, index));
  const ahead = runs(legs.slice(index));
  const sealed = runs(legs.filter((leg) => leg.sealed && leg.edges.every((edge) => edge.kind === 'wire')));
  return { travelled: drawn(done), next: drawn(ahead), sealed: drawn(sealed) };
}

/** A way taken again, by a retransmission, is the same line. */
function drawn(lines: readonly (readonly Point[])[]): readonly string[] {
  return [...new Set(lines.map(draw))];
}

function draw(points: readonly Point[]): string {
  return pathOf(points, RADIUS);
}

/** Joins legs that follow each other; a leap begins a new run. */
function runs(legs: readonly Leg[]): readonly (readonly Point[])[] {
  const found: Point[][] = [[]];
  for (const { points } of legs) {
    const current = found.at(-1);
    const last = current?.at(-1);
    const first = points?.[0];
    const joined = points !== null && (last === undefined || first === undefined || (last.x === first.x && last.y === first.y));
    if (joined) current?.push(...points);
    else found.push([...(points ?? [])]);
  }
  return found.filter((points) => lengthOf(points) > 0);
}

/** A Pod's namespace is drawn as the Pod, one made by hand as what it is. */
export function objectOf(anchor: string): string {
  return /^netns\/[^/]+\/[^/]+$/.test(anchor) ? `pod/${anchor}` : anchor.replace(/^netns\/[^/]+\//, 'pod/');
}

/** What lies behind the packet and what it is at, for lighting the boxes. */
export function metObjects(
  { stops }: Walk,
  index: number,
): { readonly past: ReadonlySet<string>; readonly now: string | null } {
  const past = new Set(stops.slice(0, index).flatMap((stop) => (stop.anchor === null ? [] : [objectOf(stop.anchor)])));
  const at = stops[index]?.anchor ?? null;
  const now = at === null ? null : objectOf(at);
  if (now !== null) past.delete(now);
  return { past, now };
}

/** A way the packet could have taken, with the number it has in the list of outcomes. */
export interface PossiblePath {
  readonly number: number;
  readonly path: string;
  readonly badge: Point;
}

/** Ways to the ends that the packet shown did not come to, from where they part from its own. */
export function possiblePaths(input: WaysInput, shares: readonly OutcomeShare[]): readonly PossiblePath[] {
  const chosen = chosenAt(input.journey);
  const shared = input.walk.stops[Math.max(0, chosen)]?.at;
  return shares.flatMap((share, i) => {
    const { taken } = input;
    if (share.outcome === taken.outcome && share.backend === taken.backend && share.destination === taken.destination)
      return [];
    const way = wayOf(input, share);
    if (way === null || lengthOf(way.points) === 0) return [];
    const fork = way.points.findLastIndex((point) => point.x === shared?.x && point.y === shared.y);
    const end = boxAround(input.scene, way);
    return [
      { number: i + 1, path: draw(way.points.slice(Math.max(0, fork))), badge: { x: end.x + end.w - 10, y: end.y + end.h } },
    ];
  });
}
