/** A Pod in node zoom: a namespace with its containers, eth0 and lo, and the cable to the host's end in the root namespace. */
import type { LinkView } from '../../store/views.ts';
import type { ColumnBox, PlacedNode } from './node-frame.geom.ts';
import { addressOf, belongsTo, deviceName, type Fold } from './pod-box.ts';
import { isRouted } from './routed.ts';
import { linkId, type SceneBuilder } from './scene-builder.ts';
import type { Box, SceneObject, Shape } from './scene-types.ts';
import { line, newMark, port, rect, text } from './shapes.ts';
import { keepEnd, keepStart, mono11, mono12, shortPodName, ui11 } from './text.geom.ts';
import type { ContainerWorld, PodWorld } from './world.ts';

const TOP = 36;
const HEIGHT = 140;
const HOST_END_Y = 212;
const BRIDGE_Y = 252;
/** How high the way to lo goes over the devices. */
const LOOP = 4;
/** Containers drawn a row each; more share the last row. */
const ROWS = 3;

export function addPod(scene: SceneBuilder, placed: PlacedNode, pod: PodWorld, { x, w }: ColumnBox): void {
  const box = { x, y: placed.box.y + TOP, w, h: HEIGHT };
  const { place } = pod;
  const isNew = scene.isNew(pod.ref);
  const object = {
    id: `pod/${pod.id}`,
    kind: 'pod',
    parent: `node/${placed.node.view.name}`,
    ref: pod.ref,
    from: place,
    to: { kind: 'place', place },
    box,
  } as const;
  scene.add({
    ...object,
    layer: 'wall',
    label: scene.input.words.aria.pod(pod.name, pod.ip ?? '', pod.trouble),
    shapes: [
      rect(box, 8, pod.trouble === null ? 'g-pod' : 'g-pod trouble'),
      ...(isNew ? [newMark({ ...box, y: box.y + 6, h: 30 })] : []),
    ],
  });
  scene.add({
    ...object,
    id: `label/${pod.id}`,
    parent: `pod/${pod.id}`,
    box: { ...box, h: 40 },
    shapes: podLabel(scene, pod, box),
    isNew,
  });
  addContainers(scene, placed, pod, box);
  addDevices(scene, placed, pod, box);
}

function podLabel({ input }: SceneBuilder, pod: PodWorld, box: Box): readonly Shape[] {
  const ip = pod.ip ?? '';
  const room = box.w - 24 - mono12(ip) - 8;
  const name = keepEnd(shortPodName(pod.name, pod.owner !== null), room, mono12);
  const trouble = pod.trouble ?? '';
  const owner = keepStart(belongsTo(pod, input.words), box.w - 32 - ui11(trouble), ui11);
  return [
    text(box.x + 12, box.y + 18, name, 'm b'),
    text(box.x + box.w - 12, box.y + 18, ip, 'm b', 'end'),
    text(box.x + 12, box.y + 33, owner, 's11 i2'),
    ...(trouble === '' ? [] : [text(box.x + box.w - 12, box.y + 33, trouble, 's11 b cd', 'end')]),
  ];
}

function addContainers(scene: SceneBuilder, placed: PlacedNode, pod: PodWorld, box: Box): void {
  const shown = pod.containers.length > ROWS ? pod.containers.slice(0, ROWS - 1) : pod.containers;
  const rest = pod.containers.slice(shown.length);
  for (const [row, container] of shown.entries()) addContainer(scene, placed, pod, container, rowBox(box, row));
  if (rest.length === 0) return;
  const last = rowBox(box, shown.length);
  const names = rest.map((container) => container.name).join(', ');
  scene.add(
    {
      id: `containers/${pod.id}`,
      kind: 'container',
      parent: `pod/${pod.id}`,
      box: last,
      shapes: [rect(last, 3, 'g-ctr'), text(last.x + 8, last.y + 13, keepStart(names, last.w - 16, ui11), 's11')],
      ref: pod.ref,
      label: names,
    },
    'container',
  );
}

function rowBox(box: Box, row: number): Box {
  return { x: box.x + 12, y: box.y + 42 + 21 * row, w: box.w - 24, h: 18 };
}

function addContainer(
  scene: SceneBuilder,
  { node }: PlacedNode,
  pod: PodWorld,
  { view, name, ports }: ContainerWorld,
  box: Box,
): void {
  const pause = view.container === 'POD';
  const listed = ports.join(' ');
  const facts = pause ? scene.input.words.holdsNamespace : keepStart(listed, box.w - 60, mono11);
  const room = box.w - 22 - (pause ? ui11(facts) : mono11(facts));
  scene.add(
    {
      id: `container/${view.id}`,
      kind: 'container',
      parent: `pod/${pod.id}`,
      box,
      shapes: [
        rect(box, 3, 'g-ctr'),
        text(box.x + 8, box.y + 13, keepStart(name, room, ui11), pause ? 's11 i2' : 's11'),
        ...(facts === '' ? [] : [text(box.x + box.w - 8, box.y + 13, facts, pause ? 's11 i3' : 'm s11 i2', 'end')]),
      ],
      ref: { kind: 'container', node: node.view.name, id: view.id },
      label: scene.input.words.aria.container(name, view.image),
      isNew: false,
    },
    'container',
  );
}

