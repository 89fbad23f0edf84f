/**
 * Clusters whose nodes stand in two subnets with a router between them, brought up whole: what each network makes of it, and what
 * traffic meets. What nodes and router have in their tables is held against the recording of such a network.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assert, assertExists } from '../lib/assert.ts';
import type { NetnsView } from '../net/view.ts';
import type { Trace, TraceStep } from '../net/trace/trace.ts';
import type { NetworkName } from '../node/cni/networks.ts';
import type { ClusterApi, ProbeResult } from './cluster-api.ts';
import { createCluster } from './cluster.ts';
import type { ProbeSpec } from './commands.ts';
import { loadScenario } from './scenario-file.ts';
import { CLUSTER_DEFAULTS, NODE_DEFAULTS, ROUTER_DEFAULTS, type ClusterSpec, type RouterSpec } from './scenario.ts';

const ROUTER: RouterSpec = { ...ROUTER_DEFAULTS, addresses: ['192.168.1.1/24', '192.168.2.1/24'] };

/** n1 and n3 in one subnet, n2 in the other, a Pod on each: a1, c1, b1. */
function racks(cni: NetworkName, router: RouterSpec = ROUTER, more: Partial<ClusterSpec> = {}): ClusterApi {
  const cluster = createCluster({
    id: 'racks',
    title: 'racks',
    cluster: {
      ...CLUSTER_DEFAULTS,
      cni,
      router,
      kubeSystem: false,
      nodes: [
        { ...NODE_DEFAULTS, name: 'n1', ip: '192.168.1.11' },
        { ...NODE_DEFAULTS, name: 'n2', ip: '192.168.2.11' },
        { ...NODE_DEFAULTS, name: 'n3', ip: '192.168.1.13' },
      ],
      ...more,
    },
    manifests: [],
  });
  for (const [name, node] of [
    ['a1', 'n1'],
    ['b1', 'n2'],
    ['c1', 'n3'],
  ])
    apply(
      cluster,
      `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {nodeName: ${node}, containers: [{name: web, image: ikubernetes/demoapp:v1.0}]}\n`,
    );
  return cluster;
}

function scenario(ippool: (text: string) => string = (text) => text): ClusterApi {
  const text = (name: string): string =>
    readFileSync(new URL(`../../scenarios/calico-cross-subnet/${name}`, import.meta.url), 'utf8');
  const names = ['scenario.yaml', 'ippool.yaml', 'pods.yaml', 'service.yaml'];
  const files = new Map(names.map((name) => [name, name === 'ippool.yaml' ? ippool(text(name)) : text(name)]));
  const loaded = loadScenario('calico-cross-subnet', files);
  assert(loaded.ok, loaded.ok ? '' : JSON.stringify(loaded.error));
  return createCluster(loaded.value.spec);
}

function apply(cluster: ClusterApi, text: string): void {
  const done = cluster.run({ kind: 'apply', file: 'test.yaml', text });
  assert(done.ok, done.ok ? '' : JSON.stringify(done.errors));
}

function root(cluster: ClusterApi, machine: string): NetnsView {
  const { nodes, hosts } = cluster.snapshot();
  return assertExists([...nodes, ...hosts].find(({ name }) => name === machine)?.root, `no machine ${machine}`);
}

function routes(view: NetnsView): readonly string[] {
  return view.routes.filter(({ table }) => table === 'main').map(({ text }) => text);
}

function podIP(cluster: ClusterApi, name: string): string {
  const object = cluster.snapshot().objects.get(`Pod default/${name}`)?.object;
  assert(object?.kind === 'Pod', `no Pod ${name}`);
  return object.status.podIP ?? '';
}

function send(cluster: ClusterApi, probe: ProbeSpec): ProbeResult {
  const sent = cluster.run({ kind: 'probe', probe });
  assert(sent.ok && sent.probe !== null, 'the probe was not sent');
  return sent.probe;
}

function echo(cluster: ClusterApi, from: string, to: string): ProbeResult {
  return send(cluster, {
    from: { kind: 'pod', namespace: 'default', name: from },
    to: { kind: 'address', address: to },
    port: 0,
    protocol: 'icmp',
  });
}

/** TTL of the answer as it came to the client. */
function answerTtl({ steps }: Trace): number {
  const step = assertExists(
    steps.findLast(({ kind }) => kind === 'socket.deliver'),
    'nothing was delivered',
  );
  assert(step.l3.kind === 'ipv4', 'a client takes IPv4');
  return step.l3.ttl;
}

