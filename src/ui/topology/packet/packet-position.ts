/** Where the packet is between two steps: pure, so that playing, scrubbing and stepping back draw the same thing. */
import type { JourneyModel } from '../../journey/model.ts';
import { pointAt } from '../scene/line.geom.ts';
import type { Box, Point, Scene } from '../scene/scene-types.ts';
import { walkOf, type Walk } from './stops.ts';

export interface PacketPosition {
  readonly at: Point;
  /** What it stands at; null while it is on its way. */
  readonly box: Box | null;
}

/** `fraction` of the way from step `index` to the next one. */
export function packetPosition(scene: Scene, journey: JourneyModel, index: number, fraction: number): PacketPosition | null {
  return positionBetween(walkOf(scene, journey), { from: index, to: index + 1, progress: fraction });
}

interface Between {
  readonly from: number;
  readonly to: number;
  readonly progress: number;
}

/** The same between any two steps, forwards or backwards, along every line the steps between them take. */
export function positionBetween(walk: Walk, { from, to, progress }: Between): PacketPosition | null {
  const start = walk.stops[Math.min(from, walk.stops.length - 1)];
  const end = walk.stops[to];
  if (start === undefined) return null;
  if (end === undefined || progress <= 0) return { at: start.at, box: start.box };
  if (progress >= 1) return { at: end.at, box: end.box };
  const points = wayBetween(walk, from, to);
  if (points === null) return progress < 0.5 ? { at: start.at, box: start.box } : { at: end.at, box: end.box };
  if (points.length < 2) return { at: end.at, box: end.box };
  return { at: pointAt(points, progress), box: null };
}

/** Null when some leg between them is a leap to another packet. */
function wayBetween({ legs }: Walk, from: number, to: number): readonly Point[] | null {
  const points: Point[] = [];
  for (const leg of legs.slice(Math.min(from, to), Math.max(from, to))) {
    if (leg.points === null) return null;
    points.push(...leg.points);
  }
  return from <= to ? points : points.toReversed();
}
