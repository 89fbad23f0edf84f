import { describe, expect, it } from 'vitest';
import { labReportTrace } from '../../journey/lab-report.fixture.ts';
import { buildJourney } from '../../journey/model.ts';
import { clusterFixture, FIXTURE_WORDS } from '../scene/fixture.ts';
import { EMPTY_MEMORY, remember } from '../scene/layout-memory.ts';
import { buildScene } from '../scene/scene.ts';
import type { Scene } from '../scene/scene-types.ts';
import { worldOf } from '../scene/world.ts';
import { walkOf } from './stops.ts';
import { countsOf } from './swarm-counts.ts';
import { dotsAt, IN_FLIGHT, landedAt, planSwarm } from './swarm.geom.ts';
import { boxAround, chosenAt, wayOf, type WaysInput } from './ways.ts';

const journey = buildJourney(labReportTrace(), 'request');

function inputOf(zoom: Scene['zoom']): WaysInput {
  const world = worldOf(
    clusterFixture({
      nodes: [
        { name: 'class', pods: [{ name: 'client', ip: '10.244.0.2' }] },
        {
          name: 'class2',
          pods: [
            { name: 'two-containers', ip: '10.244.1.2', veth: 'veth0463de47' },
            { name: 'other', ip: '10.244.1.3' },
          ],
        },
      ],
    }),
  );
  const memory = remember(EMPTY_MEMORY, world);
  const scene = buildScene(zoom, {
    world,
    memory,
    level: 'ethernet',
    words: FIXTURE_WORDS,
    news: new Set(),
    service: null,
  });
  const taken = { outcome: 'reply', backend: 'two-containers', destination: '10.244.1.2:80' } as const;
  return { scene, world, journey, walk: walkOf(scene, journey), taken };
}

const share = (backend: string | null, destination: string | null, outcome: 'reply' | 'timeout' = 'reply') => ({
  outcome,
  backend,
  destination,
  backendSaw: null,
  probability: 0.5,
});

describe.each(['cluster', 'node', 'kernel'] as const)('ways of the ends in %s zoom', (zoom) => {
  const input = inputOf(zoom);
  const mine = wayOf(input, share('two-containers', '10.244.1.2:80'));
  const other = wayOf(input, share('other', '10.244.1.3:80'));

  it('begin where the packet does and end at the back end', () => {
    const start = input.walk.stops[0]?.at;
    expect([mine?.points[0], other?.points[0]]).toEqual([start, start]);
    const pod = input.scene.anchors.get('netns/class2/default/other');
    expect(other && boxAround(input.scene, other)).toEqual(pod?.box);
    expect(other?.points.at(-1)).toEqual(input.scene.anchors.get(other?.at ?? '')?.at);
  });

  it('are one up to the rule that chooses', () => {
    const fork = input.walk.stops[chosenAt(journey)]?.at;
    const turn = mine?.points.findIndex((point) => point.x === fork?.x && point.y === fork.y) ?? 0;
    const shared = mine?.points.slice(0, turn + 1);
    expect(other?.points.slice(0, shared?.length)).toEqual(shared);
  });

  it('of a bad end stop where its destination was chosen', () => {
    const lost = wayOf(input, share(null, '10.244.1.3:80', 'timeout'));
    expect(lost?.points.at(-1)).toEqual(input.walk.stops[chosenAt(journey)]?.at);
    expect(lost && boxAround(input.scene, lost)).toEqual(other && boxAround(input.scene, other));
  });
});

it('shows no way to what is not on the map', () => {
  expect(wayOf(inputOf('node'), share('gone', '10.244.9.9:80'))).toBeNull();
});

it('counts ends apart, and good apart from bad', () => {
  const input = inputOf('kernel');
  const ended = (backend: string, destination: string, bad: boolean) => {
    const way = wayOf(input, share(backend, destination, bad ? 'timeout' : 'reply'));
    if (way === null) throw new Error(`no way to ${backend}`);
    return { ...way, bad };
  };
  const counts = countsOf(input.scene, [
    ended('two-containers', '10.244.1.2:80', false),
    ended('other', '10.244.1.3:80', false),
    ended('other', '10.244.1.3:80', true),
    ended('two-containers', '10.244.1.2:80', false),
  ]);
  expect(counts.map(({ ways, bad }) => ({ ways, bad }))).toEqual([
    { ways: [0, 3], bad: false },
    { ways: [1], bad: false },
    { ways: [2], bad: true },
  ]);
});

describe('many packets', () => {
  const line = (length: number) => [
    { x: 0, y: 0 },
    { x: length, y: 0 },
  ];
  const swarm = planSwarm([
    { points: line(600), count: 700 },
    { points: line(300), count: 300 },
  ]);

  it('all land, in the numbers measured', () => {
    expect([landedAt(swarm, -1), landedAt(swarm, swarm.totalMs), dotsAt(swarm, swarm.totalMs)]).toEqual([
      [0, 0],
      [700, 300],
      [],
    ]);
  });

  it('are never more than the budget at once, and nearly that many', () => {
    const most = Math.max(...Array.from({ length: 200 }, (_, i) => dotsAt(swarm, (swarm.totalMs * i) / 200).length));
    expect(most).toBeLessThanOrEqual(IN_FLIGHT);
    expect(most).toBeGreaterThan(IN_FLIGHT / 2);
  });

  it('come at each end evenly while they come', () => {
    const [a = 0, b = 0] = landedAt(swarm, swarm.totalMs / 2);
    expect(a / (a + b)).toBeCloseTo(0.7, 1);
  });

  it('are on their line at any moment', () => {
    for (const { at, along } of dotsAt(swarm, 400))
      expect([at.y, at.x >= 0 && at.x <= 600, along]).toEqual([0, true, { x: 1, y: 0 }]);
  });

  it('land at once where there is no way to fly', () => {
    const still = planSwarm([{ points: [{ x: 5, y: 5 }], count: 3 }]);
    expect([still.totalMs, landedAt(still, 0)]).toEqual([0, [3]]);
  });
});
