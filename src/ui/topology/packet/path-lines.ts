/**
 * The path over the map: what was travelled, what comes next, what else was possible; and what the packet has met.
 */
import { lengthOf, pathOf } from '../scene/line.geom.ts';
import type { Point, Scene } from '../scene/scene-types.ts';
import { pointsOf, routeBetween } from './route.ts';
import type { Leg, Walk } from './stops.ts';

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
  return { travelled: done.map(draw), next: ahead.map(draw), sealed: sealed.map(draw) };
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

/** A Pod's namespace is drawn as the Pod. */
function objectOf(anchor: string): string {
  return anchor.replace(/^netns\/[^/]+\//, 'pod/');
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

/** Ways from where the packet starts to the Pods that could have answered it. */
export function possiblePaths(
  scene: Scene,
  from: string,
  pods: readonly { readonly number: number; readonly anchor: string }[],
): readonly PossiblePath[] {
  return pods.flatMap(({ number, anchor }) => {
    const route = routeBetween(scene, from, anchor);
    const end = scene.anchors.get(anchor);
    if (route === null || route.length === 0 || end === undefined) return [];
    return [{ number, path: draw(pointsOf(route)), badge: { x: end.box.x + end.box.w - 10, y: end.box.y + end.box.h } }];
  });
}
