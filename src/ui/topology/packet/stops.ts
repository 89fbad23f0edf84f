/**
 * Where each step of a journey stands on a map, and the lines between. A step that happens nowhere in particular (a route
 * lookup, a neighbour) happens where the packet is; a step on the wire is half way to where it comes out.
 */
import type { JourneyModel, JourneyStep } from '../../journey/model.ts';
import { insideOf } from '../../journey/packet-text.ts';
import { lengthOf, pointAt } from '../scene/line.geom.ts';
import type { Box, Edge, Point, Scene } from '../scene/scene-types.ts';
import { linkId } from '../scene/scene-builder.ts';
import { pointsOf, routeBetween } from './route.ts';

export interface Stop {
  readonly at: Point;
  /** What the packet is at: the chip's tail points to it. */
  readonly box: Box;
  /** The scene object it is at; null on the wire. */
  readonly anchor: string | null;
}

/** From one step to the next. Null points: the next step is about another packet elsewhere, and nothing moves there. */
export interface Leg {
  readonly points: readonly Point[] | null;
  readonly edges: readonly Edge[];
  /** The frame travels inside another packet. */
  readonly sealed: boolean;
}

export interface Walk {
  /** One a step. */
  readonly stops: readonly Stop[];
  /** `legs[i]` leads from step i to step i + 1. */
  readonly legs: readonly Leg[];
}

const walks = new WeakMap<Scene, WeakMap<JourneyModel, Walk>>();

/** The journey laid over the map; kept for both. */
export function walkOf(scene: Scene, journey: JourneyModel): Walk {
  const known = walks.get(scene)?.get(journey);
  if (known !== undefined) return known;
  const walk = layOver(scene, journey);
  const ofScene = walks.get(scene) ?? new WeakMap<JourneyModel, Walk>();
  walks.set(scene, ofScene.set(journey, walk));
  return walk;
}

function layOver(scene: Scene, { steps }: JourneyModel): Walk {
  const anchors = anchorsOf(scene, steps);
  const stops = steps.map((_, i) => stopAt(scene, anchors, i));
  const legs = steps.slice(1).map((step, i): Leg => {
    const before = steps[i];
    if (before === undefined || !continues(before, step)) return { points: null, edges: [], sealed: false };
    return legBetween(scene, anchors, i, stops, before);
  });
  return { stops, legs };
}

/** The same packet, or one that carries or came out of the other. */
function continues(a: JourneyStep, b: JourneyStep): boolean {
  if (a.packet.id === b.packet.id) return true;
  const related = a.packet.parentId === b.packet.id || b.packet.parentId === a.packet.id;
  return related && b.packet.relation !== 'retransmission' && b.packet.relation !== 'arp' && a.packet.relation !== 'arp';
}

function anchorsOf(scene: Scene, steps: readonly JourneyStep[]): readonly (string | null)[] {
  const anchors: (string | null)[] = [];
  let here: { readonly anchor: string | null; readonly place: string } = { anchor: null, place: '' };
  for (const step of steps) {
    const place = `${step.at.node} ${step.at.netns}`;
    const own: string | null = step.at.netns === '' ? null : anchorOf(scene, step, here.place === place ? here.anchor : null);
    anchors.push(own);
    if (own !== null) here = { anchor: own, place };
  }
  return anchors;
}

/** The map's place of a step; `here` is where the packet was, if in the same namespace. */
function anchorOf(scene: Scene, { at, step }: JourneyStep, here: string | null): string | null {
  const { node, netns, device, hook } = at;
  const known = (id: string): string | null => (scene.anchors.has(id) ? id : null);
  const root = netns === 'root';
  const home = root
    ? (known(`netfilter/${node}`) ?? known(`node/${node}`) ?? known(`host/${node}`))
    : known(`netns/${node}/${netns}`);
  if (hook !== null) return root ? (known(`hook/${node}/${hook}`) ?? home) : (here ?? home);
  if (device !== null && step.kind !== 'neigh')
    return portOf(scene, node, device, here) ?? known(linkId(node, netns, device)) ?? here ?? home;
  if (step.kind === 'socket.send' || step.kind === 'socket.deliver') return root ? (known(`process/${node}`) ?? home) : home;
  return here ?? home;
}

