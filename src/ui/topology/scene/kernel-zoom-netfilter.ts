/**
 * The root namespace in kernel zoom: bridge, the plate with its five hooks, tunnel, NIC across the border; and the ways a
 * packet may take between them, one way each, as the kernel calls the hooks.
 *
 *     PRE ──── FWD ──── POST      arriving packets enter at PRE from either side, leaving ones go out of POST to either side
 *      │                  │       (over the upper and the middle lane when the side is the far one)
 *      IN ── process ── OUT       a tunnel hands its outer packet to OUT and takes its inner one from IN (lower lane)
 */
import type { HookName, LinkView } from '../../store/views.ts';
import { centre } from './box.geom.ts';
import { addHiddenDevices, HIDDEN_CHIP_W } from './hidden-devices.ts';
import { FRAME, WIRE_Y } from './kernel-frame.geom.ts';
import { addCable, addDevice } from './node-zoom-pod.ts';
import type { PlacedNode } from './node-frame.geom.ts';
import { addressOf, deviceName, natRuleCount, rootLinks, withoutPrefix, type Uplink } from './pod-box.ts';
import { connectRouted } from './routed.ts';
import { linkId, type SceneBuilder } from './scene-builder.ts';
import type { Box, Point } from './scene-types.ts';
import { line, newMark, rect, text } from './shapes.ts';
import { mono11, uiWidth } from './text.geom.ts';

const PLATE = { w: 156, h: 124, y: 126 };
const HOOK = { w: 42.67, h: 20, gap: 6 };
/** Rows of hooks, relative to the plate. */
const UPPER = 40;
const LOWER = 90;

const HOOKS: readonly { readonly hook: HookName; readonly short: string; readonly column: number; readonly row: number }[] = [
  { hook: 'PREROUTING', short: 'PRE', column: 0, row: UPPER },
  { hook: 'FORWARD', short: 'FWD', column: 1, row: UPPER },
  { hook: 'POSTROUTING', short: 'POST', column: 2, row: UPPER },
  { hook: 'INPUT', short: 'IN', column: 0, row: LOWER },
  { hook: 'OUTPUT', short: 'OUT', column: 2, row: LOWER },
];

/** Distance from the node's inner edge to the near edge of each part. */
const FROM_INNER = { plate: 120, tunnel: 30 };

/** Beneath the tunnel. */
const HIDDEN = { y: 216, h: 24 };

export function addKernel(scene: SceneBuilder, placed: PlacedNode): void {
  const { node, x0, box, side } = placed;
  const links = rootLinks(node.view);
  const inner = (distance: number, w: number): number => (side === 'left' ? x0 + FRAME.minInner - distance - w : x0 + distance);
  const plate = { x: inner(FROM_INNER.plate, PLATE.w), y: box.y + PLATE.y, w: PLATE.w, h: PLATE.h };
  addPlate(scene, placed, plate);
  const toward = side === 'left' ? 'right' : 'left';
  addBridge(scene, placed, links.bridge, plate);
  const y = box.y + WIRE_Y;
  let from: Junction = {
    id: `plate/${node.view.name}/${toward}`,
    at: { x: toward === 'right' ? plate.x + plate.w : plate.x, y },
  };
  const tunnel = links.others.find((link) => link.kind === 'vxlan') ?? links.others[0];
  if (tunnel !== undefined) from = addTunnel(scene, placed, tunnel, inner(FROM_INNER.tunnel, 78), from);
  if (tunnel !== undefined && links.uplink !== null) addUplink(scene, placed, links.uplink, tunnel);
  if (links.nic !== null) addNic(scene, placed, links.nic, from);
  const hidden = links.others.filter((link) => link !== tunnel);
  const chip = { x: inner(FROM_INNER.tunnel, HIDDEN_CHIP_W), y: box.y + HIDDEN.y, w: HIDDEN_CHIP_W, h: HIDDEN.h };
  addHiddenDevices(scene, node.view.name, hidden, chip, `plate/${node.view.name}/${toward}`);
}

interface Junction {
  readonly id: string;
  readonly at: Point;
}

