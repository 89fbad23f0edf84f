/**
 * The ways of every possible end over a map. All packets of one probe take the same way up to the rule that chooses their
 * destination; from there each goes to its own back end along the lines of the map. The way of the journey shown is its own walk.
 *
 * Of a packet that came to a bad end only the way to that rule is known (the journey shown aside), so no more of it is drawn.
 */
import type { OutcomeShare } from '../../../cluster/cluster-api.ts';
import type { JourneyModel, JourneyStep } from '../../journey/model.ts';
import type { Box, Point, Scene } from '../scene/scene-types.ts';
import { linkId } from '../scene/scene-builder.ts';
import type { World } from '../scene/world.ts';
import { pointsOf, routeBetween } from './route.ts';
import type { Leg, Walk } from './stops.ts';

/** What is known of the ends: the journey's request laid over the map, and how it ended. */
export interface WaysInput {
  readonly scene: Scene;
  readonly world: World;
  /** The request of the journey shown, whatever direction is. */
  readonly journey: JourneyModel;
  readonly walk: Walk;
  readonly taken: Pick<OutcomeShare, 'outcome' | 'backend' | 'destination'>;
}

export interface Way {
  readonly points: readonly Point[];
  /** The place its packets were meant for: a back end, or where the way is lost. */
  readonly end: Box;
  /** The scene object or anchor of that place. */
  readonly at: string;
}

/** Null where the map shows neither a start nor an end. */
export function wayOf(input: WaysInput, share: OutcomeShare): Way | null {
  const { scene, walk, taken } = input;
  const mine = share.outcome === taken.outcome && share.backend === taken.backend && share.destination === taken.destination;
  const place = placeOf(input, share);
  const box = place === null ? undefined : scene.anchors.get(place)?.box;
  if (mine) {
    const last = lastStep(input.journey);
    const stop = walk.stops[last];
    if (stop === undefined) return null;
    const end = box ?? stop.box;
    return { points: pointsOfLegs(walk.legs.slice(0, last)), end, at: place ?? stop.anchor ?? '' };
  }
  const chosen = chosenAt(input.journey);
  const fork = walk.stops[Math.max(0, chosen)];
  if (fork === undefined || fork.anchor === null) return null;
  const before = pointsOfLegs(walk.legs.slice(0, Math.max(0, chosen)));
  const shared = before.length === 0 ? [fork.at] : before;
  if (share.outcome !== 'reply') return { points: shared, end: box ?? fork.box, at: place ?? fork.anchor };
  const route = place === null ? null : routeBetween(scene, fork.anchor, place);
  if (route === null || box === undefined) return null;
  return { points: [...shared, ...pointsOf(route).slice(1)], end: box, at: place ?? '' };
}

/** The step whose rule chose the destination; -1 where none did. */
export function chosenAt({ steps }: JourneyModel): number {
  return steps.find(({ nat }) => nat?.manip === 'destination')?.index ?? -1;
}

/** Where the first packet of the request ends. */
function lastStep({ steps }: JourneyModel): number {
  const ends = ({ step }: JourneyStep): boolean =>
    step.kind === 'socket.deliver' || step.kind === 'drop' || step.kind === 'reject';
  return steps.find(ends)?.index ?? steps.length - 1;
}

function pointsOfLegs(legs: readonly Leg[]): readonly Point[] {
  const points: Point[] = [];
  for (const point of legs.flatMap((leg) => leg.points ?? [])) {
    const last = points.at(-1);
    if (last === undefined || last.x !== point.x || last.y !== point.y) points.push(point);
  }
  return points;
}

/** The anchor of a back end: a Pod's eth0, its namespace where that is folded, a node's process for what has none of its own. */
function placeOf({ scene, world }: WaysInput, { backend, destination }: OutcomeShare): string | null {
  const ip = destination?.slice(0, destination.lastIndexOf(':')) ?? null;
  const known = (id: string): string | null => (scene.anchors.has(id) ? id : null);
  for (const { view, pods } of world.nodes) {
    const root = (): string | null =>
      known(`process/${view.name}`) ?? known(`netfilter/${view.name}`) ?? known(`node/${view.name}`);
    if (ip === view.ip || (ip === null && backend === view.name)) return root();
    const pod = pods.find((each) => !each.hostNetwork && (ip === null ? each.name === backend : each.ip === ip));
    if (pod === undefined) continue;
    const eth0 = pod.netns?.links.find((link) => link.peer !== null);
    return (
      (eth0 === undefined ? null : known(linkId(view.name, pod.netnsName, eth0.name))) ??
      known(`netns/${view.name}/${pod.netnsName}`)
    );
  }
  return null;
}

/** The Pod or the namespace made by hand that an end stands for, for boxes larger than its device. */
export function boxAround(scene: Scene, { at, end }: Way): Box {
  const [, node = '', namespace = '', name = ''] = at.split('/');
  const around = scene.anchors.get(`netns/${node}/${namespace}/${name}`) ?? scene.anchors.get(`netns/${node}/${namespace}`);
  return around?.box ?? end;
}
