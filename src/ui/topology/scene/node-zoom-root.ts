/**
 * The root namespace in node zoom: bridge bar, the kernel's plate, tunnel, NIC on the border. The bar spans all columns; the
 * rest stands within the width the node was opened with.
 */
import type { LinkView } from '../../store/views.ts';
import { bottom, right } from './box.geom.ts';
import { addDatapath, connectTunnelPort } from './datapath.ts';
import { addHiddenDevices, HIDDEN_CHIP_W } from './hidden-devices.ts';
import { addCable, addDevice } from './node-zoom-pod.ts';
import type { PlacedNode } from './node-frame.geom.ts';
import { addressOf, deviceName, natRuleCount, rootLinks, type NodeContent, type RootLinks } from './pod-box.ts';
import { connectRouted } from './routed.ts';
import { linkId, type SceneBuilder } from './scene-builder.ts';
import type { Box, Point } from './scene-types.ts';
import { line, newMark, rect, text } from './shapes.ts';
import { mono11, mono12 } from './text.geom.ts';

const NS = { top: 200, bottom: 384 };
const BRIDGE = { top: 252, h: 26 };
/** Where routed Pods have a lane instead of the bridge. */
const LANE_Y = 282;
const ROW = { top: 322, h: 24 };
const NIC = { top: 378, h: 24 };
const PLATE_W = 150;
const LOOPBACK_W = 23;
const DEVICE_GAP = 10;

export function addRootNamespace(scene: SceneBuilder, placed: PlacedNode, content: NodeContent): void {
  const { node, box, x0, columns } = placed;
  const name = node.view.name;
  const { words } = scene.input;
  const wall = { x: box.x + 12, y: box.y + NS.top, w: box.w - 24, h: NS.bottom - NS.top };
  const links = rootLinks(node.view);
  // Where a datapath stands there is no room for it; a screen reader is told.
  const count = content.hostPods.length;
  const hostPods =
    count === 0 || links.uplink !== null
      ? []
      : [text(x0 + columns.inner - 12, box.y + 304, words.hostPods(count), 's11 i2', 'end')];
  scene.add(
    {
      id: `netns/${name}`,
      kind: 'netns',
      layer: 'wall',
      parent: `node/${name}`,
      box: wall,
      shapes: [rect(wall, 8, 'g-ns'), text(x0 + 12, box.y + NS.bottom - 6, words.rootNamespace, 's11 cp'), ...hostPods],
      ref: { kind: 'netns', node: name, netns: 'root' },
      label: count === 0 ? words.aria.netns(name) : `${words.aria.netns(name)}, ${words.hostPods(count)}`,
    },
    'namespace',
  );
  addBridge(scene, placed, links.bridge);
  const plate = addPlate(scene, placed);
  const datapath = links.uplink === null ? null : addDatapath(scene, placed, links.uplink, box.y + BRIDGE.top + BRIDGE.h);
  const tunnels = addRow(scene, placed, links, plate, datapath);
  addNic(scene, placed, links, { plate, tunnel: tunnels[0] ?? null });
}

/** Bar and label; what passes over it passes beneath its label. */
function addBridge(scene: SceneBuilder, { node, box, x0 }: PlacedNode, bridge: LinkView | null): void {
  if (bridge === null) return;
  const name = node.view.name;
  const bar = { x: box.x + 24, y: box.y + BRIDGE.top, w: box.w - 48, h: BRIDGE.h };
  const { words } = scene.input;
  const ref = { kind: 'link', node: name, netns: 'root', name: bridge.name } as const;
  const title = deviceName(bridge);
  const facts = [words.bridge, addressOf(bridge), words.mtu(bridge.mtu)].filter((fact) => fact !== null).join(', ');
  scene.add(
    {
      kind: 'bridge',
      parent: `netns/${name}`,
      ref,
      box: bar,
      id: linkId(name, 'root', bridge.name),
      shapes: [
        rect(bar, 4, 'g-bridge'),
        ...(scene.isNew(ref) ? [newMark({ ...bar, x: x0 + 12 })] : []),
        text(x0 + 22, bar.y + 17, title, 'm b'),
        text(x0 + 22 + mono12(title) + 10, bar.y + 17, facts, 's11 i2'),
      ],
      label: words.aria.device(title, 'root'),
    },
    'addressed',
  );
}

