import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overlaps } from './box.geom.ts';
import { clusterFixture, FIXTURE_WORDS, labFixture, type PodFixture } from './fixture.ts';
import { closeGaps, EMPTY_MEMORY, foldOf, hasGaps, remember, toggleFold, type LayoutMemory } from './layout-memory.ts';
import { buildScene } from './scene.ts';
import type { Box, Scene } from './scene-types.ts';
import { worldOf, type World } from './world.ts';

function sceneOf(zoom: Scene['zoom'], world: World, memory: LayoutMemory): Scene {
  return buildScene(zoom, { world, memory, level: 'ethernet', words: FIXTURE_WORDS, news: new Set(), service: null });
}

/** Pods named by numbers on two to five nodes. */
function worldWith(pods: readonly (readonly number[])[]): World {
  const podOf = (n: number): PodFixture => ({ name: `web-${n}-abcde`, owner: `owner-${n % 3}`, ip: `10.244.0.${n + 2}` });
  return worldOf(clusterFixture({ nodes: pods.map((numbers, i) => ({ name: `node-${i}`, pods: numbers.map(podOf) })) }));
}

/** A Pod runs on one node. */
function apart(nodes: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return nodes.map((pods, i) => pods.filter((pod) => !nodes.slice(0, i).flat().includes(pod)));
}

/** Where things stand, without what may grow: walls grow around new columns, and lines grow with their ends. */
function places(scene: Scene): ReadonlyMap<string, Pick<Box, 'x' | 'y'>> {
  const fixed = new Set(['pod', 'container', 'device', 'netfilter', 'hook', 'process', 'host', 'service', 'fold']);
  return new Map(scene.objects.filter((object) => fixed.has(object.kind)).map(({ id, box }) => [id, { x: box.x, y: box.y }]));
}

describe('columns', () => {
  it('a new Pod moves nothing else, in any zoom, on any node, in any order', () => {
    const node = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 5 });
    const arrivals = fc.array(fc.record({ node: fc.nat(4), pod: fc.integer({ min: 31, max: 60 }) }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(
        fc.array(node, { minLength: 1, maxLength: 5 }).map(apart),
        arrivals,
        fc.constantFrom('node', 'kernel'),
        (start, added, zoom) => {
          let numbers: readonly (readonly number[])[] = start;
          let memory = remember(EMPTY_MEMORY, worldWith(numbers));
          for (const { node: to, pod } of added) {
            const before = places(sceneOf(zoom, worldWith(numbers), memory));
            numbers = numbers.map((pods, i) =>
              i === to % numbers.length && !numbers.flat().includes(pod) ? [...pods, pod] : pods,
            );
            memory = remember(memory, worldWith(numbers));
            const after = places(sceneOf(zoom, worldWith(numbers), memory));
            const moved = [...before].filter(([id, { x, y }]) => after.get(id)?.x !== x || after.get(id)?.y !== y);
            expect(moved).toEqual([]);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('no two Pods, plates or nodes overlap', () => {
    const counts = fc.array(fc.nat(9), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(counts, counts, fc.constantFrom('node', 'kernel', 'cluster'), (first, later, zoom) => {
        const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
        const before = worldWith(first.map((count) => range(0, count)));
        const after = worldWith(first.map((count, i) => [...range(0, count), ...range(20, later[i] ?? 0)]));
        const scene = sceneOf(zoom, after, remember(remember(EMPTY_MEMORY, before), after));
        const solid = scene.objects.filter(
          (object) => object.layer === 'wall' && (object.kind === 'pod' || object.kind === 'fold'),
        );
        const walls = scene.objects.filter((object) => object.kind === 'node' && object.layer === 'wall');
        const pairs = [solid, walls].flatMap((group) =>
          group.flatMap((a, i) => group.slice(i + 1).map((b) => [a, b] as const)),
        );
        expect(pairs.filter(([a, b]) => overlaps(a.box, b.box)).map(([a, b]) => [a.id, b.id])).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('a column whose Pod is gone stays empty until the gaps are closed', () => {
    const memory = remember(EMPTY_MEMORY, worldWith([[0, 1, 2]]));
    const without = worldWith([[0, 2, 3]]);
    const next = remember(memory, without);
    expect(next.nodes.get('node-0')?.columns.map((column) => column.key)).toEqual(
      ['0', '1', '2', '3'].map((n) => `pod:default/web-${n}-abcde`),
    );
    expect(hasGaps(next, without)).toBe(true);
    const closed = remember(closeGaps(next), without);
    expect(closed.nodes.get('node-0')?.columns).toHaveLength(3);
    expect(hasGaps(closed, without)).toBe(false);
  });

  it('a column that stood empty before is taken again, and what replaces a Pod stands beside it', () => {
    const keys = (memory: LayoutMemory): readonly string[] =>
      memory.nodes.get('node-0')?.columns.map(({ key }) => key.replace(/^pod:default\/web-(\d+)-abcde$/, '$1')) ?? [];
    const opened = remember(EMPTY_MEMORY, worldWith([[0, 1, 2]]));
    const gone = remember(opened, worldWith([[0, 2]]));
    expect(keys(gone)).toEqual(['0', '1', '2']);
    expect(keys(remember(gone, worldWith([[0, 2, 3, 4]])))).toEqual(['0', '3', '2', '4']);
    expect(keys(remember(gone, worldWith([[0, 1, 2, 3]])))).toEqual(['0', '1', '2', '3']);
    expect(keys(remember(opened, worldWith([[0, 2, 3]])))).toEqual(['0', '1', '2', '3']);
  });

  it('gives the same memory back when nothing is new', () => {
    const world = worldWith([[0, 1], []]);
    const memory = remember(EMPTY_MEMORY, world);
    expect(remember(memory, worldWith([[0, 1], []]))).toBe(memory);
  });
});

describe('folds', () => {
  const world = worldOf(labFixture());
  const dns = world.nodes[0]?.pods.find((pod) => pod.name === 'coredns-aaaaa');

  it('folds the cluster’s own Pods until asked', () => {
    const memory = remember(EMPTY_MEMORY, world);
    expect(dns && foldOf(memory, 'class', dns)).toBe('fold:class/kube-system');
    const opened = remember(toggleFold(memory, 'fold:class/kube-system'), world);
    expect(opened.nodes.get('class')?.columns.map((column) => column.key)).toContain('pod:kube-system/coredns-aaaaa');
    expect([...opened.nodes.keys()]).toEqual(['class', 'class2']);
  });

  it('folds an owner with more Pods than can be told apart, but not one that grew under the reader’s eyes', () => {
    const many = worldWith([Array.from({ length: 30 }, (_, i) => i * 3)]);
    const crowded = remember(EMPTY_MEMORY, many);
    expect(crowded.nodes.get('node-0')?.columns).toEqual([{ key: 'fold:node-0/default/ReplicaSet/owner-0', fold: true }]);
    const grown = remember(remember(EMPTY_MEMORY, worldWith([[0]])), many);
    expect(grown.nodes.get('node-0')?.columns).toHaveLength(30);
  });
});
