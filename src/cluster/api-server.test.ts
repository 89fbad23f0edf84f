/**
 * The API server lost: what goes on without it, what does not, and what follows when it is found again.
 */
import { describe, expect, test } from 'vitest';
import { assert } from '../lib/assert.ts';
import { NS_PER_S } from '../sim/sim.ts';
import type { ClusterApi, CommandResult, ProbeResult } from './cluster-api.ts';
import { createCluster } from './cluster.ts';
import type { Command, Place, ProbeSpec } from './commands.ts';
import { reasons } from './faults/lab.ts';
import { CLUSTER_DEFAULTS, NODE_DEFAULTS, type ClusterSpec, type NodeSpec } from './scenario.ts';

const pod = (name: string, node: string, image = 'nginx:1.25'): string => `apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${name.replace(/-.*/, '')} } }
spec: { nodeName: ${node}, containers: [{ name: main, image: '${image}', ports: [{ containerPort: 80 }] }] }
---
`;
const service = (name: string, app: string): string => `apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { app: ${app} }, ports: [{ port: 80 }] }
---
`;

const MANIFEST = [
  pod('client', 'a'),
  pod('web-a', 'a'),
  pod('web-b', 'b'),
  pod('lone', 'cp'),
  service('web', 'web'),
  service('lone', 'lone'),
].join('');
const LATE =
  'apiVersion: v1\nkind: Service\nmetadata: {name: late}\nspec: {clusterIP: 10.96.7.7, selector: {app: web}, ports: [{port: 80}]}\n';
const NO_ROUTE = 'dial tcp 192.168.1.11:6443: connect: no route to host';
const client: Place = { kind: 'pod', namespace: 'default', name: 'client' };

interface Lab {
  readonly cluster: ClusterApi;
  readonly run: (command: Command) => CommandResult;
  readonly must: (command: Command) => Extract<CommandResult, { ok: true }>;
  readonly power: (node: string, on: boolean) => void;
  readonly line: (node: string, line: string) => void;
  readonly advance: (seconds: number) => void;
  readonly call: (to: ProbeSpec['to']) => ProbeResult;
  readonly svc: (name: string) => ProbeResult;
  readonly ready: () => string;
  readonly endpoints: (service: string) => readonly string[];
}

const NODES: readonly NodeSpec[] = [
  { ...NODE_DEFAULTS, name: 'cp', ip: '192.168.1.11', controlPlane: true },
  { ...NODE_DEFAULTS, name: 'a', ip: '192.168.1.12' },
  { ...NODE_DEFAULTS, name: 'b', ip: '192.168.1.13' },
];

function lab(options: Partial<ClusterSpec> = {}): Lab {
  const cluster = createCluster({
    id: 'outage',
    title: 'outage',
    cluster: { ...CLUSTER_DEFAULTS, nodes: NODES, ...options },
    manifests: [{ file: 'all.yaml', text: MANIFEST }],
  });
  const must = (command: Command): Extract<CommandResult, { ok: true }> => {
    const result = cluster.run(command);
    assert(result.ok, result.ok ? '' : result.errors.map(({ message }) => message).join());
    return result;
  };
  const call = (to: ProbeSpec['to']): ProbeResult => {
    const { probe } = must({ kind: 'probe', probe: { from: client, to, port: 80, protocol: 'tcp' } });
    assert(probe !== null, 'a probe has a result');
    return probe;
  };
  return {
    cluster,
    run: (command) => cluster.run(command),
    must,
    power: (node, on) => void must({ kind: 'power', node, on }),
    line: (node, line) => void must({ kind: 'tool', node, netns: 'root', line }),
    advance: (seconds) => void must({ kind: 'advance', ns: seconds * NS_PER_S }),
    call,
    svc: (name) => call({ kind: 'svc', namespace: 'default', name }),
    ready: () =>
      cluster
        .snapshot()
        .nodes.filter(({ ready }) => ready)
        .map(({ name }) => name)
        .join(' '),
    endpoints(name) {
      return [...cluster.snapshot().objects.values()].flatMap(({ object }) =>
        object.kind === 'EndpointSlice' && object.metadata.labels?.['kubernetes.io/service-name'] === name
          ? object.endpoints
              .filter(({ conditions }) => conditions?.ready !== false)
              .flatMap(({ targetRef }) => targetRef?.name ?? [])
          : [],
      );
    },
  };
}

function errorOf(result: CommandResult): string {
  return result.ok ? '' : result.errors.map(({ message }) => message).join('\n');
}

