/** What the camera shows when it is told to fit: everything while it can be read, else the nodes that matter now. */
import { bottom, centre, grow, hasPoint, union } from '../scene/box.geom.ts';
import type { Box, Point, Scene } from '../scene/scene-types.ts';

export interface Focus {
  /** The nodes that matter now: those of a journey and of what it could have come to, or the selection's. */
  readonly nodes: readonly string[];
  /** All those nodes are shown, however small: packets are on their way to all of them. */
  readonly whole: boolean;
  /** What the packet of a journey is at. */
  readonly at: Box | null;
  /** The node that fills a narrow screen; null where all are shown. */
  readonly only: string | null;
}

/** Below this scale the text of node zoom can't be read well; far-away boxes still can. */
const READABLE = 0.55;

/** Kernel zoom in a journey is read word by word: its 11 px stay 11 px, or as good as that when all fits so. */
const JOURNEY = { all: 0.8, part: 1, largest: 1.15 };

/** Margins of a node: nothing is said there. */
const SLACK = 24;

/** Height of the legend in the corner of cluster zoom. */
const LEGEND = 36;

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
  if (scene.zoom === 'cluster') return { ...all, h: all.h + LEGEND / scaleOf(all, size) };
  const close = isClose(scene, focus);
  if (scaleOf(all, size) >= (close ? JOURNEY.all : READABLE)) return all;
  const boxes = focus.nodes.flatMap((name) => scene.nodeBoxes.get(name) ?? []);
  const involved = union(boxes.length > 0 ? boxes : [...scene.nodeBoxes.values()].slice(0, 2));
  if (focus.whole) return grow(involved, 30);
  if (close) return closePart(grow(involved, 4), size, focus.at, scene);
  return readablePart(grow(involved, 40), size);
}

/** Whether the kernels are read in a journey. */
export function isClose(scene: Scene, { at }: Pick<Focus, 'at'>): boolean {
  return at !== null && scene.zoom === 'kernel';
}

/** As much as can be read, around the gutter between the nodes, where their devices are. */
function readablePart(box: Box, size: Size): Box {
  const w = Math.min(box.w, size.w / READABLE);
  const h = Math.min(box.h, size.h / READABLE);
  const x = Math.min(Math.max(-w / 2, box.x), box.x + box.w - w);
  return { x, y: box.y, w, h };
}

/** A view at scale 1 or a little more: the box in its middle, or where it is larger, the part around the packet. */
function closePart(box: Box, size: Size, at: Box | null, scene: Scene): Box {
  const scale = Math.max(JOURNEY.part, Math.min(JOURNEY.largest, scaleOf(box, size)));
  const [w, h] = [size.w / scale, size.h / scale];
  const packet = centre(at ?? box);
  return { x: along(box.x, box.w, w, packet.x), y: closeTop(box, h, packet, scene), w, h };
}

/** Room that is left over is at the top, where the toolbar floats. */
function closeTop(box: Box, height: number, packet: Point, scene: Scene): number {
  if (box.h <= height) return bottom(box) - height;
  return topAroundNode(scene, height, packet) ?? along(box.y, box.h, height, packet.y);
}

/** The top of a view that has the node around a point at its bottom; null where it is between nodes, or the node is higher than the view. */
export function topAroundNode(scene: Scene, height: number, at: Point): number | null {
  const node = [...scene.nodeBoxes.values()].find((box) => hasPoint(box, at));
  return node === undefined || node.h > height ? null : bottom(node) - height;
}

/** Start of a view of `length` over a range; a little too long a range loses as much at both ends. */
function along(start: number, range: number, length: number, at: number): number {
  if (range <= length + SLACK) return start + (range - length) / 2;
  return Math.min(Math.max(at - length / 2, start), start + range - length);
}
