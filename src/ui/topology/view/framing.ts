/** What the camera shows when it is told to fit: everything while it can be read, else the nodes that matter now. */
import type { Ref } from '../../../cluster/snapshot.ts';
import type { JourneyModel } from '../../journey/model.ts';
import { grow, union } from '../scene/box.geom.ts';
import type { Box, Scene } from '../scene/scene-types.ts';

export interface Focus {
  readonly selection: Ref | null;
  readonly journey: JourneyModel | null;
  /** The node that fills a narrow screen; null where all are shown. */
  readonly only: string | null;
}

/** Below this scale the text of node and kernel zoom can't be read. */
const READABLE = 0.55;

export function frameOf(scene: Scene, size: { readonly w: number; readonly h: number }, focus: Focus): Box {
  const all = scene.bounds;
  const near = focus.only === null ? undefined : scene.nodeBoxes.get(focus.only);
  if (near !== undefined) return grow(near, 8);
  const fits = Math.min(size.w / all.w, size.h / all.h) >= READABLE;
  if (fits || scene.zoom === 'cluster') return all;
  const boxes = focusNodes(focus).flatMap((name) => scene.nodeBoxes.get(name) ?? []);
  const first = [...scene.nodeBoxes.values()].slice(0, 2);
  return readablePart(grow(union(boxes.length > 0 ? boxes : first), 40), size);
}

/** As much of the box as can be read, around the gutter between the nodes, where their devices are. */
function readablePart(box: Box, size: { readonly w: number; readonly h: number }): Box {
  const w = Math.min(box.w, size.w / READABLE);
  const h = Math.min(box.h, size.h / READABLE);
  const x = Math.min(Math.max(-w / 2, box.x), box.x + box.w - w);
  return { x, y: box.y, w, h };
}

function focusNodes({ selection, journey }: Focus): readonly string[] {
  if (journey !== null) return [...new Set(journey.steps.map((step) => step.at.node))];
  return selection !== null && 'node' in selection ? [selection.node] : [];
}
