import { describe, expect, it } from 'vitest';
import { clusterFixture, FIXTURE_WORDS } from '../scene/fixture.ts';
import { EMPTY_MEMORY, remember, toggleFold } from '../scene/layout-memory.ts';
import { buildScene } from '../scene/scene.ts';
import type { Scene } from '../scene/scene-types.ts';
import { worldOf } from '../scene/world.ts';
import { MOUNTED_LIMIT, visibleOf } from './cull.ts';

const OWNERS = ['web', 'api', 'cart', 'pay', 'log'];

/** 40 nodes of 50 Pods, nothing folded. */
function largeScene(zoom: Scene['zoom']): Scene {
  const nodes = Array.from({ length: 40 }, (_, n) => ({
    name: `n${n}`,
    pods: Array.from({ length: 50 }, (__, p) => ({ name: `p${n}-${p}`, owner: OWNERS[p % 5] ?? '', ip: '10.244.0.2' })),
  }));
  const world = worldOf(clusterFixture({ nodes }));
  let memory = remember(EMPTY_MEMORY, world);
  for (const fold of memory.crowded) memory = toggleFold(memory, fold);
  memory = remember(memory, world);
  return buildScene(zoom, { world, memory, level: 'ethernet', words: FIXTURE_WORDS, news: new Set(), service: null });
}

describe.each(['cluster', 'node', 'kernel'] as const)('2,000 Pods in %s zoom', (zoom) => {
  const scene = largeScene(zoom);

  it.each([0.05, 0.1, 0.3, 0.6, 1, 2])('mounts at most 300 objects at scale %d, wherever one looks', (scale) => {
    for (const x of [0, 0.25, 0.5, 0.75]) {
      const view = {
        x: scene.bounds.x + scene.bounds.w * x,
        y: scene.bounds.y + scene.bounds.h * x,
        w: 1600 / scale,
        h: 900 / scale,
      };
      expect(visibleOf(scene, view, scale).objects.length).toBeLessThanOrEqual(MOUNTED_LIMIT);
    }
  });

  it('shows every Pod, as a box or as a cell', () => {
    const { objects, cells } = visibleOf(scene, scene.bounds, 0.05);
    const boxes = objects.filter((object) => object.kind === 'pod' && object.layer === 'wall').length;
    const counted = zoom === 'cluster' ? cells.length : boxes + cells.length;
    expect(counted).toBe(2000);
  });
});
