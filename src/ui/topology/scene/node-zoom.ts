/**
 * Node zoom: Pods above, the root namespace with its devices beneath, the underlay at the bottom. Numbers are the study's
 * (explore); y is relative to the top of the node's row.
 */
import { keepStart, mono12, ui11, ui13b } from './text.geom.ts';
import { columnOf, placeNodes, type PlacedNode } from './node-frame.geom.ts';
import { SceneBuilder, type SceneInput } from './scene-builder.ts';
import { addServices, hostTarget, type TieTarget } from './services.ts';
import { addUnderlay } from './underlay.ts';
import { addRootNamespace, connectPods } from './node-zoom-root.ts';
import { addFold, addPod } from './node-zoom-pod.ts';
import { contentOf } from './pod-box.ts';
import type { Scene } from './scene-types.ts';
import { rect, text } from './shapes.ts';
import { nodeRole } from './node-role.ts';

const SIZES = { pod: 203, fold: 95, gap: 12, minInner: 310, padding: 12, nodeHeight: 396, rowPitch: 520 };

/** What marks a broken node stands in its corner. */
const MARK_ROOM = 16;

/** From the top of a row to its wire. */
const WIRE_Y = 432;

export function nodeZoom(input: SceneInput): Scene {
  const scene = new SceneBuilder(input, 'node');
  const placed = placeNodes(input, { ...SIZES, gutter: input.world.nodes.length > 2 ? 48 : 16 });
  const targets = placed.flatMap((node) => addNode(scene, node));
  addServices(scene, targets, { plateW: 380, plateH: 46, long: true, gutter: 14 });
  addUnderlay(scene, placed, { wireY: WIRE_Y, rowPitch: SIZES.rowPitch, layout: 'below', trunkX: -10 });
  return scene.build();
}

function addNode(scene: SceneBuilder, placed: PlacedNode): readonly TieTarget[] {
  const { node, box } = placed;
  const { words, memory } = scene.input;
  const content = contentOf(scene.input, node);
  scene.nodeBoxes.set(node.view.name, box);
  addNodeWall(scene, placed);
  addRootNamespace(scene, placed, content);
  const targets: TieTarget[] = [];
  for (const { key } of memory.nodes.get(node.view.name)?.columns ?? []) {
    const column = columnOf(placed, key);
    const pod = content.pods.get(key);
    const fold = content.folds.get(key);
    if (column === null) continue;
    if (pod !== undefined) addPod(scene, placed, pod, column);
    if (fold !== undefined) addFold(scene, placed, fold, column);
    const ids = pod === undefined ? (fold?.pods.map((each) => each.id) ?? []) : [pod.id];
    if (ids.length > 0) targets.push({ pods: ids, x: column.x, w: column.w, top: box.y + 36, rowTop: box.y });
  }
  connectPods(scene, placed);
  scene.add({
    id: `header/${node.view.name}`,
    kind: 'node',
    box: { x: placed.x0, y: box.y + 8, w: 140, h: 18 },
    shapes: headerShapes(scene, placed),
    parent: `node/${node.view.name}`,
    ref: { kind: 'node', node: node.view.name },
    label: words.aria.node(node.view.name, node.view.ip),
    from: { kind: 'node', name: node.view.name },
    to: { kind: 'place', place: { kind: 'node', name: node.view.name } },
  });
  return [...targets, ...hostTarget(content, box)];
}

function addNodeWall(scene: SceneBuilder, { node, box }: PlacedNode): void {
  const { name } = node.view;
  scene.add({
    id: `node/${name}`,
    kind: 'node',
    layer: 'wall',
    box,
    shapes: [rect(box, 12, nodeRole(node.view, scene.input.words).lost ? 'g-node bad' : 'g-node')],
    ref: { kind: 'node', node: name },
    from: { kind: 'node', name },
    to: { kind: 'place', place: { kind: 'node', name } },
  });
}

/** Name, address and role, left of the lane that Service ties take in the first column. */
function headerShapes({ input }: SceneBuilder, { node, x0, box, columns }: PlacedNode): Scene['objects'][number]['shapes'] {
  const { name, ip } = node.view;
  const ipWidth = mono12(ip);
  // A fold's ties come down nearer: then the name stands left of their lane and the address right of it. Elsewhere a long
  // name pushes the address over the lane, whose dashes stop at its halo.
  const narrow = [...columns.at.values()].some(({ x, w }) => x === 0 && w === SIZES.fold);
  const shown = keepStart(name, narrow ? 88 : Math.max(96, 140 - ipWidth - 8), ui13b);
  const { text: role, bad, lost } = nodeRole(node.view, input.words);
  const y = box.y + 21;
  const cls = bad ? 's11 b cd' : 's11 i3';
  // Ties come down in the right third of a Pod: a role that would stand there begins at the second column instead.
  const lane = [...columns.at.values()].some(
    ({ x, w }) => w === SIZES.pod && x + w * 0.7 < columns.inner && x + w > columns.inner - ui11(role),
  );
  const place = lane
    ? text(x0 + SIZES.pod + SIZES.gap, y, role, cls)
    : text(x0 + columns.inner - (lost ? MARK_ROOM : 0), y, role, cls, 'end');
  return [
    text(x0, y, shown, 'b s13'),
    text(narrow ? x0 + 98 : x0 + ui13b(shown) + 8, y, ip, 'm i2 halo'),
    ...(role === '' ? [] : [place]),
  ];
}
