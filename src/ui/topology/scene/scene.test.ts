import { describe, expect, it } from 'vitest';
import { contains, grow } from './box.geom.ts';
import { clusterFixture, FIXTURE_WORDS, labFixture, subnetsFixture } from './fixture.ts';
import { EMPTY_MEMORY, remember } from './layout-memory.ts';
import { buildScene } from './scene.ts';
import type { Scene, SceneObject, Shape } from './scene-types.ts';
import { svgText } from './svg-text.ts';
import { mono11, mono12, ui11, ui12b, ui13b } from './text.geom.ts';
import { worldOf } from './world.ts';

function draw(zoom: Scene['zoom'], snapshot = labFixture(), change: Partial<Parameters<typeof buildScene>[1]> = {}): Scene {
  const world = worldOf(snapshot);
  const memory = remember(EMPTY_MEMORY, world);
  return buildScene(zoom, {
    world,
    memory,
    level: 'ethernet',
    words: FIXTURE_WORDS,
    news: new Set(),
    service: null,
    ...change,
  });
}

const WIDTHS: readonly (readonly [RegExp, (text: string) => number])[] = [
  [/\bm\b.*\bs11\b|\bs11\b.*\bm\b/, mono11],
  [/\bm\b/, mono12],
  [/\bs13\b/, ui13b],
  [/\bs11\b/, ui11],
  [/./, ui12b],
];

function textBox(shape: Extract<Shape, { kind: 'text' }>): { x: number; y: number; w: number; h: number } {
  const w = WIDTHS.find(([cls]) => cls.test(shape.cls))?.[1](shape.text) ?? 0;
  const x = shape.anchor === 'start' ? shape.x : shape.anchor === 'middle' ? shape.x - w / 2 : shape.x - w;
  return { x, y: shape.y - 9, w, h: 11 };
}

function texts(object: SceneObject): readonly Extract<Shape, { kind: 'text' }>[] {
  return object.shapes.filter((shape) => shape.kind === 'text');
}

const LONG = clusterFixture({
  nodes: [
    {
      name: 'ip-10-0-121-233.eu-central-1.compute.internal',
      controlPlane: true,
      pods: [
        {
          name: 'a-pod-made-by-hand-with-a-very-long-name',
          ip: '10.244.100.200',
          containers: Array.from({ length: 6 }, (_, i) => ({
            name: `container-with-a-long-name-${i}`,
            ports: [30000, 30001, 30002, 30003, 30004],
          })),
        },
      ],
    },
    { name: 'b', pods: [{ name: 'x', ip: '10.244.1.2', ready: false }], ready: false },
  ],
  services: [
    {
      name: 'a-service-with-a-name-of-sixty-three-characters-as-allowed-by-dns',
      clusterIP: '10.100.200.100',
      ports: Array.from({ length: 12 }, (_, i): [string, number] => [`port-${i}`, 30000 + i]),
      pods: ['x', 'a-pod-made-by-hand-with-a-very-long-name'],
    },
  ],
});

describe.each(['node', 'kernel', 'cluster'] as const)('%s zoom', (zoom) => {
  it('draws the lab report as recorded in its golden', async () => {
    await expect(svgText(draw(zoom))).toMatchFileSnapshot(`goldens/lab-${zoom}.svg`);
  });

  it.each([
    ['routed', 'kindnet'],
    ['weave', 'weave'],
  ] as const)('draws %s Pods as recorded in its golden', async (name, network) => {
    await expect(svgText(draw(zoom, labFixture(undefined, network)))).toMatchFileSnapshot(`goldens/${name}-${zoom}.svg`);
  });

  it('draws subnets, each with its wire, and the router between them as recorded in its golden', async () => {
    await expect(svgText(draw(zoom, subnetsFixture()))).toMatchFileSnapshot(`goldens/subnets-${zoom}.svg`);
  });

  it.each([
    ['the lab report', labFixture()],
    ['two subnets', subnetsFixture()],
    ['routed Pods', labFixture(undefined, 'kindnet')],
    ['Pods on weave', labFixture(undefined, 'weave')],
    ['long names everywhere', LONG],
    [
      'five nodes',
      clusterFixture({
        nodes: Array.from({ length: 5 }, (_, i) => ({ name: `n${i}`, pods: [{ name: `web-${i}`, ip: `10.244.${i}.2` }] })),
      }),
    ],
  ])('keeps the labels of %s inside the boxes they name', (_, snapshot) => {
    const boxed = new Set<SceneObject['kind']>([
      'pod',
      'container',
      'device',
      'bridge',
      'netfilter',
      'hook',
      'service',
      'host',
      'fold',
      'pending',
    ]);
    for (const object of draw(zoom, snapshot).objects.filter((each) => boxed.has(each.kind))) {
      for (const shape of texts(object))
        expect([object.id, shape.text, contains(grow(object.box, 1), textBox(shape))]).toEqual([object.id, shape.text, true]);
    }
  });

  it.each(['flannel', 'kindnet', 'weave'] as const)(
    'has an anchor and a way for every device that packets pass on %s',
    (network) => {
      const scene = draw(zoom, labFixture(undefined, network));
      const known = new Set(scene.anchors.keys());
      for (const edge of scene.edges)
        expect([edge.from, known.has(edge.from), edge.to, known.has(edge.to)]).toEqual([edge.from, true, edge.to, true]);
    },
  );

  it.each([
    [1, 30],
    [2, 8],
    [3, 1],
    [5, 0],
    [12, 30],
    [40, 8],
  ])('draws %i nodes of %i Pods, each once', (count, pods) => {
    const nodes = Array.from({ length: count }, (_, n) => ({
      name: `n${n}`,
      pods: Array.from({ length: pods }, (__, p) => ({ name: `p${n}-${p}`, ip: '10.244.0.2' })),
    }));
    const scene = draw(zoom, clusterFixture({ nodes }));
    const ids = scene.objects.map((object) => object.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...scene.nodeBoxes.keys()]).toHaveLength(count);
  });
});

