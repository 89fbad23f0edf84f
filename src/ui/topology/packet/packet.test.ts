import { describe, expect, it } from 'vitest';
import type { ClusterSnapshot } from '../../../cluster/snapshot.ts';
import { labReportTrace } from '../../journey/lab-report.fixture.ts';
import { buildJourney, type JourneyStep } from '../../journey/model.ts';
import { clusterFixture, FIXTURE_WORDS, subnetsFixture } from '../scene/fixture.ts';
import { EMPTY_MEMORY, remember } from '../scene/layout-memory.ts';
import { overlapArea } from '../scene/box.geom.ts';
import { lengthOf } from '../scene/line.geom.ts';
import { buildScene } from '../scene/scene.ts';
import type { Scene } from '../scene/scene-types.ts';
import { worldOf } from '../scene/world.ts';
import { chipOf } from './chip.ts';
import { drawChip, placeChip } from './chip.geom.ts';
import { packetPosition, positionBetween } from './packet-position.ts';
import { metObjects, pathLines } from './path-lines.ts';
import { pointsOf, routeBetween } from './route.ts';
import { walkOf } from './stops.ts';

/** The trace's cluster: its Pod's cable has the name the trace knows. */
function snapshot(): ClusterSnapshot {
  const drawn = clusterFixture({
    nodes: [
      { name: 'class', pods: [{ name: 'client', ip: '10.244.0.2' }] },
      { name: 'class2', pods: [{ name: 'two-containers', ip: '10.244.1.2', veth: 'veth0463de47' }] },
    ],
  });
  return drawn;
}

function sceneOf(zoom: Scene['zoom']): Scene {
  const world = worldOf(snapshot());
  return buildScene(zoom, {
    world,
    memory: remember(EMPTY_MEMORY, world),
    level: 'ethernet',
    words: FIXTURE_WORDS,
    news: new Set(),
    service: null,
  });
}

const journey = buildJourney(labReportTrace(), 'request');

function stepOf(kind: string, from = 0): JourneyStep {
  const step = journey.steps.slice(from).find((each) => each.step.kind === kind);
  if (step === undefined) throw new Error(`no step ${kind}`);
  return step;
}

describe('where the packet stands', () => {
  it('goes from process to hook to device in kernel zoom', () => {
    const anchors = walkOf(sceneOf('kernel'), journey).stops.map((stop) => stop.anchor);
    expect(anchors.filter((anchor, i) => anchor !== anchors[i - 1])).toEqual([
      'process/class',
      'hook/class/OUTPUT',
      'hook/class/POSTROUTING',
      'link/class/root/flannel.1',
      'hook/class/OUTPUT',
      'link/class/root/eth0',
      null,
      'link/class2/root/eth0',
      'link/class2/root/flannel.1',
      'link/class2/root/veth0463de47',
      'link/class2/default/two-containers/eth0',
      'netns/class2/default/two-containers',
    ]);
  });

  it.each(['cluster', 'node', 'kernel'] as const)('always moves along lines of the map in %s zoom', (zoom) => {
    const scene = sceneOf(zoom);
    for (const [i, leg] of walkOf(scene, journey).legs.entries()) {
      const straight = leg.edges.length === 0 && leg.points !== null && lengthOf(leg.points) > 0;
      const wire = journey.steps[i]?.at.netns === '' || journey.steps[i + 1]?.at.netns === '';
      expect([i, leg.points === null, straight && !wire]).toEqual([i, false, false]);
    }
  });

  it('is half way along the wire while it is on it', () => {
    const scene = sceneOf('kernel');
    const wire = stepOf('wire');
    expect(packetPosition(scene, journey, wire.index, 0)?.at).toEqual(scene.anchors.get('wire/0')?.at);
  });

  it('comes to the same place from both sides, at any fraction', () => {
    const walk = walkOf(sceneOf('node'), journey);
    for (const index of journey.steps.slice(1).map((step) => step.index)) {
      const there = positionBetween(walk, { from: index - 1, to: index, progress: 0.3 });
      const back = positionBetween(walk, { from: index, to: index - 1, progress: 0.7 });
      expect(there?.at.x).toBeCloseTo(back?.at.x ?? NaN, 6);
      expect(there?.at.y).toBeCloseTo(back?.at.y ?? NaN, 6);
    }
  });

  it('has no way against the hooks: a reply enters at PRE and leaves from POST', () => {
    const scene = sceneOf('kernel');
    const entering = pointsOf(routeBetween(scene, 'link/class2/root/cni0', 'hook/class2/PREROUTING') ?? []);
    const leaving = routeBetween(scene, 'hook/class2/POSTROUTING', 'link/class2/root/flannel.1');
    expect(entering.length).toBeGreaterThan(4);
    expect(leaving?.map((edge) => edge.to)).toEqual(['plate/class2/left', 'link/class2/root/flannel.1']);
    expect(routeBetween(scene, 'hook/class2/POSTROUTING', 'hook/class2/FORWARD')?.length).toBeGreaterThan(1);
  });
});