/** Each crossing of a segment by the opening packet: `n1/eth0 > router/eth0 192.168.1.11 > 192.168.2.11 ttl 64`. */
function crossings({ steps }: Trace): readonly string[] {
  return steps.flatMap((step) => {
    if (step.kind !== 'wire' || step.l3.kind !== 'ipv4') return [];
    return [`${step.from} > ${step.to.join(' ')} ${step.l3.src} > ${step.l3.dst} ttl ${step.l3.ttl}`];
  });
}

function sealedIn(trace: Trace): readonly string[] {
  const devices = trace.steps.filter((step): step is Extract<TraceStep, { kind: 'encap' }> => step.kind === 'encap');
  return [...new Set(devices.map(({ dev }) => dev))];
}

describe('nodes and router', () => {
  const cluster = racks('none');

  test('every machine goes by the router of its subnet; the router knows its subnets', () => {
    expect(routes(root(cluster, 'n1'))).toEqual([
      'default via 192.168.1.1 dev eth0',
      '192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.11',
    ]);
    expect(routes(root(cluster, 'n2'))).toEqual([
      'default via 192.168.2.1 dev eth0',
      '192.168.2.0/24 dev eth0 proto kernel scope link src 192.168.2.11',
    ]);
    expect(routes(root(cluster, 'external'))[0]).toBe('default via 192.168.1.1 dev eth0');
    expect(routes(root(cluster, 'router'))).toEqual([
      '192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.1',
      '192.168.2.0/24 dev eth1 proto kernel scope link src 192.168.2.1',
    ]);
  });

  test('from node to node over the router: one hop, TTL 63', () => {
    const { outcome, trace } = send(cluster, {
      from: { kind: 'node', name: 'n1' },
      to: { kind: 'place', place: { kind: 'node', name: 'n2' } },
      port: 0,
      protocol: 'icmp',
    });
    expect([outcome, answerTtl(trace)]).toEqual(['reply', 63]);
    expect(crossings(trace).slice(0, 2)).toEqual([
      'n1/eth0 > router/eth0 192.168.1.11 > 192.168.2.11 ttl 64',
      'router/eth1 > n2/eth0 192.168.1.11 > 192.168.2.11 ttl 63',
    ]);
  });

  test('a machine that was switched off comes up in its own subnet again', () => {
    const again = racks('flannel-vxlan');
    for (const on of [false, true]) {
      const done = again.run({ kind: 'power', node: 'n2', on });
      assert(done.ok, done.ok ? '' : JSON.stringify(done.errors));
    }
    expect(routes(root(again, 'n2'))[0]).toBe('default via 192.168.2.1 dev eth0');
    expect(echo(again, 'a1', podIP(again, 'b1')).outcome).toBe('reply');
  });
});

describe('flannel', () => {
  test('VXLAN: the router sees node addresses alone, outer TTL 64 and 63; inside it is as in one subnet', () => {
    const cluster = racks('flannel-vxlan');
    const { outcome, trace } = echo(cluster, 'a1', podIP(cluster, 'b1'));
    expect([outcome, answerTtl(trace)]).toEqual(['reply', 62]);
    expect(crossings(trace)).toEqual([
      'n1/eth0 > router/eth0 192.168.1.11 > 192.168.2.11 ttl 64',
      'router/eth1 > n2/eth0 192.168.1.11 > 192.168.2.11 ttl 63',
      'n2/eth0 > router/eth1 192.168.2.11 > 192.168.1.11 ttl 64',
      'router/eth0 > n1/eth0 192.168.2.11 > 192.168.1.11 ttl 63',
    ]);
  });

  test('host-gw: the kernel refuses a next hop that is on no link; flanneld says so in its log, and the packets stay lost', () => {
    const cluster = racks('flannel-host-gw');
    expect(routes(root(cluster, 'n1')).filter((text) => text.startsWith('10.244'))).toEqual([
      '10.244.0.0/24 dev cni0 proto kernel scope link src 10.244.0.1',
      '10.244.2.0/24 via 192.168.1.13 dev eth0',
    ]);
    const [n1] = cluster.snapshot().nodes;
    expect(n1?.cniProblem).toBe(
      'Error adding route to {Ifindex: 2 Dst: 10.244.1.0/24 Src: <nil> Gw: 192.168.2.11 Flags: [] Table: 0 Realm: 0}: network is unreachable',
    );
    expect(echo(cluster, 'a1', podIP(cluster, 'c1')).outcome).toBe('reply');
    // By the default route to the router, masqueraded since it leaves the cluster by flannel's lights.
    const lost = echo(cluster, 'a1', podIP(cluster, 'b1'));
    expect(lost.outcome).not.toBe('reply');
    expect(crossings(lost.trace)[0]).toMatch(/^n1\/eth0 > router\/eth0 /);
    expect(lost.trace.steps.some(({ kind, node }) => kind === 'drop' && node === 'router')).toBe(true);
  });
});

