/**
 * Weave's datapath in node zoom: beneath the bridge, joined to it by a cable of its own, and the tunnel port under it. What it is said to
 * be stands on it: a stand-in for Open vSwitch.
 */
import type { LinkView } from '../../store/views.ts';
import { bottom } from './box.geom.ts';
import { addCable, addDevice } from './node-zoom-pod.ts';
import type { PlacedNode } from './node-frame.geom.ts';
import { deviceName, type Uplink } from './pod-box.ts';
import { linkId, type SceneBuilder } from './scene-builder.ts';
import type { Box } from './scene-types.ts';
import { port, text } from './shapes.ts';
import { mono11 } from './text.geom.ts';

const WIDTH = 86;

/** Draws the datapath with its cable up to the bar, whose lower edge is at `barFoot`. */
export function addDatapath(scene: SceneBuilder, { node, x0 }: PlacedNode, uplink: Uplink, barFoot: number): Box {
  const name = node.view.name;
  const { datapath, bridgeEnd, datapathEnd } = uplink;
  const box = { x: x0 + 142, y: barFoot + 7, w: Math.max(WIDTH, mono11(deviceName(datapath)) + 12), h: 34 };
  const x = box.x + box.w / 2;
  addCable(
    scene,
    `uplink/${name}`,
    [
      { x, y: barFoot },
      { x, y: box.y },
    ],
    'veth',
    [port(x, barFoot), port(x, box.y)],
  );
  const device = { node: name, netns: 'root', link: datapath, box, parent: `netns/${name}` } as const;
  addDevice(scene, { ...device, sub: scene.input.words.standIn, matter: 'layer2' });
  const right = box.x - 8;
  const top = addEnd(scene, name, bridgeEnd, { right, y: barFoot + 14 });
  const foot = addEnd(scene, name, datapathEnd, { right, y: barFoot + 27 });
  scene.anchor(top, { x, y: barFoot }, { x: x - 8, y: barFoot - 8, w: 16, h: 16 });
  scene.anchor(foot, { x, y: box.y }, { x: x - 8, y: box.y - 8, w: 16, h: 16 });
  scene.link(
    top,
    foot,
    [
      { x, y: barFoot },
      { x, y: box.y },
    ],
    'veth',
  );
  scene.link(
    foot,
    linkId(name, 'root', datapath.name),
    [
      { x, y: box.y },
      { x, y: box.y + box.h / 2 },
    ],
    'veth',
  );
  return box;
}

/** A plug of the cable: its name left of the datapath; gives its id. */
function addEnd(scene: SceneBuilder, node: string, link: LinkView, { right, y }: { right: number; y: number }): string {
  const id = linkId(node, 'root', link.name);
  const w = mono11(link.name);
  scene.add(
    {
      id,
      kind: 'device',
      parent: `netns/${node}`,
      box: { x: right - w, y: y - 10, w, h: 13 },
      shapes: [text(right, y, link.name, 'm s11 i2', 'end')],
      ref: { kind: 'link', node, netns: 'root', name: link.name },
      label: scene.input.words.aria.device(deviceName(link), 'root'),
    },
    'layer2',
  );
  return id;
}

/** From the datapath down to its tunnel port. */
export function connectTunnelPort(
  scene: SceneBuilder,
  { id, box }: { readonly id: string; readonly box: Box },
  tunnel: { readonly id: string; readonly box: Box },
): void {
  const x = Math.min(tunnel.box.x + tunnel.box.w / 2, box.x + box.w - 10);
  const points = [
    { x, y: bottom(box) },
    { x, y: tunnel.box.y },
  ];
  addCable(scene, `port/${id}`, points, 'veth');
  scene.link(id, tunnel.id, [{ x, y: box.y + box.h / 2 }, ...points, { x, y: tunnel.box.y + 12 }], 'veth');
}
