/**
 * What of a scene is mounted: what is in view, and of that as much as SVG draws well. When more is in view than that, the
 * small things go first; Pods that go are drawn as cells on the canvas beneath.
 */
import { overlaps } from '../scene/box.geom.ts';
import type { Box, Cell, Scene, SceneKind, SceneObject } from '../scene/scene-types.ts';

/** Software rendering keeps 60 frames a second up to about this many objects. */
export const MOUNTED_LIMIT = 300;

/** Below this scale, text of 11 px can't be read. */
const READABLE = 0.42;

const RANK: Readonly<Record<SceneKind, number>> = {
  node: 0,
  host: 0,
  service: 0,
  pending: 0,
  underlay: 1,
  netns: 1,
  pod: 2,
  fold: 2,
  bridge: 3,
  netfilter: 3,
  tie: 4,
  device: 5,
  hook: 5,
  process: 5,
  link: 6,
  container: 7,
};

/** Kinds that are nothing but small text or lines. */
const SMALL = 5;

export interface Visible {
  readonly objects: readonly SceneObject[];
  readonly cells: readonly Cell[];
}

export function visibleOf(scene: Scene, view: Box, scale: number): Visible {
  const inView = scene.objects.filter((object) => overlaps(object.box, view));
  const readable =
    scale >= READABLE || scene.zoom === 'cluster'
      ? inView
      : inView.filter((object) => RANK[object.kind] < SMALL && !object.id.startsWith('label/'));
  const cells = scene.cells.filter((cell) => overlaps(cell.box, view));
  if (readable.length <= MOUNTED_LIMIT) return { objects: readable, cells };
  return withinLimit(readable, cells);
}

function withinLimit(objects: readonly SceneObject[], cells: readonly Cell[]): Visible {
  for (let rank = 7; rank > 0; rank--) {
    const kept = objects.filter((object) => RANK[object.kind] < rank);
    if (kept.length > MOUNTED_LIMIT && rank > 1) continue;
    const gone = objects.filter((object) => object.kind === 'pod' && object.layer === 'wall' && RANK.pod >= rank);
    return { objects: kept.slice(0, MOUNTED_LIMIT), cells: [...cells, ...gone.map(cellOf)] };
  }
  return { objects: objects.slice(0, MOUNTED_LIMIT), cells };
}

function cellOf({ id, box, isNew, shapes }: SceneObject): Cell {
  const bad = shapes.some((shape) => shape.cls.includes('trouble'));
  return { pod: id.slice('pod/'.length), box, tone: bad ? 'bad' : isNew ? 'new' : 'lit' };
}