describe('the path', () => {
  it('is all ahead at the start and all behind at the end', () => {
    const walk = walkOf(sceneOf('kernel'), journey);
    const last = journey.steps.length - 1;
    const [start, end] = [pathLines(walk, 0), pathLines(walk, last)];
    expect([start.travelled, end.next]).toEqual([[], []]);
    expect(end.travelled).toEqual(start.next);
    expect(start.sealed).not.toEqual([]);
  });

  it('lights what was met, and not what is to come', () => {
    const { past, now } = metObjects(walkOf(sceneOf('kernel'), journey), stepOf('encap').index);
    expect(now).toBe('link/class/root/flannel.1');
    expect([...past]).toEqual(['process/class', 'hook/class/OUTPUT', 'hook/class/POSTROUTING']);
  });
});

describe('the chip', () => {
  const dnat = journey.steps.find((step) => step.nat?.manip === 'destination');

  it('says what is sent, with the port that names the service', () => {
    expect(chipOf(stepOf('socket.send'))).toEqual({
      flag: 'SYN',
      source: { now: '192.168.1.12', before: null },
      destination: { now: '10.99.25.192:80', before: null },
      ttl: '',
      envelope: null,
      dead: null,
    });
  });

  it('shows a rewrite at the step that made it, old over new, and only there', () => {
    expect(dnat && chipOf(dnat).destination).toEqual({ now: '10.244.1.2:80', before: '10.99.25.192:80' });
    const after = journey.steps[(dnat?.index ?? 0) + 1];
    expect(after && chipOf(after).destination).toEqual({ now: '10.244.1.2:80', before: null });
  });

  it('puts the sealed packet unchanged into its envelope', () => {
    const chip = chipOf(stepOf('wire'));
    expect(chip.envelope).toEqual({ source: '192.168.1.12', destination: '192.168.1.8', what: 'VXLAN vni 1, UDP 8472' });
    expect([chip.flag, chip.source.now, chip.destination.now, chip.ttl]).toEqual([
      'SYN',
      '10.244.0.0',
      '10.244.1.2:80',
      'ttl 64',
    ]);
  });

  it('keeps its text inside, however long the addresses', () => {
    const value = (now: string): { now: string; before: string } => ({ now, before: '255.255.255.255:65535' });
    const { w, shapes } = drawChip({
      flag: 'SYN-ACK',
      source: value('255.255.255.255:65535'),
      destination: value('1.1.1.1'),
      ttl: 'ttl 63',
      envelope: null,
      dead: null,
    });
    const ends = shapes.flatMap((shape) =>
      shape.kind === 'text' && shape.anchor === 'start'
        ? [shape.x + (shape.text.length * (shape.cls.includes('s11') ? 11 : 12)) / 2]
        : [],
    );
    expect(Math.max(...ends)).toBeLessThanOrEqual(w - 8);
  });

  it('finds room that hides nothing when there is some, and stays in view', () => {
    const view = { x: 0, y: 0, w: 800, h: 400 };
    const target = { x: 20, y: 300, w: 60, h: 24 };
    const obstacles = [{ x: 0, y: 200, w: 400, h: 90 }];
    const place = placeChip({ fullW: 260, h: 36 }, { target, view, obstacles });
    const box = { x: place.x, y: place.y, w: 260, h: 36 };
    expect([...obstacles, target].map((each) => overlapArea(box, each))).toEqual([0, 0]);
    expect(box.x >= 0 && box.y >= 0 && box.x + box.w <= view.w && box.y + box.h <= view.h).toBe(true);
  });
});

describe('over a router', () => {
  it.each(['node', 'kernel', 'cluster'] as const)('a frame between subnets goes by the router, in %s zoom', (zoom) => {
    const world = worldOf(subnetsFixture());
    const scene = buildScene(zoom, {
      world,
      memory: remember(EMPTY_MEMORY, world),
      level: 'ethernet',
      words: FIXTURE_WORDS,
      news: new Set(),
      service: null,
    });
    const far = zoom === 'cluster' ? (name: string) => `node/${name}` : (name: string) => `link/${name}/root/eth0`;
    for (const [from, to] of [
      [far('n0'), 'link/router/root/eth0'],
      ['link/router/root/eth1', far('n3')],
    ] as const)
      expect(pointsOf(routeBetween(scene, from, to) ?? []).length).toBeGreaterThan(1);
    if (zoom === 'cluster') return;
    const across = routeBetween(scene, far('n0'), far('n3')) ?? [];
    expect(across.some(({ from, to }) => [from, to].includes('host/router'))).toBe(true);
    const within = routeBetween(scene, far('n0'), far('n1')) ?? [];
    expect(within).not.toEqual([]);
    expect(within.some(({ from, to }) => [from, to].includes('host/router'))).toBe(false);
  });
});