function addPlate(scene: SceneBuilder, { node }: PlacedNode, plate: Box): void {
  const name = node.view.name;
  const { words } = scene.input;
  const [left, middle, right] = [0, 1, 2].map((column) => plate.x + 8 + column * (HOOK.w + HOOK.gap) + HOOK.w / 2) as [
    number,
    number,
    number,
  ];
  const [upper, lower] = [plate.y + UPPER + 10, plate.y + LOWER + 10];
  const flows = [
    line(
      [
        { x: plate.x + 8, y: upper },
        { x: plate.x + plate.w - 8, y: upper },
      ],
      'flow',
    ),
    line(
      [
        { x: left, y: upper },
        { x: left, y: lower },
      ],
      'flow',
    ),
    line(
      [
        { x: right, y: upper },
        { x: right, y: lower },
      ],
      'flow',
    ),
    line(
      [
        { x: left, y: lower },
        { x: right, y: lower },
      ],
      'flow',
    ),
  ];
  const ref = { kind: 'netns', node: name, netns: 'root' } as const;
  const label = words.aria.netfilter(name, natRuleCount(node.view.root));
  const shapes = [rect(plate, 6, 'g-kern'), text(plate.x + 8, plate.y + 16, 'netfilter', 's11 ck b'), ...flows];
  scene.add(
    { id: `netfilter/${name}`, kind: 'netfilter', layer: 'line', parent: `netns/${name}`, box: plate, shapes, ref, label },
    'netfilter',
  );
  scene.anchor(`netfilter/${name}`, centre(plate), plate);
  // The chip stays off the plate: it points at the plate over the hook, and the hook is lit.
  const column = (at: Box): Box => ({ ...at, y: plate.y, h: plate.h });
  for (const { hook, short, column: place, row } of HOOKS) {
    const at = { x: plate.x + 8 + place * (HOOK.w + HOOK.gap), y: plate.y + row, w: HOOK.w, h: HOOK.h };
    const id = `hook/${name}/${hook}`;
    const drawn = [rect(at, 3, 'g-hook'), text(at.x + at.w / 2, at.y + 14, short, 'm s11 ck', 'middle')];
    scene.add(
      { id, kind: 'hook', parent: `netfilter/${name}`, box: at, shapes: drawn, ref, label: words.aria.hook(hook, name) },
      'netfilter',
    );
    scene.anchor(id, centre(at), column(at));
  }
  const known = scene.input.processes?.get(name);
  const process = { x: middle - HOOK.w / 2, y: plate.y + LOWER, w: HOOK.w, h: HOOK.h };
  const title = known ?? words.localProcess;
  // A long name stands beneath: there is no room between the hooks.
  const baseline = uiWidth(title, 11, 'bold') > HOOK.w + HOOK.gap ? HOOK.h + 11 : 14;
  const drawn = [
    rect(process, 9, 'g-proc'),
    text(middle, process.y + baseline, title, known === undefined ? 's11 i3' : 's11 b', 'middle'),
  ];
  scene.add({ id: `process/${name}`, kind: 'process', parent: `netfilter/${name}`, box: process, shapes: drawn });
  scene.anchor(`process/${name}`, centre(process), column(process));
  addWays(scene, name, plate, { left, right, middle, upper, lower });
}

interface HookGrid {
  readonly left: number;
  readonly middle: number;
  readonly right: number;
  readonly upper: number;
  readonly lower: number;
}