function restarts({ cluster }: Lab, name: string): number | undefined {
  const object = cluster.snapshot().objects.get(`Pod default/${name}`)?.object;
  return object?.kind === 'Pod' ? object.status.containerStatuses?.[0]?.restartCount : undefined;
}

describe('the control-plane machine without power', () => {
  test('refuses what kubectl asks, in its words, and nothing else', () => {
    const api = lab();
    api.power('cp', false);
    const apply = errorOf(api.run({ kind: 'apply', file: 'late.yaml', text: LATE }));
    expect(apply).toBe(
      'error: error validating "late.yaml": error validating data: failed to download openapi: Get ' +
        `"https://192.168.1.11:6443/openapi/v2?timeout=32s": ${NO_ROUTE}; ` +
        'if you choose to ignore these errors, turn validation off with --validate=false',
    );
    expect(api.cluster.preview('late.yaml', LATE)).toMatchObject({ errors: [{ message: apply }], changes: [] });
    const others: readonly Command[] = [
      { kind: 'delete', object: 'Pod default/web-a' },
      { kind: 'delete-manifest', file: 'all.yaml', text: MANIFEST },
      { kind: 'scale', object: 'Deployment kube-system/coredns', replicas: 1 },
      { kind: 'load-balancer', object: 'Service default/web', ips: ['192.0.2.1'] },
    ];
    for (const command of others) expect(errorOf(api.run(command))).toBe(`Unable to connect to the server: ${NO_ROUTE}`);
    api.line('a', 'ip route add 203.0.113.0/24 via 192.168.1.100');
    api.must({ kind: 'sysctl', node: 'a', name: 'net.ipv4.ip_forward', value: '1' });
    api.must({ kind: 'iptables', node: 'a', args: '-A FORWARD -s 203.0.113.1 -j DROP' });
  });

  test('traffic goes on by the rules that are there; they point at what died with the machine', () => {
    const api = lab();
    const before = api.cluster.snapshot().nodes.map(({ root }) => root.netfilter.ruleset.nat);
    api.power('cp', false);
    api.advance(600);
    expect(api.svc('web').outcome).toBe('reply');
    const { nodes } = api.cluster.snapshot();
    expect(nodes.slice(1).map(({ root }) => root.netfilter.ruleset.nat)).toEqual(before.slice(1));
    expect(api.endpoints('lone')).toEqual(['lone']);
    const lost = api.svc('lone');
    expect(['timeout', 'no route to host']).toContain(lost.outcome);
    expect(reasons(lost)).toContain('NEIGH_FAILED');
    expect(api.ready()).toBe('cp a b');
  });

  test('a kubelet starts again what ends, and says so when the API server is back', () => {
    const api = lab();
    api.power('cp', false);
    api.must({ kind: 'kill-container', pod: 'Pod default/web-a', container: 'main' });
    api.advance(30);
    expect(restarts(api, 'web-a')).toBe(0);
    expect(api.call({ kind: 'place', place: { kind: 'pod', namespace: 'default', name: 'web-a' } }).outcome).toBe('reply');
    api.power('cp', true);
    expect(restarts(api, 'web-a')).toBe(1);
  });

  test('nobody judges a node that is lost meanwhile; the controllers that come back give it its 40 s', () => {
    const api = lab();
    api.power('cp', false);
    api.power('b', false);
    api.advance(300);
    expect([api.ready(), api.endpoints('web')]).toEqual(['cp a b', ['web-a', 'web-b']]);
    api.power('cp', true);
    api.advance(30);
    expect(api.ready()).toBe('cp a b');
    api.advance(20);
    expect([api.ready(), api.endpoints('web')]).toEqual(['cp a', ['web-a']]);
    expect(api.svc('web').outcome).toBe('reply');
  });

  test('back, everything works as before, and what was there is there', () => {
    const api = lab();
    const objects = [...api.cluster.snapshot().objects.keys()].sort();
    api.power('cp', false);
    api.advance(100);
    api.power('cp', true);
    expect([...api.cluster.snapshot().objects.keys()].sort()).toEqual(objects);
    expect(api.ready()).toBe('cp a b');
    expect(['web', 'lone'].map((name) => api.svc(name).outcome)).toEqual(['reply', 'reply']);
    api.must({ kind: 'apply', file: 'late.yaml', text: LATE });
    expect(api.svc('late').outcome).toBe('reply');
    api.must({ kind: 'scale', object: 'Deployment kube-system/coredns', replicas: 3 });
    api.advance(120);
    expect([api.ready(), api.endpoints('kube-dns').length]).toEqual(['cp a b', 3]);
  });

  test('a machine that boots meanwhile has no Pods, no network and no proxy until the API server tells it of them', () => {
    const api = lab();
    api.power('cp', false);
    api.power('b', false);
    api.power('b', true);
    api.advance(60);
    const booted = api.cluster.snapshot().nodes[2];
    expect(booted?.containers).toEqual([]);
    expect([...(booted?.root.netfilter.ruleset.nat.chains.keys() ?? [])].filter((name) => name.startsWith('KUBE-'))).toEqual(
      [],
    );
    expect(api.call({ kind: 'place', place: { kind: 'pod', namespace: 'default', name: 'web-b' } }).outcome).toBe('timeout');
    api.power('cp', true);
    expect(api.call({ kind: 'place', place: { kind: 'pod', namespace: 'default', name: 'web-b' } }).outcome).toBe('reply');
    expect(api.ready()).toBe('cp a b');
  });

  test('switched off again before it was found, its agents start once', () => {
    const api = lab();
    api.power('cp', false);
    api.power('b', false);
    api.power('b', true);
    api.power('b', false);
    api.power('cp', true);
    api.power('b', true);
    expect(api.ready()).toBe('cp a b');
    expect(api.svc('web').outcome).toBe('reply');
  });

  test('kube-proxy started again meanwhile leaves the rules as they are, and follows when it can', () => {
    const api = lab();
    api.power('cp', false);
    api.must({ kind: 'agent', node: 'a', agent: 'kube-proxy', running: false });
    api.must({ kind: 'agent', node: 'a', agent: 'kube-proxy', running: true });
    expect(api.cluster.snapshot().nodes[1]?.kubeProxy.running).toBe(true);
    expect(api.svc('web').outcome).toBe('reply');
    api.power('cp', true);
    api.must({ kind: 'apply', file: 'late.yaml', text: LATE });
    expect(api.svc('late').outcome).toBe('reply');
  });

  test('CoreDNS goes on where a replica is left; one that starts meanwhile knows no name', () => {
    const api = lab();
    api.must({ kind: 'scale', object: 'Deployment kube-system/coredns', replicas: 4 });
    const left = [...api.cluster.snapshot().objects.values()].flatMap(({ key, object }) =>
      object.kind === 'Pod' && key.includes('coredns') && object.spec.nodeName !== 'cp' ? [object] : [],
    );
    expect(left.length).toBeGreaterThan(0);
    api.power('cp', false);
    const answers = new Set(Array.from({ length: 12 }, () => api.call({ kind: 'name', name: 'web' }).outcome));
    expect(answers).toContain('reply');
    for (const { metadata } of left)
      api.must({ kind: 'kill-container', pod: `Pod kube-system/${metadata.name}`, container: 'coredns' });
    const unsynced = new Set(Array.from({ length: 12 }, () => api.call({ kind: 'name', name: 'web' }).outcome));
    expect(unsynced).not.toContain('reply');
    api.power('cp', true);
    expect(api.call({ kind: 'name', name: 'web' }).outcome).toBe('reply');
  });

  test('undo and redo meet the same cluster', () => {
    const api = lab();
    api.power('cp', false);
    api.advance(50);
    api.power('cp', true);
    const state = (): unknown =>
      [...api.cluster.snapshot().objects.values()].map(({ object }) => [object.metadata.uid, object.metadata.resourceVersion]);
    const after = state();
    api.cluster.undo();
    api.cluster.undo();
    expect(errorOf(api.run({ kind: 'delete', object: 'Pod default/web-a' }))).toContain('no route to host');
    api.cluster.redo();
    api.cluster.redo();
    expect(state()).toEqual(after);
  });

  test('of two control-plane machines the other one keeps the API server', () => {
    const nodes = NODES.map((node) => (node.name === 'b' ? { ...node, controlPlane: true } : node));
    const api = lab({ nodes });
    api.power('cp', false);
    api.must({ kind: 'apply', file: 'late.yaml', text: LATE });
    expect(api.svc('late').outcome).toBe('reply');
    api.advance(60);
    expect(api.ready()).toBe('a b');
    api.power('b', false);
    expect(errorOf(api.run({ kind: 'delete', object: 'Pod default/web-a' }))).toContain('no route to host');
    api.power('b', true);
    api.must({ kind: 'delete', object: 'Pod default/web-a' });
  });

  test.each(['calico-ipip', 'calico-vxlan', 'weave', 'kindnet', 'bridge', 'flannel-host-gw'] as const)(
    '%s: rules and routes stay, a Pod that needs a new namespace gets one at once or once the API server is back',
    (cni) => {
      const api = lab({ cni });
      api.power('cp', false);
      api.advance(200);
      expect(api.svc('web').outcome).toBe('reply');
      api.must({ kind: 'kill-container', pod: 'Pod default/web-b', container: 'POD' });
      api.advance(60);
      const connected = api.cluster.snapshot().nodes[2]?.podNetns.has('default/web-b');
      expect(connected).toBe(!cni.startsWith('calico'));
      api.power('cp', true);
      api.advance(60);
      expect(api.call({ kind: 'place', place: { kind: 'pod', namespace: 'default', name: 'web-b' } }).outcome).toBe('reply');
      expect(api.ready()).toBe('cp a b');
      expect([...api.endpoints('web')].sort()).toEqual(['web-a', 'web-b']);
    },
  );
});