it('never cuts a device name', () => {
  for (const zoom of ['node', 'kernel'] as const) {
    const shown = draw(zoom, LONG)
      .objects.filter((object) => object.kind === 'device')
      .flatMap(texts);
    expect(shown.filter((shape) => shape.text.includes('…'))).toEqual([]);
  }
});

it('marks what the last command made', () => {
  const key = '[["key","Pod default/two-containers-deployment-6d9c-4kx2p"],["kind","object"]]';
  const marked = draw('node', labFixture(), { news: new Set([key]) }).objects.filter((object) => object.isNew);
  expect(marked.map((object) => object.id)).toEqual([
    'pod/default/two-containers-deployment-6d9c-4kx2p',
    'label/default/two-containers-deployment-6d9c-4kx2p',
  ]);
});

it('a level fades what it cannot see and moves nothing', () => {
  const scenes = (['kubernetes', 'ip', 'ethernet', 'netfilter'] as const).map((level) => draw('node', labFixture(), { level }));
  const boxes = scenes.map((scene) => scene.objects.map(({ id, box }) => ({ id, box })));
  for (const other of boxes.slice(1)) expect(other).toEqual(boxes[0]);
  const faded = (scene: Scene | undefined): readonly string[] =>
    [...new Set(scene?.objects.filter((object) => object.faded).map((object) => object.kind))].toSorted();
  expect(scenes.map(faded)).toEqual([
    ['bridge', 'device', 'link', 'netfilter', 'netns', 'underlay'],
    ['container', 'device', 'link', 'netfilter'],
    ['device'],
    ['container', 'device', 'link', 'underlay'],
  ]);
});

it('shows which endpoints a Service has by ties to Pods, and by lit cells', () => {
  const service = 'Service default/two-containers-service';
  const ties = draw('node').objects.filter((object) => object.kind === 'tie');
  expect(ties.map((object) => object.id.split('-').at(-1))).toEqual(['service/plate', 'r7c8w', '4kx2p', 'm8vqz']);
  const tones = draw('cluster', labFixture(), { service }).cells.map((cell) => cell.tone);
  expect(tones).toEqual(['lit', 'rest', 'rest', 'rest', 'lit', 'lit']);
});

it('gives two Services plates of their own, more a small one each, and the rest a count', () => {
  const services = Array.from({ length: 9 }, (_, i) => ({
    name: `s${i}`,
    clusterIP: `10.96.0.${i + 20}`,
    ports: [['', 80]] as [string, number][],
    pods: ['p'],
  }));
  const snapshot = clusterFixture({ nodes: [{ name: 'a', pods: [{ name: 'p', ip: '10.244.0.2' }] }], services });
  const plates = (service: string | null): readonly string[] =>
    draw('node', snapshot, { service })
      .objects.filter((object) => object.kind === 'service')
      .map(({ id, box }) => `${id.split('/').at(-1) ?? ''} ${box.h}`);
  expect(plates(null)).toEqual(['s0 46', 's1 46', 's2 24', 's3 24', 's4 24', 's5 24', 'more 24']);
  expect(plates('Service default/s8')).toContain('s8 24');
});

it.each([
  ['owner', ['a', 'b']],
  ['namespace', ['default']],
  ['nothing', []],
] as const)('folds the rows of cluster zoom by %s', (foldBy, titles) => {
  const snapshot = clusterFixture({ nodes: [{ name: 'n', pods: ['a', 'b'].map((name) => ({ name, ip: '10.244.0.2' })) }] });
  const world = worldOf(snapshot);
  const scene = draw('cluster', snapshot, { memory: remember({ ...EMPTY_MEMORY, foldBy }, world) });
  const [node] = scene.objects.filter((object) => object.kind === 'node');
  const said = node?.shapes.flatMap((shape) => (shape.kind === 'text' ? [shape.text] : [])).slice(2);
  expect([said, scene.cells.length]).toEqual([titles, 2]);
});