describe('Calico without a tunnel', () => {
  test('by the router, which knows no Pods: lost; nodes of one subnet talk plainly', () => {
    const cluster = racks('calico-bgp');
    const far = podIP(cluster, 'b1');
    const route = assertExists(
      root(cluster, 'n1').routes.find(({ text }) => text.includes('via 192.168.1.1 dev eth0 proto bird')),
      'BIRD resolves the next hop by the router',
    );
    expect(route.dev).toBe('eth0');
    expect(echo(cluster, 'a1', podIP(cluster, 'c1')).outcome).toBe('reply');
    const { outcome, trace } = echo(cluster, 'a1', far);
    expect(outcome).toBe('timeout');
    expect(trace.steps.flatMap((step) => (step.kind === 'drop' ? [`${step.node} ${step.reason}`] : []))).toContain(
      'router IP_INNOROUTES',
    );
  });

  test('a router that was told the blocks forwards them: three routers, TTL 61, no envelope', () => {
    const blocks = [...racks('calico-bgp').snapshot().objects.values()].flatMap(({ object }) =>
      object.kind === 'IPAMBlock' ? [object.spec] : [],
    );
    const home: Readonly<Record<string, string>> = {
      'host:n1': '192.168.1.11',
      'host:n2': '192.168.2.11',
      'host:n3': '192.168.1.13',
    };
    const told = blocks.map(({ cidr, affinity }) => ({ dst: cidr, via: home[affinity ?? ''] ?? '' }));
    const cluster = racks('calico-bgp', { ...ROUTER, routes: told });
    const { outcome, trace } = echo(cluster, 'a1', podIP(cluster, 'b1'));
    expect([outcome, answerTtl(trace), sealedIn(trace)]).toEqual(['reply', 61, []]);
  });
});

describe('the scenario of two racks', () => {
  const client = { kind: 'pod', namespace: 'default', name: 'client' } as const;
  const get = (cluster: ClusterApi, name: string): ProbeResult =>
    send(cluster, { from: client, to: { kind: 'address', address: podIP(cluster, name) }, port: 80, protocol: 'tcp' });

  test.each([
    ['VXLAN', (text: string) => text, 'vxlan.calico', [64, 63]],
    [
      'IP in IP',
      (text: string) =>
        text.replace('ipipMode: Never', 'ipipMode: CrossSubnet').replace('vxlanMode: CrossSubnet', 'vxlanMode: Never'),
      'tunl0',
      // The envelope takes over the TTL of what is inside.
      [63, 62],
    ],
  ])('%s: no envelope within a rack, one between racks', (_, ippool, tunnel, ttls) => {
    const cluster = scenario(ippool);
    const near = get(cluster, 'web-near');
    expect([near.outcome, near.backendSaw?.ip, sealedIn(near.trace)]).toEqual(['reply', podIP(cluster, 'client'), []]);
    expect(crossings(near.trace)[0]).toMatch(/^rack1-a\/eth0 > rack1-b\/eth0 10\.244\./);
    const far = get(cluster, 'web-far');
    expect([far.outcome, far.backendSaw?.ip, sealedIn(far.trace)]).toEqual(['reply', podIP(cluster, 'client'), [tunnel]]);
    expect(crossings(far.trace).slice(0, 2)).toEqual([
      `rack1-a/eth0 > router/eth0 172.16.1.11 > 172.16.2.11 ttl ${ttls[0]}`,
      `router/eth1 > rack2-a/eth0 172.16.1.11 > 172.16.2.11 ttl ${ttls[1]}`,
    ]);
  });

  test('routes of each kind stand side by side', () => {
    const cluster = scenario();
    const table = routes(root(cluster, 'rack1-a'));
    const far = table.filter((text) => text.includes('vxlan.calico'));
    expect(far).toHaveLength(2);
    for (const text of far) expect(text).toMatch(/^10\.244\.\d+\.\d+\/26 via 10\.244\.\d+\.\d+ dev vxlan\.calico onlink$/);
    expect(table.filter((text) => text.includes('proto 80'))).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^10\.244\.\d+\.\d+\/26 via 172\.16\.1\.12 dev eth0 proto 80 onlink$/),
        expect.stringMatching(/^blackhole 10\.244\.\d+\.\d+\/26 proto 80$/),
      ]),
    );
  });
});