/** On a bridge the packet is at the port it came in by. */
function portOf(scene: Scene, node: string, device: string, here: string | null): string | null {
  const prefix = linkId(node, 'root', '');
  if (here === null || !scene.anchors.has(linkId(node, 'root', device))) return null;
  if (here.startsWith(`port/${node}/`)) return isBridge(scene, node, device) ? here : null;
  if (!here.startsWith(prefix) || !isBridge(scene, node, device)) return null;
  const port = `port/${node}/${here.slice(prefix.length)}`;
  return scene.anchors.has(port) ? port : null;
}

function isBridge(scene: Scene, node: string, device: string): boolean {
  return scene.objects.some((object) => object.kind === 'bridge' && object.id === linkId(node, 'root', device));
}

function stopAt(scene: Scene, anchors: readonly (string | null)[], index: number): Stop {
  const own = anchors[index] ?? null;
  const anchor = own === null ? undefined : scene.anchors.get(own);
  if (anchor !== undefined) return { at: anchor.at, box: anchor.box, anchor: anchor.id };
  const points = wirePoints(scene, anchors, index);
  const at = pointAt(points, wireShare(anchors, index));
  return { at, box: { x: at.x - 13, y: at.y - 9, w: 26, h: 18 }, anchor: null };
}

/** The line from the last place before the wire to the first after it. */
function wirePoints(scene: Scene, anchors: readonly (string | null)[], index: number): readonly Point[] {
  const from = anchors.slice(0, index).findLast((anchor) => anchor !== null);
  const to = anchors.slice(index + 1).find((anchor) => anchor !== null);
  const start = scene.anchors.get(from ?? to ?? '');
  const route = from === undefined || to === undefined ? null : routeBetween(scene, from, to);
  return route === null || route.length === 0 ? [start?.at ?? { x: 0, y: 0 }] : pointsOf(route);
}

/** How far along the wire a step is: steps on it share it evenly. */
function wireShare(anchors: readonly (string | null)[], index: number): number {
  let first = index;
  while (first > 0 && anchors[first - 1] === null) first--;
  let last = index;
  while (last < anchors.length - 1 && anchors[last + 1] === null) last++;
  return (index - first + 1) / (last - first + 2);
}

function legBetween(
  scene: Scene,
  anchors: readonly (string | null)[],
  index: number,
  stops: readonly Stop[],
  before: JourneyStep,
): Leg {
  const [from, to] = [anchors[index] ?? null, anchors[index + 1] ?? null];
  const sealed = insideOf(before.after.l3) !== null;
  if (from !== null && to !== null) {
    const route = routeBetween(scene, from, to);
    if (route !== null) return { points: pointsOf(route), edges: route, sealed };
    const [a, b] = [stops[index], stops[index + 1]];
    return { points: a === undefined || b === undefined || from === to ? [] : [a.at, b.at], edges: [], sealed };
  }
  const wire = index + 1 < anchors.length && to === null ? index + 1 : index;
  const start = from === null ? wireShare(anchors, index) : 0;
  const end = to === null ? wireShare(anchors, index + 1) : 1;
  return { points: part(wirePoints(scene, anchors, wire), start, end), edges: [], sealed };
}

/** The piece of a line between two fractions of its length. */
export function part(points: readonly Point[], start: number, end: number): readonly Point[] {
  const length = lengthOf(points);
  const inside: Point[] = [];
  let passed = 0;
  for (const [i, point] of points.entries()) {
    const previous = points[i - 1];
    if (previous !== undefined) passed += Math.hypot(point.x - previous.x, point.y - previous.y);
    if (passed > start * length && passed < end * length) inside.push(point);
  }
  return [pointAt(points, start), ...inside, pointAt(points, end)];
}
