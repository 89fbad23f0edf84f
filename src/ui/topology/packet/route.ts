/** The way between two places of a map, along its lines: Dijkstra over the scene's edges. */
import type { Edge, Point, Scene } from '../scene/scene-types.ts';
import { lengthOf } from '../scene/line.geom.ts';

interface Graph {
  readonly outgoing: ReadonlyMap<string, readonly Edge[]>;
  readonly found: Map<string, Route | null>;
}

/** A way: the edges taken, in order. */
export type Route = readonly Edge[];

const graphs = new WeakMap<Scene, Graph>();

function graphOf(scene: Scene): Graph {
  const known = graphs.get(scene);
  if (known !== undefined) return known;
  const outgoing = new Map<string, Edge[]>();
  for (const edge of scene.edges) {
    const edges = outgoing.get(edge.from);
    if (edges === undefined) outgoing.set(edge.from, [edge]);
    else edges.push(edge);
  }
  const graph = { outgoing, found: new Map<string, Route | null>() };
  graphs.set(scene, graph);
  return graph;
}

/** The shortest way, or null where no line leads. */
export function routeBetween(scene: Scene, from: string, to: string): Route | null {
  if (from === to) return [];
  const graph = graphOf(scene);
  const key = `${from}\n${to}`;
  const known = graph.found.get(key);
  if (known !== undefined) return known;
  const route = search(graph, from, to);
  graph.found.set(key, route);
  return route;
}

interface Reached {
  readonly length: number;
  readonly by: Edge | null;
}

function search({ outgoing }: Graph, from: string, to: string): Route | null {
  const reached = new Map<string, Reached>([[from, { length: 0, by: null }]]);
  const open = new Map<string, number>([[from, 0]]);
  while (open.size > 0) {
    const place = nearest(open);
    if (place === to) return wayTo(reached, to);
    const length = open.get(place) ?? 0;
    open.delete(place);
    for (const edge of outgoing.get(place) ?? []) {
      const next = length + lengthOf(edge.points);
      if (next >= (reached.get(edge.to)?.length ?? Infinity)) continue;
      reached.set(edge.to, { length: next, by: edge });
      open.set(edge.to, next);
    }
  }
  return null;
}

function nearest(open: ReadonlyMap<string, number>): string {
  let best = '';
  let length = Infinity;
  for (const [place, at] of open) {
    if (at >= length) continue;
    best = place;
    length = at;
  }
  return best;
}

function wayTo(reached: ReadonlyMap<string, Reached>, to: string): Route {
  const route: Edge[] = [];
  for (let edge = reached.get(to)?.by ?? null; edge !== null; edge = reached.get(edge.from)?.by ?? null) route.push(edge);
  return route.toReversed();
}

/** All points of a way, without the repeats where edges join. */
export function pointsOf(route: Route): readonly Point[] {
  const points: Point[] = [];
  for (const point of route.flatMap((edge) => edge.points)) {
    const last = points.at(-1);
    if (last === undefined || last.x !== point.x || last.y !== point.y) points.push(point);
  }
  return points;
}
