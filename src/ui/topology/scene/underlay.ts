/**
 * The wire between the nodes, a run for each row and a trunk where there are more, and the machines that are no nodes. Several subnets
 * have a wire each, which meet at the router.
 */
import type { HostView } from '../../../cluster/snapshot.ts';
import { centre, boxOf, grow, right } from './box.geom.ts';
import type { PlacedNode } from './node-frame.geom.ts';
import { rootLinks } from './pod-box.ts';
import { linkId, type SceneBuilder } from './scene-builder.ts';
import type { Anchor, Box, Point, SceneObject } from './scene-types.ts';
import { laneOf, lanesOf, type Lane, type LaneRoom } from './lanes.geom.ts';
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
  const lanes = lanesOf(scene.input.world.snapshot.subnets, LANE_ROOM[sizes.layout]);
  const inLane = (lane: Lane, nodes: readonly PlacedNode[]): readonly PlacedNode[] =>
    nodes.filter(({ node }) => laneOf(lanes, node.view.ip) === lane.index);
  if (sizes.layout === 'below') for (const lane of lanes) captionLane(scene, lane, inLane(lane, placed), placed, sizes);
  const hosts = addHosts(
    scene,
    placed.filter((node) => node.row === 0),
    { ...sizes, lanes },
  );
  for (const lane of lanes) {
    const used = Math.max(0, ...inLane(lane, placed).map(({ row }) => row)) + 1;
    const hubs = Array.from({ length: used }, (_, row): Junction => ({
      id: lane.index === 0 ? `wire/${row}` : `wire/${row}/${lane.index}`,
      at: { x: (rows > 1 ? sizes.trunkX : 0) + lane.dx, y: row * sizes.rowPitch + sizes.wireY + lane.dy },
    }));
    for (const hub of hubs) junctionAnchor(scene, hub);
    for (const [row, hub] of hubs.entries()) {
      const nodes = inLane(lane, placed).filter((node) => node.row === row);
      const outside = row === 0 ? hosts.outside.filter(({ host }) => laneOf(lanes, host.ip) === lane.index) : [];
      const anchors = outside.map(({ anchor }) => anchor);
      if (sizes.layout === 'between') joinFacing(scene, nodes, hub, anchors);
      else joinBelow(scene, nodes, hub, anchors);
      const next = hubs[row + 1];
      if (next !== undefined) connect(scene, hub, next, [hub.at, next.at]);
      if (row === 0)
        for (const { anchor } of hosts.routers)
          joinRouter(scene, hub, anchor, { ...sizes, plug: (lane.index + 1) / (lanes.length + 1) });
    }
  }
}

/** Under the beginning of its wire, in the first row that has nodes of it. */
function captionLane(
  scene: SceneBuilder,
  lane: Lane,
  nodes: readonly PlacedNode[],
  placed: readonly PlacedNode[],
  { rowPitch, wireY }: UnderlaySizes,
): void {
  const row = nodes[0]?.row ?? 0;
  const left = Math.min(...placed.filter((node) => node.row === row).map((node) => node.x0), 0);
  addCaption(scene, { x: left, y: row * rowPitch + wireY + lane.dy + 20 }, 'start', lane);
}

/** Room between the lanes of subnets. */
const LANE_ROOM: Readonly<Record<UnderlaySizes['layout'], LaneRoom>> = {
  below: { pitchX: 12, pitchY: 28, about: 'first' },
  between: { pitchX: 24, pitchY: 12, about: 'middle' },
};

interface PlacedHost {
  readonly host: HostView;
  readonly anchor: Anchor;
}

