/**
 * Calico clusters brought up whole: what its nodes and Pods have in their kernels, and what traffic meets.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assert, assertExists } from '../lib/assert.ts';
import type { NetnsView } from '../net/view.ts';
import type { Trace } from '../net/trace/trace.ts';
import type { NetworkName } from '../node/cni/networks.ts';
import type { ClusterApi } from './cluster-api.ts';
import { createCluster } from './cluster.ts';
import type { ProbeSpec } from './commands.ts';
import { loadScenario } from './scenario-file.ts';
import { CLUSTER_DEFAULTS, NODE_DEFAULTS, type ClusterSpec } from './scenario.ts';
import type { NodeView } from './snapshot.ts';

function file(name: string): string {
  return readFileSync(new URL(`../../scenarios/calico/${name}`, import.meta.url), 'utf8');
}

/** The scenario of the folder. */
function transcript(): ClusterApi {
  const names = ['scenario.yaml', 'ippool.yaml', 'demoapp.yaml', 'client.yaml', 'my-ippool.yaml', 'fixed-address.yaml'];
  const loaded = loadScenario('calico', new Map(names.map((name) => [name, file(name)])));
  assert(loaded.ok, loaded.ok ? '' : JSON.stringify(loaded.error));
  return createCluster(loaded.value.spec);
}

function nodeOf(cluster: ClusterApi, name: string): NodeView {
  return assertExists(
    cluster.snapshot().nodes.find((node) => node.name === name),
    `no node ${name}`,
  );
}

/** `ip route` of the main table. */
function routes(view: NetnsView): readonly string[] {
  return view.routes.filter(({ table }) => table === 'main').map(({ text }) => text);
}

/** `ip addr` in short: number, name, flags, MTU, link address, addresses. */
function links(view: NetnsView, like: RegExp): readonly string[] {
  return view.links
    .filter(({ name }) => like.test(name))
    .map(({ ifindex, name, peer, flags, mtu, operstate, mac, addresses }) =>
      [
        `${ifindex}: ${name}${peer === null ? '' : `@if${peer.ifindex}`}: <${flags.join(',')}> mtu ${mtu} state ${operstate}`,
        ...(name === 'tunl0' ? [] : [mac]),
        ...addresses.map(({ address }) => address),
      ].join(' '),
    );
}

function podView(cluster: ClusterApi, name: string): NetnsView {
  const view = cluster.snapshot().nodes.flatMap(({ podNetns }) => podNetns.get(name) ?? [])[0];
  return assertExists(view, `no namespace of ${name}`);
}

function podIP(cluster: ClusterApi, key: string): string {
  const object = cluster.snapshot().objects.get(key)?.object;
  assert(object?.kind === 'Pod', `no ${key}`);
  return object.status.podIP ?? '';
}

function apply(cluster: ClusterApi, text: string): void {
  const done = cluster.run({ kind: 'apply', file: 'test.yaml', text });
  assert(done.ok, done.ok ? '' : JSON.stringify(done.errors));
}

function events(cluster: ClusterApi, object: string): readonly string[] {
  return cluster
    .snapshot()
    .events.filter((event) => event.object === object && event.reason === 'FailedCreatePodSandBox')
    .map(({ message }) => message.replace(/[0-9a-f]{64}/g, '…'));
}

function pod(name: string, annotations: string, node = 'k8s-worker1'): string {
  return `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n  namespace: test\n  annotations:\n    ${annotations}\nspec:\n  nodeName: ${node}\n  containers:\n  - name: demoapp\n    image: ikubernetes/demoapp:v1.0\n`;
}

function probe(cluster: ClusterApi, from: ProbeSpec['from'], address: string, port = 80) {
  const sent = cluster.run({
    kind: 'probe',
    probe: { from, to: { kind: 'address', address }, port, protocol: 'tcp' },
  });
  assert(sent.ok && sent.probe !== null, 'the probe was not sent');
  return sent.probe;
}

/** TTL of the opening packet as the server got it. */
function ttlAtServer(trace: Trace): number {
  const step = assertExists(
    trace.steps.find(({ kind }) => kind === 'socket.deliver'),
    'nothing was delivered',
  );
  assert(step.l3.kind === 'ipv4', 'a server takes IPv4');
  return step.l3.ttl;
}

