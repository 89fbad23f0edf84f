/** The wire between the nodes, a run for each row and a trunk where there are more, and the hosts outside the cluster. */
import type { HostView } from '../../../cluster/snapshot.ts';
import { centre, boxOf, grow, right } from './box.geom.ts';
import type { PlacedNode } from './node-frame.geom.ts';
import { rootLinks } from './pod-box.ts';
import { linkId, type SceneBuilder } from './scene-builder.ts';
import type { Anchor, Box, Point } from './scene-types.ts';
import { dot, line, rect, text } from './shapes.ts';
import { mono11, ui11 } from './text.geom.ts';

export interface UnderlaySizes {
  /** From the top of a row to its wire. */
  readonly wireY: number;
  readonly rowPitch: number;
  /** `below`: NICs hang down on a wire under the nodes. `between`: NICs face each other and the wire joins them. */
  readonly layout: 'below' | 'between';
  /** Where the trunk between rows runs. */
  readonly trunkX: number;
}

interface Junction {
  readonly id: string;
  readonly at: Point;
}

export function addUnderlay(scene: SceneBuilder, placed: readonly PlacedNode[], sizes: UnderlaySizes): void {
  const rows = Math.max(1, ...placed.map((node) => node.row + 1));
  const hubs = Array.from({ length: rows }, (_, row): Junction => ({
    id: `wire/${row}`,
    at: { x: rows > 1 ? sizes.trunkX : 0, y: row * sizes.rowPitch + sizes.wireY },
  }));
  for (const hub of hubs) junctionAnchor(scene, hub);
  for (const [row, hub] of hubs.entries()) {
    const nodes = placed.filter((node) => node.row === row);
    const hosts = row === 0 ? addHosts(scene, nodes, sizes) : [];
    if (sizes.layout === 'between') joinFacing(scene, nodes, hub, hosts);
    else joinBelow(scene, nodes, hub, hosts);
    const next = hubs[row + 1];
    if (next !== undefined) connect(scene, hub, next, [hub.at, next.at]);
  }
}

function junctionAnchor(scene: SceneBuilder, { id, at }: Junction): void {
  scene.anchor(id, at, { x: at.x - 8, y: at.y - 8, w: 16, h: 16 });
}

function addDot(scene: SceneBuilder, { id, at }: Junction): void {
  scene.add(
    { id: `${id}/dot`, kind: 'link', box: { x: at.x - 4, y: at.y - 4, w: 8, h: 8 }, shapes: [dot(at, 4, 'junction')] },
    'wire',
  );
}

function nicOf(scene: SceneBuilder, { node: { view } }: PlacedNode): Anchor | undefined {
  const { nic } = rootLinks(view);
  return nic === null ? undefined : scene.anchorOf(linkId(view.name, 'root', nic.name));
}

/** NICs face each other over the gutter; hosts hang in the middle. */
function joinFacing(scene: SceneBuilder, nodes: readonly PlacedNode[], hub: Junction, hosts: readonly Anchor[]): void {
  for (const device of nodes.flatMap((node) => nicOf(scene, node) ?? [])) {
    const edge = { x: device.at.x < hub.at.x ? right(device.box) : device.box.x, y: hub.at.y };
    connect(scene, device, hub, [edge, hub.at], [device.at, hub.at]);
  }
  for (const host of hosts) {
    const foot = { id: `foot/${host.id}`, at: { x: host.at.x, y: hub.at.y } };
    junctionAnchor(scene, foot);
    if (foot.at.x !== hub.at.x) connect(scene, foot, hub, [foot.at, hub.at]);
    else scene.link(foot.id, hub.id, [foot.at, hub.at], 'wire');
    connect(scene, host, foot, [{ x: host.at.x, y: host.box.y }, foot.at], [host.at, foot.at]);
    addDot(scene, foot);
  }
}

/** NICs hang down on the row's wire, which runs from the first to the last of them and on to the hosts. */
function joinBelow(scene: SceneBuilder, nodes: readonly PlacedNode[], hub: Junction, hosts: readonly Anchor[]): void {
  const feet: Junction[] = [hub];
  for (const [node, device] of nodes.flatMap((each) => [[each, nicOf(scene, each)] as const])) {
    if (device === undefined) continue;
    const foot = { id: `foot/${node.node.view.name}`, at: { x: device.at.x, y: hub.at.y } };
    junctionAnchor(scene, foot);
    connect(scene, device, foot, [{ x: foot.at.x, y: device.box.y + device.box.h }, foot.at], [device.at, foot.at]);
    addDot(scene, foot);
    feet.push(foot);
  }
  const along = feet.toSorted((a, b) => a.at.x - b.at.x);
  // Without a second node or a host nothing lies beyond the hub.
  for (const [i, foot] of along.entries()) {
    const next = along[i + 1];
    if (next !== undefined) connect(scene, foot, next, [foot.at, next.at]);
  }
  let last = along.at(-1);
  for (const host of hosts) {
    const from = last?.at ?? hub.at;
    connect(scene, last ?? hub, host, [from, { x: host.box.x, y: hub.at.y }], [from, host.at]);
    last = { id: host.id, at: { x: right(host.box), y: hub.at.y } };
  }
}