/** The lane of routed Pods: where the bar would be, and down to the plate. */
export function connectPods(scene: SceneBuilder, placed: PlacedNode): void {
  const { node, box, x0 } = placed;
  connectBridge(scene, placed);
  const x = x0 + 44;
  const y = box.y + LANE_Y;
  const plateTop = box.y + ROW.top;
  connectRouted(scene, placed, {
    y,
    to: `netfilter/${node.view.name}`,
    onward: [
      { x, y },
      { x, y: plateTop },
      { x, y: plateTop + 12 },
    ],
    drawn: 2,
  });
}

/** The ports of the bar and the way down to the kernel, as a chain along the bar's lower edge. */
function connectBridge(scene: SceneBuilder, { node, box, x0 }: PlacedNode): void {
  const { bridge } = rootLinks(node.view);
  if (bridge === null) return;
  const name = node.view.name;
  const plateTop = box.y + ROW.top;
  const laneY = box.y + BRIDGE.top + BRIDGE.h - 4;
  const bar = { x: box.x + 24, y: box.y + BRIDGE.top, w: box.w - 48, h: BRIDGE.h };
  const drop = { x: x0 + 44, y: laneY };
  const stops: { id: string; at: Point }[] = [{ id: linkId(name, 'root', bridge.name), at: drop }];
  for (const link of node.view.root.links.filter((each) => each.master === bridge.name)) {
    const device = scene.anchorOf(linkId(name, 'root', link.name));
    if (device === undefined) continue;
    const at = { x: device.at.x, y: laneY };
    const id = `port/${name}/${link.name}`;
    stops.push({ id, at });
    scene.link(device.id, id, [device.at, at], 'veth');
  }
  for (const stop of stops) scene.anchor(stop.id, stop.at, { ...bar, x: stop.at.x - 20, w: 40 });
  const along = stops.toSorted((a, b) => a.at.x - b.at.x);
  for (const [i, stop] of along.entries()) {
    const next = along[i + 1];
    if (next !== undefined) scene.link(stop.id, next.id, [stop.at, next.at], 'veth');
  }
  const down = [
    { x: drop.x, y: bar.y + BRIDGE.h },
    { x: drop.x, y: plateTop },
  ];
  addCable(scene, `flow/${name}/bridge`, down, 'flow');
  scene.link(linkId(name, 'root', bridge.name), `netfilter/${name}`, [drop, ...down, { x: drop.x, y: plateTop + 12 }], 'flow');
}

function addPlate(scene: SceneBuilder, { node, box, x0 }: PlacedNode): Box {
  const name = node.view.name;
  const plate = { x: x0 + 12, y: box.y + ROW.top, w: PLATE_W, h: ROW.h };
  const count = natRuleCount(node.view.root);
  const { words } = scene.input;
  scene.add(
    {
      id: `netfilter/${name}`,
      kind: 'netfilter',
      parent: `netns/${name}`,
      box: plate,
      shapes: [
        rect(plate, 4, 'g-kern'),
        text(plate.x + 10, plate.y + 16, 'netfilter', 's11 ck b'),
        text(plate.x + plate.w - 10, plate.y + 16, words.natRules(count), 's11 ck', 'end'),
      ],
      ref: { kind: 'netns', node: name, netns: 'root' },
      label: words.aria.netfilter(name, count),
    },
    'netfilter',
  );
  scene.anchor(`netfilter/${name}`, { x: plate.x + 32, y: plate.y + 12 }, plate);
  return plate;
}

interface RowDevice {
  readonly link: LinkView;
  readonly box: Box;
}

/** Tunnels and other devices beside the plate, lo last, as many as there is room for; gives those drawn before lo. */
function addRow(
  scene: SceneBuilder,
  placed: PlacedNode,
  links: RootLinks,
  plate: Box,
  datapath: Box | null,
): readonly { id: string; box: Box }[] {
  const { node, box, x0, columns } = placed;
  const name = node.view.name;
  const all = [...links.others, ...(links.loopback === null ? [] : [links.loopback])];
  const shown = fitting(all, { x: right(plate) + 16, y: box.y + ROW.top }, x0 + columns.inner - 12);
  const drawn: { id: string; box: Box }[] = [];
  for (const { link, box: at } of shown) {
    if (link === links.loopback) {
      addLoopback(scene, name, link, at, plate);
      continue;
    }
    addDevice(scene, { node: name, netns: 'root', link, box: at, parent: `netns/${name}`, matter: 'addressed' });
    const id = linkId(name, 'root', link.name);
    const y = at.y + 12;
    const before = drawn.at(-1);
    const from = before === undefined ? { id: `netfilter/${name}`, x: right(plate) } : { id: before.id, x: right(before.box) };
    const cable = [
      { x: from.x, y },
      { x: at.x, y },
    ];
    const behind = datapath !== null && links.uplink?.datapath.name === link.master;
    if (behind) connectTunnelPort(scene, { id: linkId(name, 'root', link.master), box: datapath }, { id, box: at });
    else addCable(scene, `flow/${id}`, cable, 'flow');
    const start = behind ? undefined : (scene.anchorOf(from.id)?.at ?? cable[0]);
    if (start !== undefined) scene.link(from.id, id, [{ ...start, y }, ...cable, { x: at.x + at.w / 2, y }], 'flow');
    drawn.push({ id, box: at });
  }
  const last = shown.at(-1);
  const x = last === undefined ? right(plate) + 16 : right(last.box) + DEVICE_GAP;
  const chip = { x, y: box.y + ROW.top, w: HIDDEN_CHIP_W, h: ROW.h };
  addHiddenDevices(scene, name, all.slice(shown.length), chip, `netfilter/${name}`);
  return drawn;
}

