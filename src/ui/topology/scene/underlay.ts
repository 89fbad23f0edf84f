/** The wire between the nodes, a run for each row and a trunk where there are more, and the hosts outside the cluster. */
import type { HostView } from '../../../cluster/snapshot.ts';
import { centre, boxOf, grow, right } from './box.geom.ts';
import type { PlacedNode } from './node-frame.geom.ts';
import { rootLinks } from './pod-box.ts';
import { linkId, type SceneBuilder } from './scene-builder.ts';
import type { Box, Point } from './scene-types.ts';
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
  for (const hub of hubs) scene.anchor(hub.id, hub.at, { x: hub.at.x - 8, y: hub.at.y - 8, w: 16, h: 16 });
  for (const node of placed) connectNic(scene, node, hubs[node.row], sizes);
  for (const [row, hub] of hubs.entries()) {
    const next = hubs[row + 1];
    if (next !== undefined) connect(scene, hub, next, [hub.at, next.at]);
  }
  addHosts(scene, placed, hubs[0], sizes);
}

function connectNic(
  scene: SceneBuilder,
  { node, row }: PlacedNode,
  hub: Junction | undefined,
  { layout, wireY, rowPitch }: UnderlaySizes,
): void {
  const { nic } = rootLinks(node.view);
  const device = nic === null ? undefined : scene.anchorOf(linkId(node.view.name, 'root', nic.name));
  if (device === undefined || hub === undefined) return;
  const y = row * rowPitch + wireY;
  if (layout === 'between') {
    const edge = { x: device.at.x < hub.at.x ? right(device.box) : device.box.x, y };
    connect(scene, { id: device.id, at: device.at }, hub, [edge, hub.at], [device.at, hub.at]);
    return;
  }
  const foot = { x: device.at.x, y };
  const junction = { id: `foot/${node.view.name}`, at: foot };
  scene.anchor(junction.id, foot, { x: foot.x - 8, y: foot.y - 8, w: 16, h: 16 });
  connect(
    scene,
    { id: device.id, at: device.at },
    junction,
    [{ x: foot.x, y: device.box.y + device.box.h }, foot],
    [device.at, foot],
  );
  connect(scene, junction, hub, [foot, hub.at]);
  scene.add(
    {
      id: `${junction.id}/dot`,
      kind: 'link',
      box: { x: foot.x - 4, y: foot.y - 4, w: 8, h: 8 },
      shapes: [dot(foot, 4, 'junction')],
    },
    'wire',
  );
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

function addHosts(scene: SceneBuilder, placed: readonly PlacedNode[], hub: Junction | undefined, sizes: UnderlaySizes): void {
  if (hub === undefined) return;
  const { world } = scene.input;
  const first = placed.filter((node) => node.row === 0);
  if (sizes.layout === 'between') {
    for (const [i, host] of world.hosts.entries()) {
      const w = hostWidth(host);
      const box = { x: -w / 2, y: sizes.wireY + 34 + i * 76, w, h: 36 };
      addHost(scene, host, box);
      connect(
        scene,
        hub,
        hostJunction(host, box),
        [
          { x: 0, y: hub.at.y },
          { x: 0, y: box.y },
        ],
        [hub.at, { x: 0, y: hub.at.y }, centre(box)],
      );
    }
    const y = sizes.wireY + 46 + world.hosts.length * 38;
    addCaption(scene, { x: 0, y }, 'middle');
    const size = { x: hub.at.x - 4, y: hub.at.y - 4, w: 8, h: 8 };
    scene.add({ id: 'hub', kind: 'link', box: size, shapes: [dot({ x: 0, y: hub.at.y }, 4, 'junction')] }, 'wire');
    return;
  }
  // Hosts hang at the right end of the first row's wire, where growing nodes do not reach under.
  let x = Math.max(60, ...first.map((node) => hostX(scene, node)));
  for (const host of world.hosts) {
    const box = { x, y: sizes.wireY - 20, w: Math.max(96, hostWidth(host)), h: 40 };
    addHost(scene, host, box);
    connect(scene, hub, hostJunction(host, box), [hub.at, { x: box.x, y: hub.at.y }], [hub.at, centre(box)]);
    x = right(box) + 24;
  }
  const left = Math.min(...first.map((node) => node.x0), 0);
  addCaption(scene, { x: left, y: sizes.wireY + 20 }, 'start');
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

function hostJunction(host: HostView, box: Box): Junction {
  return { id: `host/${host.name}`, at: centre(box) };
}

function addHost(scene: SceneBuilder, host: HostView, box: Box): void {
  const { x } = centre(box);
  scene.anchor(`host/${host.name}`, centre(box), box);
  for (const link of host.root.links) scene.anchor(linkId(host.name, 'root', link.name), centre(box), box);
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
