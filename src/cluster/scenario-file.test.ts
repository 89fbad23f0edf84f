import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CLUSTER_DEFAULTS, NODE_DEFAULTS } from './scenario.ts';
import { loadScenario, scenarioErrorText } from './scenario-file.ts';
import { jsonSchemaOf, SCENARIO_SHAPE } from './scenario-shape.ts';

const root = new URL('../../scenarios/', import.meta.url);

function folder(name: string): ReadonlyMap<string, string> {
  const at = new URL(`${name}/`, root);
  return new Map(readdirSync(at).map((file) => [file, readFileSync(new URL(file, at), 'utf8')]));
}

const SMALL = `title: {en: A, zh-CN: 甲}
cluster:
  nodes:
    - {name: a, ip: 192.168.1.1}
`;

function errorsOf(text: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  const result = loadScenario('test', new Map([['scenario.yaml', text], ...Object.entries(files)]));
  return result.ok ? [] : result.error.map(scenarioErrorText);
}

describe('a scenario file', () => {
  test('may leave out all but title and nodes', () => {
    const result = loadScenario('test', new Map([['scenario.yaml', SMALL]]));
    expect(result).toEqual({
      ok: true,
      value: {
        spec: {
          id: 'test',
          title: 'A',
          cluster: { ...CLUSTER_DEFAULTS, nodes: [{ ...NODE_DEFAULTS, name: 'a', ip: '192.168.1.1' }] },
          manifests: [],
        },
        title: { en: 'A', 'zh-CN': '甲' },
        about: null,
        files: [],
      },
    });
  });

  test('gives what it applies apart from what it only offers', () => {
    const text = `${SMALL}apply: [a.yaml]\nfiles: [b.yaml]\n`;
    const result = loadScenario(
      'test',
      new Map([
        ['scenario.yaml', text],
        ['a.yaml', 'A'],
        ['b.yaml', 'B'],
      ]),
    );
    expect(result.ok && [result.value.spec.manifests, result.value.files]).toEqual([
      [{ file: 'a.yaml', text: 'A' }],
      [{ file: 'b.yaml', text: 'B' }],
    ]);
  });

  test("gives kube-proxy the cluster's range unless it says otherwise", () => {
    const other = SMALL.replace('cluster:', 'cluster:\n  clusterCIDR: 10.200.0.0/16');
    const proxyOf = (text: string): unknown => {
      const result = loadScenario('test', new Map([['scenario.yaml', text]]));
      return result.ok && result.value.spec.cluster.proxy.clusterCIDR;
    };
    expect([proxyOf(other), proxyOf(`${SMALL}  proxy: {clusterCIDR: ''}\n`)]).toEqual(['10.200.0.0/16', '']);
  });
});

