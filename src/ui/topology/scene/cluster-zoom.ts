/**
 * Cluster zoom: nodes in a grid, in each one row of cells per owner, in the same order on every node; paths run in the gutters.
 * Cells are drawn on a canvas, so thousands of Pods cost nothing. Numbers are the study's (overview).
 *
 * Sizes depend on how many nodes there are and never on Pods, so a new Pod moves nothing: rows beyond the last one share it,
 * and a row with more Pods than it has room for ends in a count.
 */
import { centre } from './box.geom.ts';
import { addGutters } from './cluster-gutters.ts';
import { groupBy } from './group-by.ts';
import { rowOf } from './layout-memory.ts';
import { SceneBuilder, type SceneInput } from './scene-builder.ts';
import type { Box, Cell, Point, Scene, Shape } from './scene-types.ts';
import { crossMark, rect, text } from './shapes.ts';
import { keepStart, mono11, ui11 } from './text.geom.ts';
import type { NodeWorld, PodWorld } from './world.ts';
import { nodeRole } from './node-role.ts';

export interface CellSizes {
  readonly node: { readonly w: number; readonly h: number };
  readonly gap: { readonly x: number; readonly y: number };
  readonly cell: number;
  readonly pitch: number;
  readonly row: number;
  readonly rows: number;
  readonly cellsX: number;
}

const MANY: CellSizes = {
  node: { w: 179, h: 172 },
  gap: { x: 17, y: 22 },
  cell: 6.4,
  pitch: 8.2,
  row: 12.6,
  rows: 11,
  cellsX: 58,
};
const FEW: CellSizes = { node: { w: 316, h: 232 }, gap: { x: 28, y: 32 }, cell: 10, pitch: 13, row: 18, rows: 10, cellsX: 148 };

/** Up to here nodes are drawn large. */
const FEW_NODES = 8;

export function clusterZoom(input: SceneInput): Scene {
  const scene = new SceneBuilder(input, 'cluster');
  const nodes = nodesInOrder(input);
  const sizes = nodes.length <= FEW_NODES ? FEW : MANY;
  const columns = Math.max(1, Math.ceil(Math.sqrt(nodes.length * (sizes === FEW ? 1.2 : 1.6))));
  const boxes = nodes.map((_, i) => nodeBox(i, columns, sizes));
  const rows = rowIndexes(input, sizes);
  const lit = litPods(input);
  for (const [i, node] of nodes.entries()) {
    const box = boxes[i];
    if (box !== undefined) addNode(scene, node, { box, sizes, rows, lit });
  }
  addGutters(
    scene,
    nodes.map((node) => node.view.name),
    boxes,
    { columns, gap: sizes.gap },
  );
  return scene.build();
}

function nodesInOrder({ world, memory }: SceneInput): readonly NodeWorld[] {
  const byName = new Map(world.nodes.map((node) => [node.view.name, node]));
  return [...memory.nodes.keys()].flatMap((name) => byName.get(name) ?? []);
}

function nodeBox(index: number, columns: number, { node, gap }: CellSizes): Box {
  return { x: (index % columns) * (node.w + gap.x), y: Math.floor(index / columns) * (node.h + gap.y), ...node };
}

/** Row of each owner; those beyond the last share it. */
function rowIndexes({ memory }: SceneInput, { rows }: CellSizes): ReadonlyMap<string, number> {
  return new Map(memory.owners.map((owner, i) => [owner, Math.min(i, rows - 1)]));
}

/** Endpoints of the Service that is selected; null when none is. */
function litPods({ world, service }: SceneInput): ReadonlySet<string> | null {
  const found = world.services.find((each) => each.key === service);
  return found === undefined ? null : new Set(found.pods.filter((pod) => pod.ready).map((pod) => pod.id));
}

interface NodeLayout {
  readonly box: Box;
  readonly sizes: CellSizes;
  readonly rows: ReadonlyMap<string, number>;
  readonly lit: ReadonlySet<string> | null;
}

