/**
 * The ways of cluster zoom: from a cell to its node's lane, out of the node's right corner, and along the gutters between
 * nodes, which stand for the underlay.
 */
import { linkId, type SceneBuilder } from './scene-builder.ts';
import { bottom, right } from './box.geom.ts';
import type { Box, Point } from './scene-types.ts';
import { rect, text } from './shapes.ts';
import { endsAt } from './underlay.ts';

export interface Grid {
  readonly columns: number;
  readonly gap: { readonly x: number; readonly y: number };
}

/** The lane in a node that its Pods' paths share, from its right edge. */
const LANE = 6;

interface Stop {
  readonly id: string;
  readonly at: Point;
}

export function addGutters(scene: SceneBuilder, names: readonly string[], boxes: readonly Box[], { columns, gap }: Grid): void {
  const rows = Math.ceil(boxes.length / columns);
  const first = boxes[0];
  if (first === undefined) return;
  const pitch = { x: first.w + gap.x, y: first.h + gap.y };
  const gutterY = (row: number): number => row * pitch.y - gap.y / 2;
  const gutterX = (column: number): number => (column + 1) * pitch.x - gap.x / 2;
  const gutters: Stop[][] = Array.from({ length: rows + 1 }, () => []);
  for (const [i, box] of boxes.entries()) {
    const name = names[i] ?? '';
    const row = Math.floor(i / columns);
    connectNode(scene, name, box);
    for (const [gutter, y, end] of [
      [row, gutterY(row), box.y],
      [row + 1, gutterY(row + 1), bottom(box)],
    ] as const) {
      const stop = { id: `foot/${name}/${gutter}`, at: { x: right(box) - LANE, y } };
      scene.anchor(stop.id, stop.at, { ...stop.at, w: 0, h: 0 });
      scene.link(`node/${name}`, stop.id, [{ x: stop.at.x, y: box.y + 18 }, { x: stop.at.x, y: end }, stop.at], 'wire');
      gutters[gutter]?.push(stop);
    }
  }
  for (const [row, stops] of gutters.entries()) {
    const used = Math.min(columns, boxes.length);
    for (let column = 0; column < used; column++) {
      const stop = { id: `cross/${column}/${row}`, at: { x: gutterX(column), y: gutterY(row) } };
      scene.anchor(stop.id, stop.at, { ...stop.at, w: 0, h: 0 });
      stops.push(stop);
      if (row > 0) scene.link(`cross/${column}/${row - 1}`, stop.id, [{ x: stop.at.x, y: gutterY(row - 1) }, stop.at], 'wire');
    }
    const along = stops.toSorted((a, b) => a.at.x - b.at.x);
    for (const [i, stop] of along.entries()) {
      const next = along[i + 1];
      if (next !== undefined) scene.link(stop.id, next.id, [stop.at, next.at], 'wire');
    }
  }
  addHosts(scene, { x: 0, y: rows * pitch.y + 8 }, `cross/0/${rows}`);
}

/** Cells go sideways into the node's lane; the node's own place is at the lane's head. */
function connectNode(scene: SceneBuilder, name: string, box: Box): void {
  const laneX = right(box) - LANE;
  const head = { x: laneX, y: box.y + 18 };
  scene.anchor(`node/${name}`, head, box);
  for (const pod of scene.input.world.nodes.find((node) => node.view.name === name)?.pods ?? []) {
    const id = `netns/${name}/${pod.netnsName}`;
    const cell = scene.anchorOf(id);
    if (cell !== undefined) scene.link(id, `node/${name}`, [cell.at, { x: laneX, y: cell.at.y }, head], 'veth');
  }
}

function addHosts(scene: SceneBuilder, start: Point, junction: string): void {
  const at = scene.anchorOf(junction)?.at;
  for (const [i, host] of scene.input.world.hosts.entries()) {
    const box = { x: start.x + i * 132, y: start.y, w: 120, h: 36 };
    const middle = { x: box.x + box.w / 2, y: box.y + box.h / 2 };
    scene.add({
      id: `host/${host.name}`,
      kind: 'host',
      box,
      shapes: [
        rect(box, 6, 'g-ext'),
        text(middle.x, box.y + 15, host.name, 's11 b', 'middle'),
        text(middle.x, box.y + 30, host.ip, 'm s11 i2', 'middle'),
      ],
      ref: { kind: 'host', name: host.name },
      label: scene.input.words.aria.host(host.name, host.ip),
      ...endsAt(host),
    });
    scene.anchor(`host/${host.name}`, middle, box);
    // The outside is one box: its device is where it is.
    for (const link of host.root.links) {
      const device = linkId(host.name, 'root', link.name);
      scene.anchor(device, middle, box);
      scene.link(device, `host/${host.name}`, [middle, middle], 'wire');
    }
    if (at !== undefined) scene.link(`host/${host.name}`, junction, [middle, { x: middle.x, y: at.y }, at], 'wire');
  }
}
