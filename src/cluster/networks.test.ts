/**
 * Each container network as a whole: what a Pod's packets look like where they arrive, on its own node and on another, and whom a
 * server sees. The rows are those of the recordings.
 */
import { describe, expect, it } from 'vitest';
import type { NetworkName } from '../node/cni/networks.ts';
import type { Place, Target } from './commands.ts';
import type { ClusterApi, ProbeResult } from './cluster-api.ts';
import { createCluster } from './cluster.ts';
import { CLUSTER_DEFAULTS, NODE_DEFAULTS } from './scenario.ts';

const NODES = [
  { ...NODE_DEFAULTS, name: 'class', ip: '192.168.1.12', controlPlane: true },
  { ...NODE_DEFAULTS, name: 'class2', ip: '192.168.1.8' },
  { ...NODE_DEFAULTS, name: 'class3', ip: '192.168.1.9' },
];

const PODS = [
  ['a1', 'class'],
  ['a2', 'class'],
  ['b1', 'class2'],
  ['c1', 'class3'],
] as const;

function cluster(cni: NetworkName): ClusterApi {
  const text = PODS.map(
    ([name, node]) =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {nodeName: ${node}, containers: [{name: c, image: nginx}]}\n`,
  ).join('---\n');
  return createCluster({
    id: cni,
    title: cni,
    cluster: {
      ...CLUSTER_DEFAULTS,
      cni,
      nodes: NODES,
      kubeSystem: false,
      proxy: { ...CLUSTER_DEFAULTS.proxy, clusterCIDR: '' },
    },
    manifests: [{ file: 'pods.yaml', text }],
  });
}

const pod = (name: string): Place => ({ kind: 'pod', namespace: 'default', name });

function send(api: ClusterApi, from: Place, to: Place): ProbeResult {
  const target: Target = { kind: 'place', place: to };
  const port = to.kind === 'external' ? 9999 : 80;
  const sent = api.run({ kind: 'probe', probe: { from, to: target, port, protocol: 'tcp', waitNs: 3_000_000_000 } });
  if (!sent.ok || sent.probe === null) throw new Error('the probe was refused');
  return sent.probe;
}

/** TTL of the first packet of the connection where it arrives. */
function ttlAt(result: ProbeResult, name: string): number | null {
  const arrival = result.trace.steps.find(
    (step) => step.kind === 'dev.rx' && step.netns === `default/${name}` && step.l3.kind === 'ipv4',
  );
  return arrival?.kind === 'dev.rx' && arrival.l3.kind === 'ipv4' ? arrival.l3.ttl : null;
}

/** What the nodes of each network have, by the rows of the recordings. */
const ROWS: readonly (readonly [
  cni: NetworkName,
  row: {
    readonly ttl: readonly [same: number, other: number];
    readonly pod: string;
    readonly mtu: number;
    readonly own: string;
    readonly other: string;
  },
])[] = [
  ['flannel-vxlan', { ttl: [64, 62], pod: '10.244.1.2', mtu: 1450, own: '10.244.0.1', other: '10.244.0.0' }],
  ['flannel-host-gw', { ttl: [64, 62], pod: '10.244.1.2', mtu: 1500, own: '10.244.0.1', other: '192.168.1.12' }],
  ['kindnet', { ttl: [63, 62], pod: '10.244.1.2', mtu: 1500, own: '10.244.0.1', other: '192.168.1.12' }],
  ['bridge', { ttl: [64, 62], pod: '10.244.1.2', mtu: 1500, own: '10.244.0.1', other: '192.168.1.12' }],
  ['weave', { ttl: [64, 64], pod: '10.44.0.1', mtu: 1376, own: '10.32.0.1', other: '10.32.0.1' }],
];

describe.each(ROWS)('%s', (cni, row) => {
  const api = cluster(cni);

  it('gives Pods addresses and an MTU', () => {
    const eth0 = api
      .snapshot()
      .nodes.find(({ name }) => name === 'class2')
      ?.podNetns.get('default/b1')
      ?.links.find(({ name }) => name === 'eth0');
    expect([eth0?.addresses[0]?.address.split('/')[0], eth0?.mtu]).toEqual([row.pod, row.mtu]);
  });

  it('carries from Pod to Pod with its own address, a routing step less each', () => {
    const [same, other] = [send(api, pod('a1'), pod('a2')), send(api, pod('a1'), pod('b1'))];
    expect([same.outcome, same.backendSaw?.who, ttlAt(same, 'a2')]).toEqual(['reply', 'pod:a1', row.ttl[0]]);
    expect([other.outcome, other.backendSaw?.who, ttlAt(other, 'b1')]).toEqual(['reply', 'pod:a1', row.ttl[1]]);
  });

  it('shows the node to its own Pods and to those of others by these addresses', () => {
    const node: Place = { kind: 'node', name: 'class' };
    expect(['a1', 'b1', 'c1'].map((name) => send(api, node, pod(name)).backendSaw?.ip)).toEqual([
      row.own,
      row.other,
      row.other,
    ]);
  });

  it('lets Pods out with the node’s address', () => {
    const out = send(api, pod('b1'), { kind: 'external' });
    expect([out.outcome, out.backendSaw?.who]).toEqual(['reply', 'node:class2/eth0']);
  });
});

describe('weave', () => {
  const api = cluster('weave');

  it('deals its range as the peers do, in aligned parts', () => {
    const bridges = api
      .snapshot()
      .nodes.map(({ root }) => root.links.find(({ name }) => name === 'weave')?.addresses[0]?.address);
    expect(bridges).toEqual(['10.32.0.1/12', '10.44.0.0/12', '10.36.0.0/12']);
  });

  it('moves the Pod’s end of the pair in, with the index it had on the node', () => {
    const node = api.snapshot().nodes.find(({ name }) => name === 'class2');
    const eth0 = node?.podNetns.get('default/b1')?.links.find(({ name }) => name === 'eth0');
    expect([eth0?.ifindex, eth0?.peer?.ifindex, eth0?.peer?.name.slice(0, 8)]).toEqual([10, 11, 'vethwepl']);
  });

  it('asks by ARP across the tunnel, and seals with both peers in the identifier and DF set', () => {
    const { trace } = send(cluster('weave'), pod('a1'), pod('b1'));
    const asked = trace.steps.some(
      (step) => step.kind === 'dev.rx' && step.netns === 'default/b1' && step.l3.kind === 'arp' && step.l3.op === 'request',
    );
    const outer = trace.steps.flatMap((step) =>
      step.kind === 'dev.tx' &&
      step.dev.name === 'eth0' &&
      step.netns === 'root' &&
      step.node === 'class' &&
      step.l3.kind === 'ipv4'
        ? [step.l3]
        : [],
    );
    const ports = outer.map(({ l4 }) => (l4.kind === 'udp' ? l4.dport : 0));
    expect([asked, [...new Set(ports)], outer.every(({ df, ttl }) => df && ttl === 64)]).toEqual([true, [6784], true]);
  });
});

describe('none', () => {
  const api = cluster('none');

  it('leaves Pods waiting in the kubelet’s words and the node NotReady', () => {
    const { nodes, events } = api.snapshot();
    const waiting = events
      .filter(({ object }) => object === 'Pod default/b1')
      .map(({ reason, message }) => `${reason} ${message}`);
    expect(nodes.map(({ ready }) => ready)).toEqual([false, false, false]);
    expect(waiting).toContain(
      'NetworkNotReady network is not ready: container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:docker: network plugin is not ready: cni config uninitialized',
    );
  });
});