function addWays(scene: SceneBuilder, name: string, plate: Box, { left, right, middle, upper, lower }: HookGrid): void {
  const id = (hook: HookName): string => `hook/${name}/${hook}`;
  const [pre, fwd, post, input, output] = [id('PREROUTING'), id('FORWARD'), id('POSTROUTING'), id('INPUT'), id('OUTPUT')];
  const process = `process/${name}`;
  const way = (from: string, to: string, ...points: readonly (readonly [number, number])[]): void => {
    scene.oneWay(
      from,
      to,
      points.map(([x, y]) => ({ x, y })),
      'flow',
    );
  };
  way(pre, fwd, [left, upper], [middle, upper]);
  way(fwd, post, [middle, upper], [right, upper]);
  way(pre, input, [left, upper], [left, lower]);
  way(input, process, [left, lower], [middle, lower]);
  way(process, output, [middle, lower], [right, lower]);
  way(output, post, [right, lower], [right, upper]);
  const sides = { left: plate.x, right: plate.x + plate.w };
  const lanes = {
    left: plate.x + 4,
    right: plate.x + plate.w - 4,
    over: plate.y + 30,
    between: plate.y + 75,
    under: plate.y + plate.h - 7,
  };
  const [west, east] = [`plate/${name}/left`, `plate/${name}/right`];
  scene.anchor(west, { x: sides.left, y: upper }, { x: sides.left, y: upper - 8, w: 8, h: 16 });
  scene.anchor(east, { x: sides.right, y: upper }, { x: sides.right - 8, y: upper - 8, w: 8, h: 16 });
  way(west, pre, [sides.left, upper], [left, upper]);
  way(
    east,
    pre,
    [sides.right, upper],
    [lanes.right, upper],
    [lanes.right, lanes.over],
    [lanes.left, lanes.over],
    [lanes.left, upper],
    [left, upper],
  );
  way(post, east, [right, upper], [sides.right, upper]);
  way(
    post,
    west,
    [right, upper],
    [lanes.right, upper],
    [lanes.right, lanes.between],
    [lanes.left, lanes.between],
    [lanes.left, upper],
    [sides.left, upper],
  );
  way(east, output, [sides.right, upper], [lanes.right, upper], [lanes.right, lower], [right, lower]);
  way(west, output, [sides.left, upper], [lanes.left, upper], [lanes.left, lanes.under], [right, lanes.under], [right, lower]);
  way(input, west, [left, lower], [lanes.left, lower], [lanes.left, upper], [sides.left, upper]);
  way(input, east, [left, lower], [left, lanes.under], [lanes.right, lanes.under], [lanes.right, upper], [sides.right, upper]);
}

function addBridge(scene: SceneBuilder, { node, box, x0, side }: PlacedNode, bridge: LinkView | null, plate: Box): void {
  if (bridge === null) return;
  const name = node.view.name;
  const end = side === 'left' ? x0 + FRAME.pod - 10 : x0 + FRAME.minInner - FRAME.pod + 10;
  const at = side === 'left' ? { x: box.x + 20, w: end - box.x - 20 } : { x: end, w: box.x + box.w - 20 - end };
  const bar = { ...at, y: box.y + 158, h: 36 };
  const labelX = side === 'left' ? x0 + 18 : end + 8;
  const ref = { kind: 'link', node: name, netns: 'root', name: bridge.name } as const;
  const id = linkId(name, 'root', bridge.name);
  scene.add(
    {
      id,
      kind: 'bridge',
      parent: `netns/${name}`,
      box: bar,
      shapes: [
        rect(bar, 4, 'g-bridge'),
        ...(scene.isNew(ref) ? [newMark(bar)] : []),
        text(labelX, bar.y + 17, deviceName(bridge), 'm b s11'),
        text(labelX, bar.y + 32, addressOf(bridge) ?? '', 'm s11 i2'),
      ],
      ref,
      label: scene.input.words.aria.device(deviceName(bridge), 'root'),
    },
    'addressed',
  );
  const toward = side === 'left' ? 'left' : 'right';
  const y = box.y + WIRE_Y;
  const exit = { x: end, y };
  const rim = { x: toward === 'left' ? plate.x : plate.x + plate.w, y };
  const stop = { x: side === 'left' ? end - 40 : end + 40, y };
  scene.anchor(id, stop, { ...bar, x: stop.x - 30, w: 60 });
  addCable(scene, `flow/${id}`, [exit, rim], 'veth');
  scene.link(id, `plate/${name}/${toward}`, [stop, exit, rim], 'flow');
}

/** What leads from the Pods' ends to the plate: ports along the bridge, or the lane of routed Pods. */
export function connectPods(scene: SceneBuilder, placed: PlacedNode): void {
  connectPorts(scene, placed);
  const rim = scene.anchorOf(`plate/${placed.node.view.name}/${placed.side}`);
  if (rim !== undefined) connectRouted(scene, placed, { y: rim.at.y, to: rim.id, onward: [rim.at], drawn: 1 });
}