const WRONG: readonly (readonly [name: string, text: string, errors: readonly string[]])[] = [
  [
    'an unknown field',
    SMALL.replace('ip:', 'adress: 1, ip:'),
    [
      'scenario.yaml:4:17: cluster.nodes[0].adress: unknown field "adress"; there are name, ip, podCIDR, controlPlane, taints, labels, sysctls, iptables, kubeProxy, vtepMac',
    ],
  ],
  ['a wrong type', SMALL.replace('192.168.1.1', 'true'), ['scenario.yaml:4:21: cluster.nodes[0].ip: must be text']],
  [
    'no address',
    SMALL.replace('192.168.1.1', '192.168.1.01'),
    ['scenario.yaml:4:21: cluster.nodes[0].ip: must be an IPv4 address such as 192.168.1.12, not "192.168.1.01"'],
  ],
  [
    'an octet too large',
    SMALL.replace('192.168.1.1', '192.168.1.256'),
    ['scenario.yaml:4:21: cluster.nodes[0].ip: "192.168.1.256" is not an IPv4 address'],
  ],
  [
    'a missing field',
    'title: {en: A}\ncluster: {nodes: [{name: a, ip: 192.168.1.1}]}\n',
    ['scenario.yaml:1:8: title: "zh-CN" is missing'],
  ],
  ['no nodes', 'title: {en: A, zh-CN: A}\ncluster: {nodes: []}\n', ['scenario.yaml:2:18: cluster.nodes: must not be empty']],
  [
    'a node outside the underlay',
    SMALL.replace('192.168.1.1', '192.168.2.1'),
    ['scenario.yaml:4:21: cluster.nodes[0].ip: 192.168.2.1 is not in underlayCIDR 192.168.1.0/24'],
  ],
  [
    'the network address for a host',
    SMALL.replace('192.168.1.1', '192.168.1.255'),
    ['scenario.yaml:4:21: cluster.nodes[0].ip: 192.168.1.255 cannot be a host of 192.168.1.0/24'],
  ],
  [
    'a router that is where it cannot be',
    `${SMALL}  router:\n    name: a\n    addresses: [192.168.1.1/24, 192.168.1.129/25]\n    routes: [{dst: 10.244.0.1/24, via: 10.1.1.1}]\n`,
    [
      'scenario.yaml:7:33: cluster.router.addresses[1]: 192.168.1.128/25 overlaps 192.168.1.0/24 of cluster.underlayCIDR',
      'scenario.yaml:6:11: cluster.router.name: cluster.nodes[0] is called a already',
      'scenario.yaml:7:17: cluster.router.addresses[0]: 192.168.1.1 is the address of cluster.nodes[0].ip already',
      'scenario.yaml:8:20: cluster.router.routes[0].dst: "10.244.0.1/24" is not an IPv4 range',
      'scenario.yaml:8:40: cluster.router.routes[0].via: 10.1.1.1 is in none of the subnets 192.168.1.0/24, 192.168.1.128/25',
    ],
  ],
  [
    'a node in none of the subnets',
    `${SMALL.replace('192.168.1.1', '192.168.3.1')}  router: {addresses: [192.168.1.1/24, 192.168.2.1/24]}\n`,
    ['scenario.yaml:4:21: cluster.nodes[0].ip: 192.168.3.1 is in none of the subnets 192.168.1.0/24, 192.168.2.0/24'],
  ],
  [
    'names and addresses twice',
    `${SMALL}    - {name: a, ip: 192.168.1.1}\n  external: {ip: 192.168.1.1}\n`,
    [
      'scenario.yaml:5:14: cluster.nodes[1].name: cluster.nodes[0] is called a already',
      'scenario.yaml:5:21: cluster.nodes[1].ip: 192.168.1.1 is the address of cluster.nodes[0].ip already',
      'scenario.yaml:6:18: cluster.external.ip: 192.168.1.1 is the address of cluster.nodes[0].ip already',
    ],
  ],
  [
    'ranges that overlap',
    `${SMALL}  serviceCIDR: 10.244.128.0/20\n`,
    ['scenario.yaml:5:16: cluster.serviceCIDR: 10.244.128.0/20 overlaps 10.244.0.0/16 of cluster.clusterCIDR'],
  ],
  [
    'host bits in a range',
    `${SMALL}  clusterCIDR: 10.244.1.0/16\n`,
    ['scenario.yaml:5:16: cluster.clusterCIDR: 10.244.1.0/16 has host bits set; the range is 10.244.0.0/16'],
  ],
  [
    'Pods of two nodes in one range',
    SMALL.replace(
      '192.168.1.1}',
      '192.168.1.1, podCIDR: 10.244.0.0/24}\n    - {name: b, ip: 192.168.1.2, podCIDR: 10.244.0.0/25}',
    ),
    ['scenario.yaml:5:43: cluster.nodes[1].podCIDR: 10.244.0.0/25 overlaps 10.244.0.0/24 of cluster.nodes[0].podCIDR'],
  ],
  [
    'Pods outside the cluster range',
    SMALL.replace('192.168.1.1}', '192.168.1.1, podCIDR: 10.245.0.0/24}'),
    ['scenario.yaml:4:43: cluster.nodes[0].podCIDR: 10.245.0.0/24 is not inside clusterCIDR 10.244.0.0/16'],
  ],
  ['a file that is not there', `${SMALL}apply: [pods.yaml]\n`, ['scenario.yaml:5:9: apply[0]: there is no file pods.yaml']],
  [
    'a path for a file',
    `${SMALL}apply: [../pods.yaml]\n`,
    ['scenario.yaml:5:9: apply[0]: must be the name of a .yaml file beside scenario.yaml, not "../pods.yaml"'],
  ],
  [
    'an alias',
    'title: &t {en: A, zh-CN: A}\nabout: *t\ncluster: {nodes: [{name: a, ip: 192.168.1.1}]}\n',
    ['scenario.yaml:2:8: about: aliases are not allowed in a scenario'],
  ],
  ['depth', `title: ${'['.repeat(100_000)}`, ['scenario.yaml:1:1: nested deeper than 20 levels']],
  ['compact depth', `title:\n  ${'- '.repeat(50_000)}a`, ['scenario.yaml:1:1: nested deeper than 20 levels']],
  ['length', `#${'x'.repeat(200_000)}`, ['scenario.yaml:1:1: longer than 200000 characters']],
  ['a key twice', `${SMALL}title: {}\n`, ['scenario.yaml:5:1: Map keys must be unique']],
];