/** Every subnet's wire ends at the router, which stands at the end of the lanes, or over them with its plugs side by side. */
function joinRouter(
  scene: SceneBuilder,
  hub: Junction,
  router: Anchor,
  { layout, plug }: Pick<UnderlaySizes, 'layout'> & { readonly plug: number },
): void {
  const { box } = router;
  if (layout === 'below') {
    connect(scene, hub, router, [hub.at, { x: box.x, y: hub.at.y }], [hub.at, { x: router.at.x, y: hub.at.y }, router.at]);
    return;
  }
  const x = box.x + box.w * plug;
  const corner = { x, y: hub.at.y };
  connect(scene, hub, router, [hub.at, corner, { x, y: box.y + box.h }], [hub.at, corner, { x, y: router.at.y }, router.at]);
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

/** Places the hosts and the wires' names; gives their anchors. */
function addHosts(
  scene: SceneBuilder,
  first: readonly PlacedNode[],
  sizes: UnderlaySizes & { readonly lanes: readonly Lane[] },
): { readonly outside: readonly PlacedHost[]; readonly routers: readonly PlacedHost[] } {
  const outside = scene.input.world.hosts.filter(({ role }) => role === 'outside');
  const routers = scene.input.world.hosts.filter(({ role }) => role === 'router');
  if (sizes.layout === 'between') {
    addCaption(scene, { x: 0, y: sizes.wireY + 86 }, 'middle');
    return {
      outside: outside.map((host, i) => {
        const w = hostWidth(host);
        const box = { x: -w / 2 + i * (w + 12), y: sizes.wireY + 34, w, h: 36 };
        return { host, anchor: addHost(scene, host, box) };
      }),
      // Over the wires, as the outside is under them.
      routers: routers.map((host) => {
        const w = hostWidth(host);
        return { host, anchor: addHost(scene, host, { x: -w / 2, y: sizes.wireY - 34 - 36, w, h: 36 }) };
      }),
    };
  }
  // Hosts hang at the right end of the first row's wire, where growing nodes do not reach under.
  let x = Math.max(60, ...first.map((node) => hostX(scene, node)));
  const lanesHeight = sizes.lanes.at(-1)?.dy ?? 0;
  const place = (host: HostView, h: number): PlacedHost => {
    const box = { x, y: sizes.wireY - 20, w: Math.max(96, hostWidth(host)), h };
    x = right(box) + 24;
    return { host, anchor: addHost(scene, host, box) };
  };
  return { outside: outside.map((host) => place(host, 40)), routers: routers.map((host) => place(host, 40 + lanesHeight)) };
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
    ...endsAt(host),
  });
  return anchor;
}

/** A packet may start and end at the outside host, and be sent to the router. */
export function endsAt({ role, ip }: HostView): Pick<SceneObject, 'from' | 'to'> {
  if (role === 'router') return { from: null, to: { kind: 'address', address: ip } };
  return { from: { kind: 'external' }, to: { kind: 'place', place: { kind: 'external' } } };
}

/** The underlay's name and its subnet; of several lanes each has its own. */
function addCaption(scene: SceneBuilder, at: Point, anchor: 'start' | 'middle', lane: Lane | null = null): void {
  const { words, world } = scene.input;
  const { subnets } = world.snapshot;
  const name = words.underlay;
  const shown = lane === null ? subnets : [lane.subnet];
  const [cidr = ''] = shown;
  const start = anchor === 'start';
  const shapes = start
    ? [text(at.x, at.y, name, 's11 b cn'), text(at.x + ui11(name) + 12, at.y, cidr, 'm s11 i2')]
    : [
        text(at.x, at.y, name, 's11 cn b', 'middle'),
        ...shown.map((each, i) => text(at.x, at.y + 14 * (i + 1), each, 'm s11 i2', 'middle')),
      ];
  const w = start ? ui11(name) + mono11(cidr) + 12 : Math.max(ui11(name), ...shown.map(mono11));
  const box = { x: start ? at.x : at.x - w / 2, y: at.y - 10, w, h: start ? 14 : 14 + 14 * shown.length };
  const id = lane === null || lane.index === 0 ? 'underlay' : `underlay/${lane.index}`;
  scene.add({ id, kind: 'underlay', box, shapes, ref: { kind: 'wire' }, label: `${name} ${shown.join(', ')}` }, 'wire');
}