function addDevices(scene: SceneBuilder, placed: PlacedNode, pod: PodWorld, box: Box): void {
  const links = pod.netns?.links ?? [];
  const eth0 = links.find((link) => link.peer !== null);
  const node = placed.node.view.name;
  addLoopback(scene, { node, pod }, { x: box.x + box.w - 35, y: box.y + 108, w: 23, h: 22 });
  if (eth0 === undefined) {
    scene.anchor(`netns/${node}/${pod.netnsName}`, { x: box.x + 24, y: box.y + 119 }, box);
    linkLoopback(scene, { node, pod });
    return;
  }
  const at = { x: box.x + 12, y: box.y + 108, w: box.w - 53, h: 22 };
  addDevice(scene, { node, netns: pod.netnsName, link: eth0, box: at, parent: `pod/${pod.id}`, matter: 'addressed' });
  scene.anchor(`netns/${node}/${pod.netnsName}`, { x: at.x + at.w / 2, y: at.y + 11 }, box);
  linkLoopback(scene, { node, pod });
  if (pod.hostEnd !== null) addHostEnd(scene, placed, pod.hostEnd, { eth0, pod, x: at.x + at.w / 2 });
}

interface PodOfNode {
  readonly node: string;
  readonly pod: PodWorld;
}

/** What the containers of a Pod reach each other by. */
export function addLoopback(scene: SceneBuilder, { node, pod }: PodOfNode, box: Box): void {
  const link = pod.netns?.links.find(({ kind }) => kind === 'loopback');
  if (link === undefined) return;
  addDevice(scene, { node, netns: pod.netnsName, link, box, parent: `pod/${pod.id}`, label: 'lo', matter: 'loopback' });
}

/** The way of a packet that never leaves the namespace: over the devices' heads to lo, and back. */
export function linkLoopback(scene: SceneBuilder, { node, pod }: PodOfNode): void {
  const home = scene.anchorOf(`netns/${node}/${pod.netnsName}`);
  const lo = scene.anchorOf(linkId(node, pod.netnsName, 'lo'));
  if (home === undefined || lo === undefined) return;
  const y = lo.box.y - LOOP;
  scene.link(home.id, lo.id, [home.at, { x: home.at.x, y }, { x: lo.at.x, y }, lo.at], 'flow');
}

interface DrawnDevice {
  readonly node: string;
  readonly netns: string;
  readonly link: LinkView;
  readonly box: Box;
  readonly parent: string;
  /** What the box says; the device's name with both indexes unless told. */
  readonly label?: string;
  /** A second line. */
  readonly sub?: string | null;
  readonly matter: 'addressed' | 'layer2' | 'loopback';
}

export function addDevice(
  scene: SceneBuilder,
  { node, netns, link, box, parent, label, sub = null, matter }: DrawnDevice,
): void {
  const id = linkId(node, netns, link.name);
  const ref = { kind: 'link', node, netns, name: link.name } as const;
  const isNew = scene.isNew(ref);
  const middle = box.x + box.w / 2;
  const titleCls = label === 'lo' ? 'm s11 i2' : 'm s11';
  scene.add(
    {
      id,
      kind: 'device',
      parent,
      box,
      shapes: [
        rect(box, 3, link.up ? 'g-dev' : 'g-dev down'),
        ...(isNew ? [newMark(box)] : []),
        text(middle, box.y + (sub === null ? box.h / 2 : 11) + 4, label ?? deviceName(link), titleCls, 'middle'),
        ...(sub === null ? [] : [text(middle, box.y + 29, sub, 'm s11 i2', 'middle')]),
      ],
      ref,
      label: scene.input.words.aria.device(deviceName(link), netns),
    },
    matter,
  );
  scene.anchor(id, { x: box.x + box.w / 2, y: box.y + box.h / 2 }, box);
}

/** The host's end in the Pod's column: cable from eth0, device box, cable to its bridge port. */
function addHostEnd(
  scene: SceneBuilder,
  placed: PlacedNode,
  link: LinkView,
  end: { eth0: LinkView; pod: PodWorld; x: number },
): void {
  const node = placed.node.view.name;
  const top = placed.box.y;
  const w = Math.max(150, mono11(deviceName(link)) + 14);
  const routed = isRouted(link);
  const sub = routed ? addressOf(link) : null;
  const box = { x: end.x - w / 2, y: top + HOST_END_Y, w, h: sub === null ? 22 : 36 };
  const eth0 = linkId(node, end.pod.netnsName, end.eth0.name);
  const host = linkId(node, 'root', link.name);
  const cable = [
    { x: end.x, y: top + TOP + 130 },
    { x: end.x, y: box.y },
  ];
  const matter = routed ? 'addressed' : 'layer2';
  addDevice(scene, { node, netns: 'root', link, box, parent: `netns/${node}`, sub, matter });
  addCable(scene, `veth/${host}`, cable, link.up ? 'veth' : 'veth down');
  scene.link(eth0, host, [{ x: end.x, y: top + TOP + 119 }, ...cable, { x: end.x, y: box.y + 11 }], 'veth');
  if (link.master === null) return;
  const plug = [
    { x: end.x, y: box.y + 22 },
    { x: end.x, y: top + BRIDGE_Y },
  ];
  addCable(scene, `plug/${host}`, plug, 'veth', [port(end.x, top + BRIDGE_Y)]);
}

