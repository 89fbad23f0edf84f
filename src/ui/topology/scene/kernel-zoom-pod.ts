/** Pods in kernel zoom: name, address and eth0 on the outside of the node, the cable down to the bridge. */
import type { LinkView } from '../../store/views.ts';
import { addCable, addDevice, addLoopback, linkLoopback } from './node-zoom-pod.ts';
import type { ColumnBox, PlacedNode } from './node-frame.geom.ts';
import { addressOf, belongsTo, deviceName, type Fold } from './pod-box.ts';
import { isRouted } from './routed.ts';
import { linkId, type SceneBuilder } from './scene-builder.ts';
import type { Box, Shape } from './scene-types.ts';
import { newMark, port, rect, text } from './shapes.ts';
import { keepEnd, keepStart, mono11, shortPodName, ui11, ui12b } from './text.geom.ts';
import type { PodWorld } from './world.ts';

const TOP = 26;
const HEIGHT = 72;
/** At least; lo stands beside it. */
const ETH0_W = 96;
const HOST_END_Y = 124;
const BRIDGE_Y = 158;
/** The first column may reach over the kernel, where the packet's chip has room beside it. */
const WIDE = 206;

export function addKernelPod(
  scene: SceneBuilder,
  placed: PlacedNode,
  pod: PodWorld,
  column: ColumnBox & { readonly first: boolean },
): void {
  const box = podBox(placed, pod, column);
  const { place, ref } = pod;
  const isNew = scene.isNew(ref);
  const object = {
    id: `pod/${pod.id}`,
    kind: 'pod',
    ref,
    from: place,
    to: { kind: 'place', place },
    box,
    parent: `node/${placed.node.view.name}`,
  } as const;
  const wall = rect(box, 8, pod.trouble === null ? 'g-pod' : 'g-pod trouble');
  const label = scene.input.words.aria.pod(pod.name, pod.ip ?? '', pod.trouble);
  scene.add({ ...object, layer: 'wall', label, shapes: [wall, ...(isNew ? [newMark({ ...box, y: box.y + 4, h: 32 })] : [])] });
  scene.add({
    ...object,
    id: `label/${pod.id}`,
    parent: `pod/${pod.id}`,
    box: { ...box, h: 40 },
    shapes: podLabel(scene, pod, box),
    isNew,
  });
  addCables(scene, placed, pod, column, box);
}

/** As wide as its column, or wider inward for the first one when the name and address need it. */
function podBox({ side, box }: PlacedNode, pod: PodWorld, { x, w, first }: ColumnBox & { readonly first: boolean }): Box {
  const need = ui12b(nameOf(pod)) + mono11(pod.ip ?? '') + 32;
  const wide = first && need > w ? Math.min(WIDE, need) : w;
  return { x: side === 'right' ? x + w - wide : x, y: box.y + TOP, w: wide, h: HEIGHT };
}

function nameOf(pod: PodWorld): string {
  return shortPodName(pod.name, pod.owner !== null);
}

function podLabel({ input }: SceneBuilder, pod: PodWorld, box: Box): readonly Shape[] {
  const ip = pod.ip ?? '';
  const name = nameOf(pod);
  const oneLine = ui12b(name) + mono11(ip) + 28 <= box.w;
  const inside =
    pod.place.kind === 'pod' ? pod.containers.map((container) => container.name).join(', ') : belongsTo(pod, input.words);
  const second = pod.trouble ?? (oneLine ? keepStart(inside, box.w - 20, ui11) : '');
  const secondCls = pod.trouble === null ? 's11 i2' : 's11 b cd';
  if (oneLine) {
    return [
      text(box.x + 10, box.y + 17, name, 'b'),
      text(box.x + box.w - 10, box.y + 17, ip, 'm s11 i2', 'end'),
      text(box.x + 10, box.y + 33, second, secondCls),
    ];
  }
  return [
    text(box.x + 10, box.y + 17, keepEnd(name, box.w - 20, ui12b), 'b'),
    text(box.x + 10, box.y + 33, ip, 'm s11 i2'),
    ...(second === '' ? [] : [text(box.x + box.w - 10, box.y + 33, second, secondCls, 'end')]),
  ];
}

