/** What the camera shows when it is told to fit: everything while it can be read, else the nodes that matter now. */
import type { Ref } from '../../../cluster/snapshot.ts';
import type { JourneyModel } from '../../journey/model.ts';
import { centre, grow, union } from '../scene/box.geom.ts';
import type { Box, Scene } from '../scene/scene-types.ts';

export interface Focus {
  readonly selection: Ref | null;
  readonly journey: JourneyModel | null;
  /** What the packet is at. */
  readonly at: Box | null;
  /** The node that fills a narrow screen; null where all are shown. */
  readonly only: string | null;
}

/** Below this scale the text of node zoom can't be read well; far-away boxes still can. */
const READABLE = 0.55;

/** Kernel zoom in a journey is read word by word: its 11 px stay 11 px, or as good as that when all fits so. */
const JOURNEY = { all: 0.92, part: 1 };

interface Size {
  readonly w: number;
  readonly h: number;
}

/** Whether everything fits into the size and can be read. */
export function isReadable(scene: Scene, size: Size): boolean {
  return scaleOf(scene.bounds, size) >= READABLE;
}

function scaleOf(box: Box, size: Size): number {
  return Math.min(size.w / box.w, size.h / box.h);
}

export function frameOf(scene: Scene, size: Size, focus: Focus): Box {
  const all = scene.bounds;
  const near = focus.only === null ? undefined : scene.nodeBoxes.get(focus.only);
  if (near !== undefined) return grow(near, 8);
  const close = focus.journey !== null && scene.zoom === 'kernel';
  if (scene.zoom === 'cluster' || scaleOf(all, size) >= (close ? JOURNEY.all : READABLE)) return all;
  const boxes = focusNodes(focus).flatMap((name) => scene.nodeBoxes.get(name) ?? []);
  const first = [...scene.nodeBoxes.values()].slice(0, 2);
  const involved = union(boxes.length > 0 ? boxes : first);
  if (!close) return readablePart(grow(involved, 40), size, { least: READABLE, at: null });
  return readablePart(grow(involved, 4), size, { least: JOURNEY.part, at: focus.at });
}

interface PartOptions {
  readonly least: number;
  /** What has to be in it. */
  readonly at: Box | null;
}

/** As much of the box as can be read: around the packet, else around the gutter between the nodes, where their devices are. */
function readablePart(box: Box, size: Size, { least, at }: PartOptions): Box {
  const w = Math.min(box.w, size.w / least);
  const h = Math.min(box.h, size.h / least);
  const middle = at === null ? { x: 0, y: box.y } : centre(at);
  const clamp = (value: number, from: number, to: number): number => Math.min(Math.max(value, from), Math.max(from, to));
  const x = clamp(middle.x - w / 2, box.x, box.x + box.w - w);
  return { x, y: at === null ? box.y : clamp(middle.y - h / 2, box.y, box.y + box.h - h), w, h };
}

function focusNodes({ selection, journey }: Focus): readonly string[] {
  if (journey !== null) return [...new Set(journey.steps.map((step) => step.at.node))];
  return selection !== null && 'node' in selection ? [selection.node] : [];
}
