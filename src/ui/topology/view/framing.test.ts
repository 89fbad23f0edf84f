import { expect, it } from 'vitest';
import { contains } from '../scene/box.geom.ts';
import { FIXTURE_WORDS, clusterFixture } from '../scene/fixture.ts';
import { EMPTY_MEMORY, remember } from '../scene/layout-memory.ts';
import { buildScene } from '../scene/scene.ts';
import { worldOf } from '../scene/world.ts';
import { frameOf, type Focus } from './framing.ts';

const nodes = ['a', 'b', 'c', 'd'].map((name, n) => ({
  name,
  pods: ['x', 'y', 'z'].map((pod, i) => ({ name: `${pod}-${name}`, ip: `10.244.${n}.${i + 2}` })),
}));

const world = worldOf(clusterFixture({ nodes }));
const memory = remember(EMPTY_MEMORY, world);
const input = { world, memory, level: 'ethernet', words: FIXTURE_WORDS, news: new Set<string>(), service: null } as const;
const scene = buildScene('kernel', input);
const at = scene.anchors.get('netns/b/default/x-b')?.box ?? null;
const focus: Focus = { nodes: ['a', 'b'], at, whole: false, only: null };
const size = { w: 845, h: 261 };

it('keeps 11 px at 11 px where kernels are read, with the packet in view', () => {
  const box = frameOf(scene, size, focus);
  expect([size.w / box.w, size.h / box.h]).toEqual([1, 1]);
  expect(at && box.x <= at.x && box.x + box.w >= at.x + at.w).toBe(true);
});

it('shows the whole of the node that the packet is in, at the bottom of the view, where several rows do not fit', () => {
  const own = scene.nodeBoxes.get('c');
  const packet = scene.anchors.get('netns/c/default/x-c')?.box ?? null;
  const box = frameOf(scene, { w: 845, h: 330 }, { ...focus, nodes: ['a', 'c'], at: packet });
  expect(own).toMatchObject({ h: 272 });
  expect(own && box.y + box.h - own.y).toBe(272);
});

it('shows every node that many packets go to', () => {
  const box = frameOf(scene, size, { ...focus, whole: true });
  expect(focus.nodes.map((name) => contains(box, scene.nodeBoxes.get(name) ?? box))).toEqual([true, true]);
});

it('folds what a packet cannot come to, where columns are many', () => {
  const near = new Set(['default/x-a', 'default/x-b']);
  const folded = buildScene('kernel', { ...input, near });
  const shown = (kind: 'pod' | 'fold'): readonly string[] =>
    folded.objects
      .filter((object) => object.kind === kind && object.layer === (kind === 'pod' ? 'wall' : 'box'))
      .map(({ id }) => id);
  expect(shown('pod')).toEqual(['pod/default/x-a', 'pod/default/x-b']);
  expect(shown('fold')).toEqual(['a', 'b', 'c', 'd'].map((name) => `fold:${name}/off-path`));
  expect((folded.nodeBoxes.get('a')?.w ?? 0) < (scene.nodeBoxes.get('a')?.w ?? 0)).toBe(true);
});