/** Ports and the way out, neighbour to neighbour along the bar. The Pods have placed the ports. */
function connectPorts(scene: SceneBuilder, { node: { view } }: PlacedNode): void {
  const { bridge } = rootLinks(view);
  const out = bridge === null ? undefined : scene.anchorOf(linkId(view.name, 'root', bridge.name));
  if (bridge === null || out === undefined) return;
  const ports = view.root.links.flatMap((link) =>
    link.master === bridge.name ? (scene.anchorOf(`port/${view.name}/${link.name}`) ?? []) : [],
  );
  const stops = [out, ...ports].toSorted((a, b) => a.at.x - b.at.x);
  for (const [i, stop] of stops.entries()) {
    const next = stops[i + 1];
    if (next !== undefined) scene.link(stop.id, next.id, [stop.at, next.at], 'veth');
  }
}

function addTunnel(scene: SceneBuilder, { node, box, side }: PlacedNode, link: LinkView, x: number, from: Junction): Junction {
  const name = node.view.name;
  const id = linkId(name, 'root', link.name);
  const w = Math.max(78, mono11(deviceName(link)) + 8);
  const at = { x: side === 'left' ? x + 78 - w : x, y: box.y + 158, w, h: 36 };
  const y = box.y + WIRE_Y;
  const ref = { kind: 'link', node: name, netns: 'root', name: link.name } as const;
  const external = link.vxlan?.external === true;
  const address = external ? scene.input.words.standIn : addressOf(link);
  scene.add(
    {
      id,
      kind: 'device',
      parent: `netns/${name}`,
      box: at,
      shapes: [
        rect(at, 4, 'g-dev'),
        ...(scene.isNew(ref) ? [newMark(at)] : []),
        text(at.x + w / 2, at.y + (address === null ? 22 : 15), deviceName(link), 'm s11', 'middle'),
        ...(address === null
          ? []
          : [text(at.x + w / 2, at.y + 30, withoutPrefix(address), external ? 's11 i2' : 'm s11 i2', 'middle')]),
      ],
      ref,
      label: scene.input.words.aria.device(deviceName(link), 'root'),
    },
    'addressed',
  );
  scene.anchor(id, centre(at), at);
  const near = { x: side === 'left' ? at.x : at.x + w, y };
  addCable(scene, `cable/${id}`, [from.at, near], 'veth');
  scene.link(from.id, id, [from.at, near, centre(at)], 'veth');
  return { id, at: { x: side === 'left' ? at.x + w : at.x, y } };
}

/** The datapath and its cable are one place with the tunnel port here: the box says what stands in for what. */
function addUplink(
  scene: SceneBuilder,
  { node }: PlacedNode,
  { datapath, bridgeEnd, datapathEnd }: Uplink,
  tunnel: LinkView,
): void {
  const name = node.view.name;
  const id = linkId(name, 'root', tunnel.name);
  const at = scene.anchorOf(id);
  if (at === undefined) return;
  for (const link of [bridgeEnd, datapathEnd, datapath]) {
    const own = linkId(name, 'root', link.name);
    scene.anchor(own, at.at, at.box);
    scene.link(own, id, [at.at, at.at], 'veth');
  }
}

function addNic(scene: SceneBuilder, { node, box, side }: PlacedNode, link: LinkView, from: Junction): void {
  const name = node.view.name;
  const w = Math.max(50, mono11(deviceName(link)) + 10);
  const border = side === 'left' ? box.x + box.w : box.x;
  const at = { x: border - w / 2, y: box.y + 164, w, h: 24 };
  addDevice(scene, { node: name, netns: 'root', link, box: at, parent: `netns/${name}`, matter: 'addressed' });
  const id = linkId(name, 'root', link.name);
  const y = box.y + WIRE_Y;
  const near = { x: side === 'left' ? at.x : at.x + w, y };
  addCable(scene, `cable/${id}`, [from.at, near], 'veth');
  const start = scene.anchorOf(from.id)?.at ?? from.at;
  scene.link(from.id, id, [start, from.at, near, centre(at)], 'veth');
}