describe('a wrong scenario file is told at its line and column:', () => {
  test.each(WRONG)('%s', (_name, text, errors) => {
    expect(errorsOf(text)).toEqual(errors);
  });

  test('two nodes may be given the same range of Pods: that is a mistake to look at', () => {
    const twice = '192.168.1.1, podCIDR: 10.244.0.0/24}\n    - {name: b, ip: 192.168.1.2, podCIDR: 10.244.0.0/24}';
    expect(errorsOf(SMALL.replace('192.168.1.1}', twice))).toEqual([]);
  });

  test('no scenario.yaml at all', () => {
    const result = loadScenario('x', new Map());
    expect(result.ok ? [] : result.error.map(scenarioErrorText)).toEqual(['scenario.yaml:1:1: there is no such file']);
  });
});

describe('scenarios/', () => {
  const names = readdirSync(root, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

  test.each(names)('%s can be read, and names every file of its folder', (name) => {
    const files = folder(name);
    const result = loadScenario(name, files);
    expect(result.ok ? [] : result.error.map(scenarioErrorText)).toEqual([]);
    if (!result.ok) return;
    const named = [
      'scenario.yaml',
      ...result.value.spec.manifests.map(({ file }) => file),
      ...result.value.files.map(({ file }) => file),
    ];
    expect(named.sort()).toEqual([...files.keys()].filter((file) => file.endsWith('.yaml')).sort());
  });

  test('faults are read with the fields of their kind', () => {
    const faults = `faults:
  - {kind: link-down, node: a, dev: cni0}
  - {kind: sysctl, node: a, name: net.ipv4.ip_forward, value: 0, hidden: true}
`;
    const result = loadScenario('test', new Map([['scenario.yaml', SMALL + faults]]));
    expect(result.ok && result.value.spec.faults).toEqual([
      { fault: { kind: 'link-down', node: 'a', dev: 'cni0' }, hidden: false },
      { fault: { kind: 'sysctl', node: 'a', name: 'net.ipv4.ip_forward', value: '0' }, hidden: true },
    ]);
  });

  test('each fault that is wrong is told at its line', () => {
    const faults = `faults:
  - {kind: link-down, node: a}
  - {kind: melted, node: a}
  - {kind: mtu, node: a, dev: eth0, mtu: 10, speed: 3}
  - {kind: routing-loop, node: a, other: b, dst: 10.244.1.2}
  - {node: a}
`;
    const wrong = errorsOf(SMALL + faults);
    expect(wrong.map((text) => text.replace(/must be one of .*/, 'must be one of …').replace(/; there are .*/, ''))).toEqual([
      'scenario.yaml:6:5: faults[0]: "dev" is missing',
      'scenario.yaml:7:12: faults[1].kind: must be one of …',
      'scenario.yaml:8:42: faults[2].mtu: must be a whole number from 68 to 65535',
      'scenario.yaml:8:46: faults[2].speed: unknown field "speed"',
      'scenario.yaml:10:5: faults[4].kind: must be one of …',
    ]);
    expect(errorsOf(`${SMALL}faults:\n  - {kind: routing-loop, node: a, other: b, dst: 10.244.1.2}\n`)).toEqual([
      'scenario.yaml:6:42: faults[0].other: there is no machine b; there are a, external',
    ]);
  });

  test('the schema says what the reader accepts', () => {
    const schema: unknown = JSON.parse(readFileSync(new URL('scenario.schema.json', root), 'utf8'));
    expect(schema).toEqual({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'A Kubehop scenario',
      ...jsonSchemaOf(SCENARIO_SHAPE),
    });
  });
});