function addCables(scene: SceneBuilder, placed: PlacedNode, pod: PodWorld, column: ColumnBox, podBoxNow: Box): void {
  const node = placed.node.view.name;
  const top = placed.box.y;
  const x = column.x + column.w / 2;
  const eth0 = pod.netns?.links.find((link) => link.peer !== null);
  if (eth0 === undefined) return;
  const at = deviceBox(eth0, x, top + TOP + 42, ETH0_W);
  addDevice(scene, { node, netns: pod.netnsName, link: eth0, box: at, parent: `pod/${pod.id}`, matter: 'addressed' });
  scene.anchor(`netns/${node}/${pod.netnsName}`, { x, y: at.y + 10 }, podBoxNow);
  const lo = { x: at.x + at.w + 4, y: at.y, w: 18, h: at.h };
  // Beside an eth0 with a long name there is no room for it.
  if (lo.x + lo.w + 4 <= podBoxNow.x + podBoxNow.w) {
    addLoopback(scene, { node, pod }, lo);
    linkLoopback(scene, { node, pod });
  }
  if (pod.hostEnd === null) return;
  const routed = isRouted(pod.hostEnd);
  const sub = routed ? addressOf(pod.hostEnd) : null;
  const host = { ...deviceBox(pod.hostEnd, x, top + HOST_END_Y, 120), ...(sub === null ? {} : { h: 36 }) };
  const hostId = linkId(node, 'root', pod.hostEnd.name);
  addDevice(scene, {
    node,
    netns: 'root',
    link: pod.hostEnd,
    box: host,
    parent: `netns/${node}`,
    sub,
    matter: routed ? 'addressed' : 'layer2',
  });
  const cable = [
    { x, y: at.y + 20 },
    { x, y: host.y },
  ];
  addCable(scene, `veth/${hostId}`, cable, pod.hostEnd.up ? 'veth' : 'veth down');
  scene.link(linkId(node, pod.netnsName, eth0.name), hostId, [{ x, y: at.y + 10 }, ...cable, { x, y: host.y + 10 }], 'veth');
  addPlug(scene, { node, top, x, link: pod.hostEnd, from: { x, y: host.y + 20 }, centre: { x, y: host.y + 10 } });
}

interface Plug {
  readonly node: string;
  readonly top: number;
  readonly x: number;
  readonly link: LinkView;
  readonly from: { readonly x: number; readonly y: number };
  readonly centre: { readonly x: number; readonly y: number };
}

/** From the host's end to its port on the bridge. The port's anchor is placed by the bridge. */
function addPlug(scene: SceneBuilder, { node, top, x, link, from, centre }: Plug): void {
  if (link.master === null) return;
  const id = linkId(node, 'root', link.name);
  const y = top + BRIDGE_Y;
  addCable(scene, `plug/${id}`, [from, { x, y }], 'veth', [port(x, y)]);
  const portId = `port/${node}/${link.name}`;
  scene.anchor(portId, { x, y: y + 18 }, { x: x - 20, y, w: 40, h: 36 });
  scene.link(id, portId, [centre, { x, y: y + 18 }], 'veth');
}

function deviceBox(link: LinkView, x: number, y: number, minWidth: number): Box {
  const w = Math.max(minWidth, mono11(deviceName(link)) + 8);
  return { x: x - w / 2, y, w, h: 20 };
}

export function addKernelFold(scene: SceneBuilder, placed: PlacedNode, fold: Fold, { x, w }: ColumnBox): void {
  const { words } = scene.input;
  const node = placed.node.view.name;
  const box = { x, y: placed.box.y + TOP, w, h: HEIGHT };
  const middle = x + w / 2;
  scene.add({
    id: fold.key,
    kind: 'fold',
    parent: `node/${node}`,
    box,
    shapes: [
      rect(box, 8, 'g-pod folded'),
      text(middle, box.y + 32, keepEnd(fold.name, w - 10, ui11), 's11 cp b', 'middle'),
      text(middle, box.y + 48, words.podsFolded(fold.pods.length), 's11 i2', 'middle'),
    ],
    label: words.aria.fold(fold.name, fold.pods.length),
    fold: fold.key,
  });
  for (const [i, pod] of fold.pods.entries()) {
    const cableX = middle + (Math.min(i, 2) - (Math.min(fold.pods.length, 3) - 1) / 2) * 12;
    scene.anchor(`netns/${node}/${pod.netnsName}`, { x: middle, y: box.y + HEIGHT - 12 }, box);
    if (pod.hostEnd === null) continue;
    const id = linkId(node, 'root', pod.hostEnd.name);
    const at = { x: cableX, y: placed.box.y + HOST_END_Y + 10 };
    scene.anchor(id, at, { x: cableX - 8, y: at.y - 10, w: 16, h: 20 });
    scene.link(
      `netns/${node}/${pod.netnsName}`,
      id,
      [{ x: middle, y: box.y + HEIGHT - 12 }, { x: cableX, y: box.y + HEIGHT }, at],
      'veth',
    );
    const from = { x: cableX, y: box.y + HEIGHT };
    if (isRouted(pod.hostEnd)) {
      if (i < 3) addCable(scene, `veth/${id}`, [from, { x: cableX, y: at.y + 10 }], 'veth');
    } else if (i < 3) addPlug(scene, { node, top: placed.box.y, x: cableX, link: pod.hostEnd, from, centre: at });
    else
      scene.link(
        id,
        `port/${node}/${fold.pods[0]?.hostEnd?.name ?? ''}`,
        [at, { x: cableX, y: placed.box.y + BRIDGE_Y + 18 }],
        'veth',
      );
  }
}