export function addCable(
  scene: SceneBuilder,
  id: string,
  points: readonly { x: number; y: number }[],
  cls: string,
  ends: readonly Shape[] = [],
): void {
  const [a, b] = [points[0], points.at(-1)];
  if (a === undefined || b === undefined) return;
  const box = {
    x: Math.min(a.x, b.x) - 5,
    y: Math.min(a.y, b.y) - 5,
    w: Math.abs(a.x - b.x) + 10,
    h: Math.abs(a.y - b.y) + 10,
  };
  const object: Pick<SceneObject, 'kind' | 'box'> = { kind: 'link', box };
  scene.add({ ...object, id, layer: 'line', shapes: [line(points, cls, 8)] }, 'layer2');
  // Ports sit on the edge of the bar, so they are painted over it.
  if (ends.length > 0) scene.add({ ...object, id: `${id}/ends`, shapes: ends }, 'layer2');
}

/** A folded group: a dashed box with a line for each cable. */
export function addFold(scene: SceneBuilder, placed: PlacedNode, fold: Fold, { x, w }: ColumnBox): void {
  const { words } = scene.input;
  const node = placed.node.view.name;
  const top = placed.box.y;
  const box = { x, y: top + TOP, w, h: HEIGHT };
  const bad = fold.pods.filter((pod) => pod.trouble !== null).length;
  scene.add({
    id: fold.key,
    kind: 'fold',
    parent: `node/${node}`,
    box,
    shapes: [
      rect(box, 8, 'g-pod folded'),
      text(x + w / 2, box.y + 62, keepEnd(fold.name, w - 10, ui11), 's11 cp b', 'middle'),
      text(x + w / 2, box.y + 79, words.podsFolded(fold.pods.length), 's11 i2', 'middle'),
      ...(bad === 0 ? [] : [text(x + w / 2, box.y + 96, `${bad} NotReady`, 's11 b cd', 'middle')]),
    ],
    label: words.aria.fold(fold.name, fold.pods.length),
    fold: fold.key,
    isNew: fold.pods.some((pod) => scene.isNew(pod.ref)),
  });
  const ends = fold.pods.flatMap((pod) => (pod.hostEnd === null ? [] : [{ pod, link: pod.hostEnd }]));
  const drawn = Math.min(ends.length, 5);
  const spacing = drawn > 3 ? 10 : 12;
  const half = ((drawn - 1) / 2) * spacing;
  const label = words.veths(ends.length);
  // What counts the cables stands right of them, inside the wall.
  const middle = Math.min(x + w / 2 - 6, x + w - ui11(label) - half - 12);
  for (const pod of fold.pods) scene.anchor(`netns/${node}/${pod.netnsName}`, { x: middle, y: box.y + HEIGHT - 30 }, box);
  for (const [i, { pod, link }] of ends.entries()) {
    const cableX = middle - half + Math.min(i, drawn - 1) * spacing;
    const points = [
      { x: cableX, y: box.y + HEIGHT },
      { x: cableX, y: top + (isRouted(link) ? HOST_END_Y + 22 : BRIDGE_Y) },
    ];
    const host = linkId(node, 'root', link.name);
    if (i < drawn) addCable(scene, `veth/${host}`, points, 'veth', link.master === null ? [] : [port(cableX, top + BRIDGE_Y)]);
    scene.anchor(host, { x: cableX, y: top + HOST_END_Y + 11 }, { x: cableX - 8, y: top + HOST_END_Y, w: 16, h: 22 });
    const pieces = [
      { x: cableX, y: box.y + HEIGHT - 8 },
      { x: cableX, y: top + HOST_END_Y + 11 },
    ];
    scene.link(`netns/${node}/${pod.netnsName}`, host, [{ x: middle, y: box.y + HEIGHT - 30 }, ...pieces], 'veth');
  }
  if (ends.length > 0) {
    const labelX = middle + half + 10;
    scene.add(
      {
        id: `veths/${fold.key}`,
        kind: 'link',
        box: { x: labelX, y: top + 214, w: 40, h: 14 },
        shapes: [text(labelX, top + 227, label, 's11 i2')],
      },
      'layer2',
    );
  }
}
