/**
 * Kernel zoom: every node's namespace with its five hooks. Pods stand at the outer ends and NICs face each other, so that a
 * path between nodes is one straight line. Numbers are the study's (journey); y is relative to the top of the row.
 */
import { columnOutward, FRAME, NS, WIRE_Y } from './kernel-frame.geom.ts';
import { addKernel, connectPods } from './kernel-zoom-netfilter.ts';
import { addKernelFold, addKernelPod } from './kernel-zoom-pod.ts';
import { placeNodes, type PlacedNode } from './node-frame.geom.ts';
import { shownColumns, type NodeContent } from './pod-box.ts';
import { SceneBuilder, type SceneInput } from './scene-builder.ts';
import type { Scene } from './scene-types.ts';
import { addServices, hostTarget, type TieTarget } from './services.ts';
import { rect, text } from './shapes.ts';
import { keepStart, mono12, ui13b } from './text.geom.ts';
import { addUnderlay } from './underlay.ts';
import { nodeRole } from './node-role.ts';

/** Wide enough for the trunk between the rows, the router, the outside, and the ties of lower rows. */
const GUTTER_OF_ROWS = 220;

export function kernelZoom(input: SceneInput): Scene {
  const scene = new SceneBuilder(input, 'kernel');
  const gutter = input.world.nodes.length > 2 || input.world.snapshot.subnets.length > 1 ? GUTTER_OF_ROWS : FRAME.gutter;
  const placed = placeNodes(input, { ...FRAME, gutter }).map((node) => outward(input, node, gutter));
  const targets = placed.flatMap((node) => addNode(scene, node));
  addServices(scene, targets, { plateW: 288, plateH: 38, long: false, gutter: 58 });
  addUnderlay(scene, placed, { wireY: WIRE_Y, rowPitch: FRAME.rowPitch, layout: 'between', trunkX: -64 });
  return scene.build();
}

/** The node's box over its columns as this zoom deals them: all from the inside out. */
function outward(input: SceneInput, placed: PlacedNode, gutter: number): PlacedNode {
  const { columns } = shownColumns(input, placed.node);
  const x0 = placed.side === 'left' ? -gutter / 2 - FRAME.padding - FRAME.minInner : gutter / 2 + FRAME.padding;
  const boxes = columns.map((_, i) => columnOutward(columns, i, placed.side, x0));
  const left = Math.min(x0, ...boxes.map((box) => box.x));
  const right = Math.max(x0 + FRAME.minInner, ...boxes.map((box) => box.x + box.w));
  return { ...placed, x0, box: { ...placed.box, x: left - FRAME.padding, w: right - left + 2 * FRAME.padding } };
}

function addNode(scene: SceneBuilder, placed: PlacedNode): readonly TieTarget[] {
  const { node, box, x0, side } = placed;
  const name = node.view.name;
  const { columns, content } = shownColumns(scene.input, node);
  scene.nodeBoxes.set(name, box);
  addWalls(scene, placed, content);
  addKernel(scene, placed);
  const targets = columns.flatMap(({ key }, i) => {
    const column = columnOutward(columns, i, side, x0);
    const pod = content.pods.get(key);
    const fold = content.folds.get(key);
    if (pod !== undefined) addKernelPod(scene, placed, pod, { ...column, first: i === 0 });
    if (fold !== undefined) addKernelFold(scene, placed, fold, column);
    const pods = pod === undefined ? (fold?.pods.map((each) => each.id) ?? []) : [pod.id];
    return pods.length === 0 ? [] : [{ pods, x: column.x, w: column.w, top: box.y + 26, rowTop: box.y }];
  });
  connectPods(scene, placed);
  return [...targets, ...hostTarget(content, box)];
}

function addWalls(scene: SceneBuilder, { node, box, x0, side }: PlacedNode, content: NodeContent): void {
  const { name, ip } = node.view;
  const { words } = scene.input;
  const wall = { x: box.x + 10, y: box.y + NS.top, w: box.w - 20, h: NS.bottom - NS.top };
  const { text: role, bad, lost } = nodeRole(node.view, words);
  const roleClass = bad ? 's11 b cd' : 's11 i3';
  const place = { kind: 'node', name } as const;
  const shared = { kind: 'node', ref: place, from: place, to: { kind: 'place', place } } as const;
  const ref = { kind: 'node', node: name } as const;
  scene.add({
    ...shared,
    ref,
    id: `node/${name}`,
    layer: 'wall',
    box,
    shapes: [rect(box, 12, lost ? 'g-node bad' : 'g-node')],
  });
  const shown = keepStart(name, Math.max(60, 190 - mono12(ip)), ui13b);
  // The name stands over the kernel, where no tie comes down.
  const nameX = side === 'left' ? x0 + FRAME.pod + FRAME.gap : x0;
  const roleAt =
    side === 'left'
      ? text(x0 + FRAME.minInner - (lost ? 18 : 2), box.y + 19, role, roleClass, 'end')
      : text(nameX + ui13b(shown) + mono12(ip) + 20, box.y + 19, role, roleClass);
  const header = { x: nameX, y: box.y + 6, w: 160, h: 18 };
  scene.add({
    ...shared,
    ref,
    id: `header/${name}`,
    parent: `node/${name}`,
    box: header,
    shapes: [
      text(nameX, box.y + 19, shown, 'b s13'),
      text(nameX + ui13b(shown) + 8, box.y + 19, ip, 'm i2'),
      ...(role === '' ? [] : [roleAt]),
    ],
    label: words.aria.node(name, ip),
  });
  const labelX = side === 'left' ? x0 + 10 : x0 + FRAME.minInner - 10;
  const hostPods = content.hostPods.length;
  scene.add(
    {
      id: `netns/${name}`,
      kind: 'netns',
      layer: 'wall',
      parent: `node/${name}`,
      box: wall,
      shapes: [
        rect(wall, 8, 'g-ns'),
        text(labelX, box.y + NS.bottom - 7, words.rootNamespace, 's11 cp', side === 'left' ? 'start' : 'end'),
      ],
      ref: { kind: 'netns', node: name, netns: 'root' },
      label: hostPods === 0 ? words.aria.netns(name) : `${words.aria.netns(name)}, ${words.hostPods(hostPods)}`,
    },
    'namespace',
  );
}