/** The first devices that stand side by side between `start` and `limit`, and the chip that counts the others beside them. */
function fitting(links: readonly LinkView[], start: Point, limit: number): readonly RowDevice[] {
  const shown: RowDevice[] = [];
  let x = start.x;
  for (const [i, link] of links.entries()) {
    const w = link.kind === 'loopback' ? LOOPBACK_W : Math.max(86, mono11(deviceName(link)) + 16);
    // The chip may stand nearer the wall.
    const chip = i === links.length - 1 ? 0 : DEVICE_GAP + HIDDEN_CHIP_W - 8;
    if (x + w + chip > limit) break;
    shown.push({ link, box: { x, y: start.y, w, h: ROW.h } });
    x += w + DEVICE_GAP;
  }
  return shown;
}

function addLoopback(scene: SceneBuilder, node: string, link: LinkView, at: Box, plate: Box): void {
  addDevice(scene, { node, netns: 'root', link, box: at, parent: `netns/${node}`, label: 'lo', matter: 'loopback' });
  const way = [
    { x: plate.x + 32, y: at.y + 12 },
    { x: at.x + 11, y: at.y + 12 },
  ];
  scene.link(`netfilter/${node}`, linkId(node, 'root', link.name), way, 'flow');
}

interface AboveNic {
  readonly plate: Box;
  readonly tunnel: { readonly id: string; readonly box: Box } | null;
}

function addNic(scene: SceneBuilder, { node, box }: PlacedNode, { nic }: RootLinks, { plate, tunnel }: AboveNic): void {
  if (nic === null) return;
  const name = node.view.name;
  const title = `${deviceName(nic)} ${addressOf(nic) ?? ''}`.trim();
  const w = mono11(title) + 20;
  const x = tunnel === null ? right(plate) + 16 + 43 : tunnel.box.x + tunnel.box.w / 2;
  const at = { x: x - w / 2, y: box.y + NIC.top, w, h: NIC.h };
  addDevice(scene, {
    node: name,
    netns: 'root',
    link: nic,
    box: at,
    parent: `netns/${name}`,
    label: title,
    matter: 'addressed',
  });
  const id = linkId(name, 'root', nic.name);
  const nicX = Math.max(at.x + 14, plate.x + PLATE_W - 20);
  const laneY = bottom(plate) + 15;
  const down = [
    { x: plate.x + PLATE_W - 40, y: bottom(plate) },
    { x: plate.x + PLATE_W - 40, y: laneY },
    { x: nicX, y: laneY },
    { x: nicX, y: at.y },
  ];
  addFlow(scene, `flow/${id}`, down);
  scene.link(
    `netfilter/${name}`,
    id,
    [
      { x: plate.x + 32, y: plate.y + 12 },
      { x: plate.x + PLATE_W - 40, y: plate.y + 12 },
      ...down,
      { x: nicX, y: at.y + 12 },
      { x, y: at.y + 12 },
    ],
    'flow',
  );
  if (tunnel === null) return;
  const cable = [
    { x, y: bottom(tunnel.box) },
    { x, y: at.y },
  ];
  addCable(scene, `tunnel/${id}`, cable, 'veth');
  scene.link(tunnel.id, id, [{ x, y: tunnel.box.y + 12 }, ...cable, { x, y: at.y + 12 }], 'veth');
}

function addFlow(scene: SceneBuilder, id: string, points: readonly Point[]): void {
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  const box = {
    x: Math.min(...xs),
    y: Math.min(...ys),
    w: Math.max(...xs) - Math.min(...xs),
    h: Math.max(...ys) - Math.min(...ys),
  };
  scene.add({ id, kind: 'link', layer: 'line', box, shapes: [line(points, 'flow', 6)] }, 'netfilter');
}
