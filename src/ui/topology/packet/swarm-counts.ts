/**
 * Where the counts of many packets stand: beside the Pod they came to. Back ends that the map draws as one box (a folded group,
 * or a row of cells) share one count.
 */
import { bottom, right } from '../scene/box.geom.ts';
import type { Box, Point, Scene } from '../scene/scene-types.ts';
import { boxAround, type Way } from './ways.ts';

export interface SwarmCount {
  /** Left edge and middle of the count. */
  readonly at: Point;
  /** The ways that end here, by their index. */
  readonly ways: readonly number[];
  readonly bad: boolean;
}

export interface EndedWay extends Way {
  readonly bad: boolean;
}

interface Spot {
  readonly key: string;
  readonly at: Point;
}

export function countsOf(scene: Scene, ways: readonly EndedWay[]): readonly SwarmCount[] {
  const counts = new Map<string, { at: Point; ways: number[]; bad: boolean }>();
  for (const [i, way] of ways.entries()) {
    const spot = scene.zoom === 'cluster' ? besideRow(scene, way) : onWall(boxAround(scene, way));
    const key = `${spot.key} ${way.bad}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { at: spot.at, ways: [i], bad: way.bad });
    else known.ways.push(i);
  }
  return [...counts.values()];
}

/** On the lower wall of the box, at its left: cables leave in the middle, and names stand at the top. */
function onWall(box: Box): Spot {
  return { key: `${box.x} ${box.y}`, at: { x: box.x + 6, y: bottom(box) } };
}

/** Behind the last cell of the row. */
function besideRow(scene: Scene, { end }: Way): Spot {
  const node = [...scene.nodeBoxes.values()].find(
    (box) => box.x <= end.x && right(box) >= right(end) && box.y <= end.y && box.y + box.h >= end.y,
  );
  const row = scene.cells.filter(({ box }) => box.y === end.y && node !== undefined && box.x > node.x && box.x < right(node));
  const last = Math.max(right(end), ...row.map(({ box }) => right(box)));
  return { key: `${node?.x ?? 0} ${end.y}`, at: { x: last + 4, y: end.y + end.h / 2 } };
}