/** Draws a run of the wire and lets packets follow it (`way`, where it begins inside a box). */
function connect(scene: SceneBuilder, a: Junction, b: Junction, run: readonly Point[], way: readonly Point[] = run): void {
  scene.add(
    {
      id: `wire/${a.id}-${b.id}`,
      kind: 'underlay',
      layer: 'line',
      box: grow(boxOf(run), 4),
      shapes: [line(run, 'wire', 8)],
      ref: { kind: 'wire' },
    },
    'wire',
  );
  scene.link(a.id, b.id, way, 'wire');
}

/** Places the hosts and the wire's name; gives their anchors. */
function addHosts(scene: SceneBuilder, first: readonly PlacedNode[], sizes: UnderlaySizes): readonly Anchor[] {
  const { hosts } = scene.input.world;
  if (sizes.layout === 'between') {
    addCaption(scene, { x: 0, y: sizes.wireY + 86 }, 'middle');
    return hosts.map((host, i) => {
      const w = hostWidth(host);
      return addHost(scene, host, { x: -w / 2 + i * (w + 12), y: sizes.wireY + 34, w, h: 36 });
    });
  }
  addCaption(scene, { x: Math.min(...first.map((node) => node.x0), 0), y: sizes.wireY + 20 }, 'start');
  // Hosts hang at the right end of the first row's wire, where growing nodes do not reach under.
  let x = Math.max(60, ...first.map((node) => hostX(scene, node)));
  return hosts.map((host) => {
    const box = { x, y: sizes.wireY - 20, w: Math.max(96, hostWidth(host)), h: 40 };
    x = right(box) + 24;
    return addHost(scene, host, box);
  });
}

/** At the right edge of a node as it was opened, and clear of its NIC's wire. */
function hostX(scene: SceneBuilder, { node, x0, columns }: PlacedNode): number {
  const { nic } = rootLinks(node.view);
  const nicX = nic === null ? x0 : (scene.anchorOf(linkId(node.view.name, 'root', nic.name))?.at.x ?? x0);
  return Math.max(x0 + columns.inner + 12 - 96, nicX + 40);
}

function hostWidth(host: HostView): number {
  return Math.max(88, mono11(host.ip) + 16);
}

function addHost(scene: SceneBuilder, host: HostView, box: Box): Anchor {
  const { x } = centre(box);
  const anchor = { id: `host/${host.name}`, at: centre(box), box };
  scene.anchor(anchor.id, anchor.at, box);
  // The outside is one box: its device is where it is.
  for (const link of host.root.links) {
    const device = linkId(host.name, 'root', link.name);
    scene.anchor(device, centre(box), box);
    scene.link(device, `host/${host.name}`, [centre(box), centre(box)], 'wire');
  }
  scene.add({
    id: `host/${host.name}`,
    kind: 'host',
    box,
    shapes: [
      rect(box, 6, 'g-ext'),
      text(x, box.y + box.h / 2 - 3, host.name, box.h > 36 ? 'b' : 's11 b', 'middle'),
      text(x, box.y + box.h / 2 + 12, host.ip, 'm s11 i2', 'middle'),
    ],
    ref: { kind: 'host', name: host.name },
    label: scene.input.words.aria.host(host.name, host.ip),
    from: { kind: 'external' },
    to: { kind: 'place', place: { kind: 'external' } },
  });
  return anchor;
}

function addCaption(scene: SceneBuilder, at: Point, anchor: 'start' | 'middle'): void {
  const { words, world } = scene.input;
  const name = words.underlay;
  const cidr = world.snapshot.underlayCIDR;
  const start = anchor === 'start';
  const shapes = start
    ? [text(at.x, at.y, name, 's11 b cn'), text(at.x + ui11(name) + 12, at.y, cidr, 'm s11 i2')]
    : [text(at.x, at.y, name, 's11 cn b', 'middle'), text(at.x, at.y + 14, cidr, 'm s11 i2', 'middle')];
  const w = start ? ui11(name) + mono11(cidr) + 12 : Math.max(ui11(name), mono11(cidr));
  const box = { x: start ? at.x : at.x - w / 2, y: at.y - 10, w, h: start ? 14 : 28 };
  scene.add({ id: 'underlay', kind: 'underlay', box, shapes, ref: { kind: 'wire' }, label: `${name} ${cidr}` }, 'wire');
}