describe('a cut link', () => {
  test('of a worker: its agents hear nothing and keep the rules they have', () => {
    const api = lab();
    api.line('a', 'ip link set eth0 down');
    api.must({ kind: 'apply', file: 'late.yaml', text: LATE });
    const knows = (index: number): boolean =>
      api.cluster
        .snapshot()
        .nodes[index]?.root.netfilter.ruleset.nat.chains.get('KUBE-SERVICES')
        ?.rules.some(({ text }) => text.includes('10.96.7.7')) === true;
    expect([knows(0), knows(1), knows(2)]).toEqual([true, false, true]);
    api.advance(60);
    expect(api.ready()).toBe('cp b');
    api.line('a', 'ip link set eth0 up');
    api.advance(40);
    expect([knows(0), knows(1), knows(2)]).toEqual([true, true, true]);
    expect(api.ready()).toBe('cp a b');
  });

  test('of a worker: a Pod deleted meanwhile runs on there, and ends when its kubelet hears of it', () => {
    const api = lab();
    api.line('b', 'ip link set eth0 down');
    api.must({ kind: 'delete', object: 'Pod default/web-b' });
    api.advance(100);
    const runs = (): boolean => api.cluster.snapshot().nodes[2]?.podNetns.has('default/web-b') === true;
    const stored = (): boolean => api.cluster.snapshot().objects.has('Pod default/web-b');
    expect([runs(), stored()]).toEqual([true, true]);
    api.line('b', 'ip link set eth0 up');
    api.advance(60);
    expect([runs(), stored()]).toEqual([false, false]);
  });

  test('of a worker: a Pod forced out of the API meanwhile is ended by its kubelet', () => {
    const api = lab();
    api.line('b', 'ip link set eth0 down');
    api.must({ kind: 'delete', object: 'Pod default/web-b', gracePeriodSeconds: 0 });
    const runs = (): boolean => api.cluster.snapshot().nodes[2]?.podNetns.has('default/web-b') === true;
    expect(runs()).toBe(true);
    api.line('b', 'ip link set eth0 up');
    expect(runs()).toBe(false);
  });

  test('of the control plane: kubectl and all workers are cut off, and its controllers give the workers up', () => {
    const api = lab();
    api.line('cp', 'ip link set eth0 down');
    expect(errorOf(api.run({ kind: 'delete', object: 'Pod default/web-a' }))).toBe(
      `Unable to connect to the server: ${NO_ROUTE}`,
    );
    api.advance(60);
    expect(api.ready()).toBe('cp');
    expect(api.svc('web').outcome).toBe('reply');
    api.line('cp', 'ip link set eth0 up');
    api.advance(40);
    expect(api.ready()).toBe('cp a b');
    expect(api.svc('web').outcome).toBe('reply');
  });

  test('a short one ends before the node is given up: its lease is renewed in time', () => {
    const api = lab();
    api.line('a', 'ip link set eth0 down');
    api.advance(30);
    api.line('a', 'ip link set eth0 up');
    for (let second = 0; second < 60; second++) {
      api.advance(1);
      expect(api.ready()).toBe('cp a b');
    }
  });

  test('of the router between two subnets: the far side is cut off', () => {
    const nodes = NODES.map((node) => (node.name === 'b' ? { ...node, ip: '192.168.2.13' } : node));
    const api = lab({ nodes, router: { name: 'router', addresses: ['192.168.1.1/24', '192.168.2.1/24'], routes: [] } });
    expect(api.ready()).toBe('cp a b');
    api.line('router', 'ip link set eth1 down');
    api.advance(60);
    expect(api.ready()).toBe('cp a');
    api.line('router', 'ip link set eth1 up');
    api.advance(60);
    expect(api.ready()).toBe('cp a b');
  });
});