/** Pods of a cluster of two or three, one per node, on a network. */
function small(cni: NetworkName, more: Partial<ClusterSpec> = {}): ClusterApi {
  const nodes = [
    { ...NODE_DEFAULTS, name: 'k8s-worker2', ip: '172.16.0.124' },
    { ...NODE_DEFAULTS, name: 'k8s-worker1', ip: '172.16.0.123' },
  ];
  const cluster = createCluster({
    id: 'small',
    title: 'small',
    cluster: {
      ...CLUSTER_DEFAULTS,
      cni,
      clusterCIDR: '10.200.64.0/18',
      underlayCIDR: '172.16.0.0/24',
      external: { ip: '172.16.0.1', ports: [9999], names: null },
      kubeSystem: false,
      nodes,
      ...more,
    },
    manifests: [],
  });
  apply(cluster, 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: test\n');
  for (const [name, node] of [
    ['a1', 'k8s-worker2'],
    ['b1', 'k8s-worker1'],
  ] as const)
    apply(cluster, pod(name, 'note: plain', node));
  return cluster;
}

describe('the scenario of the course', () => {
  const cluster = transcript();
  const client = { kind: 'pod', namespace: 'test', name: 'client' } as const;

  test('blocks are where the names of the nodes put them', () => {
    expect(routes(nodeOf(cluster, 'k8s-worker1').root)).toEqual([
      'default via 172.16.0.1 dev eth0',
      '10.233.65.0/24 via 172.16.0.125 dev tunl0 proto bird onlink',
      '10.233.68.0/24 via 172.16.0.123 dev tunl0 proto bird onlink',
      'blackhole 10.233.73.0/24 proto bird',
      expect.stringMatching(/^10.233.73.1 dev cali[0-9a-f]{11} scope link$/),
      expect.stringMatching(/^10.233.73.2 dev cali[0-9a-f]{11} scope link$/),
      '172.16.0.0/24 dev eth0 proto kernel scope link src 172.16.0.124',
    ]);
    expect(links(nodeOf(cluster, 'k8s-master1').root, /^tunl0$/)).toEqual([
      '3: tunl0: <NOARP,UP,LOWER_UP> mtu 1480 state UNKNOWN 10.233.68.0/32',
    ]);
  });

  test('a Pod sees tunl0 first, then its own /32 and a gateway that nobody has', () => {
    const view = podView(cluster, 'test/client');
    expect(links(view, /./).map((line) => line.replace(/@if\d+/, '@ifN').replace(/ [0-9a-f:]{17}/, ' MAC'))).toEqual([
      '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN MAC 127.0.0.1/8',
      '2: tunl0: <NOARP> mtu 1480 state DOWN',
      `4: eth0@ifN: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1480 state UP MAC ${podIP(cluster, 'Pod test/client')}/32`,
    ]);
    expect(routes(view)).toEqual(['default via 169.254.1.1 dev eth0', '169.254.1.1 dev eth0 scope link']);
  });

  test('to a Pod of another node: two routing steps, in an envelope on the wire, answered', () => {
    const server = assertExists(
      [...nodeOf(cluster, 'k8s-worker2').podNetns].find(([name]) => name.startsWith('test/demoapp')),
      'demoapp runs on k8s-worker2',
    );
    const address = podIP(cluster, `Pod ${server[0]}`);
    const { outcome, trace, backendSaw } = probe(cluster, client, address);
    expect([outcome, ttlAtServer(trace), backendSaw?.ip]).toEqual(['reply', 62, podIP(cluster, 'Pod test/client')]);
    expect(trace.packets.filter(({ label }) => label === 'IPIP').length).toBeGreaterThan(0);
    expect(server[1].neighbours.map(({ addr, lladdr }) => `${addr} ${lladdr ?? ''}`)).toEqual([]);
    expect(podView(cluster, 'test/client').neighbours.map(({ addr, lladdr }) => `${addr} ${lladdr ?? ''}`)).toContain(
      '169.254.1.1 ee:ee:ee:ee:ee:ee',
    );
  });

  test('from a node by the Service the server sees the address of its tunl0', () => {
    const { outcome, backendSaw } = probe(cluster, { kind: 'node', name: 'k8s-master1' }, '10.233.4.255');
    expect([outcome, backendSaw?.ip]).toEqual(['reply', '10.233.68.0']);
  });

  test('kube-system has calico-node on each node and one calico-kube-controllers, all running', () => {
    const pods = [...cluster.snapshot().objects.values()].flatMap(({ object }) =>
      object.kind === 'Pod' && object.metadata.name.startsWith('calico') ? [object] : [],
    );
    expect(
      pods
        .map(({ metadata, status }) => `${metadata.namespace} ${metadata.name.replace(/-[^-]+$/, '')} ${status.phase}`)
        .sort(),
    ).toEqual([
      expect.stringMatching(/^kube-system calico-kube-controllers-\w+ Running$/),
      ...Array.from({ length: 3 }, () => 'kube-system calico-node Running'),
    ]);
  });

  test('a fixed address, and what two, a stranger’s and a taken one come to', () => {
    apply(cluster, file('fixed-address.yaml'));
    expect(podIP(cluster, 'Pod test/fixed')).toBe('10.233.65.177');
    const failed = (name: string): string =>
      `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to set up sandbox container "…" network for pod "${name}": networkPlugin cni failed to set up pod "${name}_test" network: `;
    const cases = [
      [
        'two',
        '["10.233.65.178", "10.233.65.179"]',
        'cannot have more than one IPv4 address for "cni.projectcalico.org/ipAddrs" annotation',
      ],
      ['stranger', '["10.99.0.1"]', 'The provided IP address is not in a configured pool\n'],
      ['taken', '["10.233.65.177"]', 'resource already exists: 10.233.65.177 with error: Address already assigned in block'],
    ] as const;
    for (const [name, list, message] of cases) {
      apply(cluster, pod(name, `cni.projectcalico.org/ipAddrs: '${list}'`));
      expect(events(cluster, `Pod test/${name}`)[0]).toBe(failed(name) + message);
    }
  });

  test('a pool asked for by name gives its own blocks, and Pods of both pools reach each other', () => {
    apply(cluster, file('my-ippool.yaml'));
    const address = podIP(cluster, 'Pod test/chosen-pool');
    expect(address).toMatch(/^10\.200\.64\.(0|64|192)$/);
    expect(probe(cluster, client, address).outcome).toBe('reply');
  });

  test('no block and no address left', () => {
    apply(
      cluster,
      'apiVersion: crd.projectcalico.org/v1\nkind: IPPool\nmetadata:\n  name: tiny\nspec:\n  cidr: 10.9.9.0/31\n  blockSize: 32\n',
    );
    for (const name of ['t1', 't2', 't3']) apply(cluster, pod(name, `cni.projectcalico.org/ipv4pools: '["tiny"]'`));
    expect(['t1', 't2'].map((name) => podIP(cluster, `Pod test/${name}`)).sort()).toEqual(['10.9.9.0', '10.9.9.1']);
    expect(events(cluster, 'Pod test/t3')[0]).toContain(
      'failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses; No IPs available in pools: [10.9.9.0/31]',
    );
  });
});

describe('the forms', () => {
  const node = { kind: 'node', name: 'k8s-worker2' } as const;
  const facts = (cluster: ClusterApi): Readonly<Record<string, unknown>> => {
    const { root } = nodeOf(cluster, 'k8s-worker2');
    const far = podIP(cluster, 'Pod test/b1');
    return {
      routes: routes(root),
      mtu: podView(cluster, 'test/a1').links.find(({ name }) => name === 'eth0')?.mtu,
      pod: podIP(cluster, 'Pod test/a1'),
      nodeSeenFar: probe(cluster, node, far).backendSaw?.ip,
      nodeSeenOwn: probe(cluster, node, podIP(cluster, 'Pod test/a1')).backendSaw?.ip,
      podTtl: ttlAtServer(probe(cluster, { kind: 'pod', namespace: 'test', name: 'a1' }, far).trace),
      outside: probe(cluster, { kind: 'pod', namespace: 'test', name: 'a1' }, '172.16.0.1', 9999).backendSaw?.ip,
    };
  };
  const cali = expect.stringMatching(/^10\.200\.\d+\.\d+ dev cali[0-9a-f]{11} scope link$/) as unknown;

  test('without encapsulation: the first Pod has the first address of its block', () => {
    expect(facts(small('calico-bgp'))).toEqual({
      routes: [
        'default via 172.16.0.1 dev eth0',
        '10.200.92.128/26 via 172.16.0.123 dev eth0 proto bird',
        '10.200.118.128 dev cali6fa26ee37b7 scope link',
        'blackhole 10.200.118.128/26 proto bird',
        '172.16.0.0/24 dev eth0 proto kernel scope link src 172.16.0.124',
      ],
      mtu: 1500,
      pod: '10.200.118.128',
      nodeSeenFar: '172.16.0.124',
      nodeSeenOwn: '172.16.0.124',
      podTtl: 62,
      outside: '172.16.0.124',
    });
  });

  test('IP in IP always, and CrossSubnet, which needs no tunnel on one subnet', () => {
    const always = facts(small('calico-ipip'));
    expect(always).toMatchObject({ mtu: 1480, nodeSeenOwn: '172.16.0.124', podTtl: 62, outside: '172.16.0.124' });
    expect(always['routes']).toContainEqual(
      expect.stringMatching(/^10\.\S+\/26 via 172.16.0.123 dev tunl0 proto bird onlink$/),
    );
    expect(always['routes']).toContainEqual(cali);
    const cross = facts(small('calico-crosssubnet'));
    expect(cross).toMatchObject({ mtu: 1480, nodeSeenFar: '172.16.0.124', podTtl: 62 });
    expect(cross['routes']).toContainEqual(expect.stringMatching(/^10\.\S+\/26 via 172.16.0.123 dev eth0 proto bird$/));
  });

  test('VXLAN: a device of its own, a neighbour and a forwarding entry for each other node', () => {
    const cluster = small('calico-vxlan');
    const { root } = nodeOf(cluster, 'k8s-worker2');
    const tunnel = assertExists(
      root.links.find(({ name }) => name === 'vxlan.calico'),
      'vxlan.calico',
    );
    expect(tunnel).toMatchObject({
      mac: '66:80:85:df:2b:56',
      mtu: 1450,
      operstate: 'UNKNOWN',
      vxlan: { id: 4096, local: '172.16.0.124', dev: 'eth0', dstport: 4789, learning: false },
    });
    expect(root.fdb.map(({ mac, dst, permanent, self }) => `${mac} dst ${dst ?? ''} ${self} ${permanent}`)).toEqual([
      '66:f6:d4:e3:e7:b2 dst 172.16.0.123 true true',
    ]);
    expect(
      root.neighbours.filter(({ dev }) => dev === 'vxlan.calico').map(({ lladdr, state }) => `${lladdr ?? ''} ${state}`),
    ).toEqual(['66:f6:d4:e3:e7:b2 PERMANENT']);
    const seen = facts(cluster);
    expect(seen).toMatchObject({ mtu: 1450, nodeSeenOwn: '172.16.0.124', podTtl: 62, outside: '172.16.0.124' });
    expect(seen['nodeSeenFar']).toBe(tunnel.addresses[0]?.address.replace('/32', ''));
    expect(seen['routes']).toContainEqual(expect.stringMatching(/^blackhole 10\.\S+\/26 proto 80$/));
    expect(seen['routes']).toContainEqual(expect.stringMatching(/^10\.\S+\/26 via 10\.\S+ dev vxlan.calico onlink$/));
  });
});

describe('blocks, when addresses run out', () => {
  const POOL = (uses: string): string =>
    `apiVersion: crd.projectcalico.org/v1\nkind: IPPool\nmetadata: {name: tiny}\nspec: {cidr: 10.200.64.0/30, blockSize: 31, natOutgoing: true, nodeSelector: all(), allowedUses: [${uses}]}\n`;
  const config = (spec: string): string =>
    `apiVersion: crd.projectcalico.org/v1\nkind: IPAMConfig\nmetadata: {name: default}\nspec: ${spec}\n`;

  /** Two nodes that have a block of two addresses each, one of each taken; nothing is left to claim. */
  function tiny(uses = 'Workload'): ClusterApi {
    const cluster = createCluster({
      id: 'tiny',
      title: 'tiny',
      cluster: {
        ...CLUSTER_DEFAULTS,
        cni: 'calico-bgp',
        clusterCIDR: '10.200.64.0/18',
        underlayCIDR: '172.16.0.0/24',
        external: { ip: '172.16.0.1', ports: [9999], names: null },
        kubeSystem: false,
        nodes: [
          { ...NODE_DEFAULTS, name: 'owner', ip: '172.16.0.11' },
          { ...NODE_DEFAULTS, name: 'borrower', ip: '172.16.0.12' },
        ],
      },
      manifests: [{ file: 'pool.yaml', text: POOL(uses) }],
    });
    apply(cluster, 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: test\n');
    return cluster;
  }

  function fill(cluster: ClusterApi): void {
    apply(cluster, pod('o1', 'note: plain', 'owner'));
    apply(cluster, pod('b1', 'note: plain', 'borrower'));
    apply(cluster, pod('b2', 'note: plain', 'borrower'));
  }

  const refused = (cluster: ClusterApi, name: string): string | undefined =>
    events(cluster, `Pod test/${name}`)[0]?.split(`"${name}_test" network: `)[1];

  test('whose a block is stands in a BlockAffinity of its own', () => {
    const cluster = tiny();
    fill(cluster);
    const affinities = [...cluster.snapshot().objects.values()].flatMap(({ object }) =>
      object.kind === 'BlockAffinity' ? [object] : [],
    );
    const blocks = [...cluster.snapshot().objects.values()].flatMap(({ object }) =>
      object.kind === 'IPAMBlock' ? [object] : [],
    );
    expect(affinities.map(({ metadata, spec }) => [metadata.name, spec])).toEqual(
      blocks.map(({ metadata, spec }) => {
        const node = spec.affinity?.replace('host:', '') ?? '';
        return [`${node}-${metadata.name}`, { cidr: spec.cidr, deleted: 'false', node, state: 'confirmed', type: 'host' }];
      }),
    );
    expect(affinities.map(({ spec }) => spec.node).sort()).toEqual(['borrower', 'owner']);
  });

  test('an address is borrowed from the other node’s block, which gets a route of its own to the borrower', () => {
    const cluster = tiny();
    fill(cluster);
    apply(cluster, pod('b3', 'note: plain', 'borrower'));
    const borrowed = podIP(cluster, 'Pod test/b3');
    const block = [...cluster.snapshot().objects.values()].flatMap(({ object }) =>
      object.kind === 'IPAMBlock' && object.spec.affinity === 'host:owner' ? [object.spec] : [],
    )[0];
    expect(block?.unallocated).toEqual([]);
    expect(routes(nodeOf(cluster, 'owner').root)).toContain(`${borrowed} via 172.16.0.12 dev eth0 proto bird`);
    expect(routes(nodeOf(cluster, 'owner').root)).toContain(`blackhole ${block?.cidr ?? ''} proto bird`);
    expect(probe(cluster, { kind: 'pod', namespace: 'test', name: 'o1' }, borrowed).outcome).toBe('reply');
    apply(cluster, pod('b4', 'note: plain', 'borrower'));
    expect(refused(cluster, 'b4')).toBe(
      'failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses; No IPs available in pools: [10.200.64.0/30]',
    );
  });

  test.each([
    [
      '{strictAffinity: true, autoAllocateBlocks: true}',
      'failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses; No more free affine blocks and strict affinity enabled',
    ],
    [
      '{strictAffinity: false, autoAllocateBlocks: true, maxBlocksPerHost: 1}',
      'cannot allocate new block due to per host block limit',
    ],
    ['{strictAffinity: false, autoAllocateBlocks: false}', 'failed to find or claim a block'],
  ])('IPAMConfig %s: no third address', (spec, said) => {
    const cluster = tiny();
    fill(cluster);
    apply(cluster, config(spec));
    apply(cluster, pod('b3', 'note: plain', 'borrower'));
    expect(refused(cluster, 'b3')).toBe(said);
  });

  test('a pool that is for tunnels alone gives Pods nothing; with strict affinity a fixed address must be of the own block', () => {
    const tunnels = tiny('Tunnel');
    apply(tunnels, pod('o1', 'note: plain', 'owner'));
    expect(refused(tunnels, 'o1')).toBe('cannot find a qualified ippool, no pools match the required use (Workload)');
    const cluster = tiny();
    apply(cluster, config('{strictAffinity: true, autoAllocateBlocks: true}'));
    apply(cluster, pod('o1', 'note: plain', 'owner'));
    const taken = podIP(cluster, 'Pod test/o1');
    const other = taken.replace(/\d+$/, (digit) => String(Number(digit) ^ 1));
    apply(cluster, pod('wish', `cni.projectcalico.org/ipAddrs: '["${other}"]'`, 'borrower'));
    expect(refused(cluster, 'wish')).toBe('Block host affinity does not match');
  });

  test('a hostPort behind Calico is portmap’s, the list’s second plugin', () => {
    const cluster = tiny();
    apply(
      cluster,
      pod('o1', 'note: plain', 'owner').replace(
        'image: ikubernetes/demoapp:v1.0',
        'image: ikubernetes/demoapp:v1.0\n    ports: [{containerPort: 80, hostPort: 8088}]',
      ),
    );
    const { outcome, backend } = probe(cluster, { kind: 'external' }, '172.16.0.11', 8088);
    expect([outcome, backend]).toEqual(['reply', 'o1']);
  });
});