function addNode(scene: SceneBuilder, node: NodeWorld, layout: NodeLayout): void {
  const { box, sizes, lit } = layout;
  const { name, ip, controlPlane } = node.view;
  const { words, memory } = scene.input;
  const place = { kind: 'node', name } as const;
  const many = sizes === MANY;
  const count = many ? `${node.pods.length}` : words.pods(node.pods.length);
  const title = keepStart(name, box.w - 40 - ui11(count), ui11);
  const { text: known, bad, lost } = nodeRole(node.view, words);
  const role = many && controlPlane && !bad ? '' : known;
  const shapes: Shape[] = [
    rect(box, 8, lost ? 'g-node bad' : 'g-node'),
    text(box.x + 9, box.y + 17, title, 'b s11'),
    text(box.x + box.w - 10, box.y + 17, count, 'm s11 i2', 'end'),
  ];
  const roleX = box.x + 9 + ui11(title) * 1.08 + 8;
  if (role !== '') shapes.push(text(roleX, box.y + 17, role, bad ? 's11 b cd' : 's11 i3'));
  if (bad) shapes.push(...crossMark({ x: roleX + ui11(role) * 1.06 + 8, y: box.y + 13 }));
  const used = new Set(node.pods.map((pod) => layout.rows.get(rowOf(pod, memory.foldBy))));
  const titled = memory.foldBy === 'nothing' ? [] : memory.owners.slice(0, sizes.rows);
  for (const [i, owner] of titled.entries()) {
    const last = i === sizes.rows - 1 && memory.owners.length > sizes.rows;
    const label = last ? words.others : owner.slice(owner.lastIndexOf('/') + 1);
    const cls = !used.has(i) ? 's11 i3' : many ? 's11 i2' : 's11';
    shapes.push(text(box.x + 9, rowY(box, i, sizes) + 4, keepStart(label, sizes.cellsX - 14, ui11), cls));
  }
  scene.add({
    id: `node/${name}`,
    kind: 'node',
    layer: 'wall',
    box,
    shapes,
    ref: { kind: 'node', node: name },
    label: `${words.aria.node(name, ip)}, ${words.pods(node.pods.length)}${role === '' ? '' : `, ${role}`}`,
    from: place,
    to: { kind: 'place', place },
  });
  scene.nodeBoxes.set(name, box);
  addCells(scene, node, layout, lit);
}

function rowY(box: Box, row: number, { row: pitch }: CellSizes): number {
  return box.y + 34 + row * pitch;
}

function addCells(
  scene: SceneBuilder,
  node: NodeWorld,
  { box, sizes, rows }: NodeLayout,
  lit: ReadonlySet<string> | null,
): void {
  if (scene.input.memory.foldBy === 'nothing') {
    addAllCells(scene, node, { box, sizes, rows, lit });
    return;
  }
  const room = Math.floor((box.w - sizes.cellsX - 14) / sizes.pitch);
  for (const [row, pods] of groupBy(node.pods, (pod) => rows.get(rowOf(pod, scene.input.memory.foldBy)) ?? sizes.rows - 1)) {
    const shown = pods.length > room ? room - 2 : pods.length;
    const y = rowY(box, row, sizes) - sizes.cell / 2;
    for (const [i, pod] of pods.entries()) {
      const x = box.x + sizes.cellsX + Math.min(i, shown) * sizes.pitch;
      addCell(scene, node, pod, { box: { x, y, w: sizes.cell, h: sizes.cell }, lit, shown: i < shown });
    }
    if (shown < pods.length)
      addMore(
        scene,
        `${node.view.name}/${row}`,
        { x: box.x + sizes.cellsX + shown * sizes.pitch, y: y + sizes.cell / 2 },
        pods.length - shown,
      );
  }
}

/** Line after line as in a text; what finds no room is a count in the last place. */
function addAllCells(scene: SceneBuilder, node: NodeWorld, { box, sizes, lit }: NodeLayout): void {
  const columns = Math.floor((box.w - 18 - 10) / sizes.pitch);
  const lines = Math.floor((box.h - 34) / sizes.row);
  const room = columns * lines;
  const shown = node.pods.length > room ? room - 3 : node.pods.length;
  const placeOf = (i: number): Point => ({
    x: box.x + 9 + (i % columns) * sizes.pitch,
    y: rowY(box, Math.floor(i / columns), sizes) - sizes.cell / 2,
  });
  for (const [i, pod] of node.pods.entries()) {
    const at = { ...placeOf(Math.min(i, shown)), w: sizes.cell, h: sizes.cell };
    addCell(scene, node, pod, { box: at, lit, shown: i < shown });
  }
  const { x, y } = placeOf(shown);
  if (shown < node.pods.length) addMore(scene, node.view.name, { x, y: y + sizes.cell / 2 }, node.pods.length - shown);
}

interface CellPlace {
  readonly box: Box;
  readonly lit: ReadonlySet<string> | null;
  readonly shown: boolean;
}

function addCell(scene: SceneBuilder, node: NodeWorld, pod: PodWorld, { box, lit, shown }: CellPlace): void {
  scene.anchor(`netns/${node.view.name}/${pod.netnsName}`, centre(box), box);
  if (shown) scene.cells.push({ pod: pod.id, box, tone: toneOf(scene, node, pod, lit) });
}

function addMore(scene: SceneBuilder, id: string, { x, y }: Point, count: number): void {
  const more = `+${count}`;
  const box = { x, y: y - 6, w: mono11(more), h: 12 };
  scene.add({ id: `more/${id}`, kind: 'container', box, shapes: [text(x, y + 4, more, 'm s11 i2')] });
}

function toneOf(scene: SceneBuilder, node: NodeWorld, pod: PodWorld, lit: ReadonlySet<string> | null): Cell['tone'] {
  if (!node.view.ready || pod.trouble !== null) return 'bad';
  if (scene.isNew(pod.ref)) return 'new';
  if (lit !== null) return lit.has(pod.id) ? 'lit' : 'rest';
  return pod.owner?.kind === 'DaemonSet' || pod.hostNetwork ? 'daemon' : 'lit';
}
