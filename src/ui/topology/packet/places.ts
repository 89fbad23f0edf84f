/**
 * The places of a journey as far as cluster zoom knows them: where the packet starts, where it leaves a machine, the wire, where
 * it enters one, where it ends. One number each, along the path and in the list beside it.
 */
import type { JourneyModel, JourneyStep } from '../../journey/model.ts';
import { insideOf } from '../../journey/packet-text.ts';
import type { Box, Point, Scene } from '../scene/scene-types.ts';
import type { Leg, Walk } from './stops.ts';

export interface PathPlace {
  readonly kind: 'starts' | 'leaves' | 'sealed' | 'wire' | 'wireSealed' | 'enters' | 'opened' | 'ends';
  readonly node: string;
  /** The Pod or process; empty between the ends. */
  readonly who: string;
  readonly at: Point;
  /** The first step there. */
  readonly index: number;
}

export function pathPlaces(scene: Scene, { steps }: JourneyModel, walk: Walk): readonly PathPlace[] {
  const places: PathPlace[] = [];
  const last = Math.max(
    0,
    steps.findIndex(({ step }) => step.kind === 'socket.deliver' || step.kind === 'drop' || step.kind === 'reject'),
  );
  const end = last === 0 ? steps.length - 1 : last;
  for (const [i, step] of steps.slice(0, end + 1).entries()) {
    const stop = walk.stops[i];
    if (stop === undefined) continue;
    const sealed = insideOf(step.after.l3) !== null;
    const { node } = step.at;
    const place = (kind: PathPlace['kind'], at: Point, index: number): PathPlace => ({
      kind,
      node,
      who: whoOf(step),
      at,
      index,
    });
    if (i === 0) places.push(place('starts', stop.at, i));
    else if (i === end) places.push(place('ends', stop.at, i));
    const before = steps[i - 1];
    const leg = walk.legs[i - 1];
    if (before === undefined || leg === undefined) continue;
    if (step.at.netns === '' && before.at.netns !== '') {
      const out = {
        kind: sealed ? 'sealed' : 'leaves',
        node: before.at.node,
        who: '',
        at: borderOf(scene, before.at.node, leg),
        index: i - 1,
      } as const;
      places.push(out, { ...place(sealed ? 'wireSealed' : 'wire', stop.at, i), node: '', who: '' });
    } else if (step.at.netns !== '' && before.at.netns === '') {
      places.push({ ...place(sealed ? 'opened' : 'enters', borderOf(scene, node, leg), i), who: '' });
    }
  }
  return places;
}

function whoOf({ at, step }: JourneyStep): string {
  if (at.netns !== 'root') return at.netns.slice(at.netns.indexOf('/') + 1);
  return step.kind === 'socket.send' || step.kind === 'socket.deliver' ? step.process : (at.hook ?? at.device ?? '');
}

/** Where the line crosses the node's wall. */
function borderOf(scene: Scene, node: string, { points }: Leg): Point {
  const box = scene.nodeBoxes.get(node);
  const line = points ?? [];
  for (const [i, point] of line.entries()) {
    const next = line[i + 1];
    const wall = box === undefined || next === undefined ? null : crossing(box, point, next);
    if (wall !== null) return wall;
  }
  return line[0] ?? { x: 0, y: 0 };
}

/** Lines are vertical or horizontal. */
function crossing({ x, y, w, h }: Box, a: Point, b: Point): Point | null {
  if (a.x === b.x && a.x >= x && a.x <= x + w) {
    const wall = [y, y + h].find((each) => Math.min(a.y, b.y) <= each && each <= Math.max(a.y, b.y));
    return wall === undefined ? null : { x: a.x, y: wall };
  }
  if (a.y === b.y && a.y >= y && a.y <= y + h) {
    const wall = [x, x + w].find((each) => Math.min(a.x, b.x) <= each && each <= Math.max(a.x, b.x));
    return wall === undefined ? null : { x: wall, y: a.y };
  }
  return null;
}
