/**
 * Pods without a bridge (kindnet, Calico): the node's end of each pair is a routed device, and one lane gathers their lines on the way to
 * the kernel, which every packet passes, even to the Pod next door.
 */
import { bottom } from './box.geom.ts';
import type { PlacedNode } from './node-frame.geom.ts';
import { linkId, type SceneBuilder } from './scene-builder.ts';
import type { LinkView } from '../../store/views.ts';
import type { Point } from './scene-types.ts';
import { line } from './shapes.ts';

export interface Lane {
  readonly y: number;
  /** The anchor all lines lead to. */
  readonly to: string;
  /** From the lane's end to that anchor; the first point is on the lane. */
  readonly onward: readonly Point[];
  /** How many of the onward points are drawn: the rest lies inside the box the line leads to. */
  readonly drawn: number;
}

/** The node's end of a Pod's pair, where the node routes and no bridge switches. */
export function isRouted({ master, peer }: LinkView): boolean {
  return master === null && peer !== null && peer.netns !== 'root';
}

/** Draws the lane and lets packets follow it; the Pods have placed the devices. */
export function connectRouted(scene: SceneBuilder, { node: { view } }: PlacedNode, lane: Lane): void {
  const [start] = lane.onward;
  const devices = view.root.links
    .filter(isRouted)
    .flatMap((link) => scene.anchorOf(linkId(view.name, 'root', link.name)) ?? []);
  if (start === undefined || devices.length === 0) return;
  for (const device of devices) {
    const foot = { x: device.at.x, y: lane.y };
    scene.link(device.id, lane.to, [device.at, foot, ...lane.onward], 'flow');
  }
  // Folded Pods share a line, so each place is drawn once.
  const tops = new Map(devices.map((device) => [device.at.x, bottom(device.box)]));
  const xs = [...tops.keys(), start.x];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const shapes = [
    ...[...tops].map(([x, y]) =>
      line(
        [
          { x, y },
          { x, y: lane.y },
        ],
        'flow',
      ),
    ),
    line(
      [
        { x: left, y: lane.y },
        { x: right, y: lane.y },
      ],
      'flow',
    ),
    ...(lane.drawn > 1 ? [line(lane.onward.slice(0, lane.drawn), 'flow', 6)] : []),
  ];
  const top = Math.min(...tops.values());
  const foot = Math.max(lane.y, ...lane.onward.slice(0, lane.drawn).map(({ y }) => y));
  const box = { x: left, y: top, w: right - left, h: foot - top };
  scene.add({ id: `flow/${view.name}/routes`, kind: 'link', layer: 'line', box, shapes }, 'netfilter');
}
