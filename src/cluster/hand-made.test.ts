/** The book chapter's Pod by hand: a network namespace with nothing, then a cable, an address, routes and a server in it. */
import { describe, expect, test } from 'vitest';
import { assert } from '../lib/assert.ts';
import type { ClusterApi, ProbeResult } from './cluster-api.ts';
import { createCluster } from './cluster.ts';
import type { Place, ProbeSpec } from './commands.ts';
import { clusterScript } from './export/script.ts';
import { CLUSTER_DEFAULTS, NODE_DEFAULTS } from './scenario.ts';

const NODE = 'kind-control-plane';
const BY_HAND: Place = { kind: 'netns', node: NODE, name: 'byhand' };

/** What the chapter types, between the empty namespace and the Pod that answers. */
const STEPS = [
  'ip link add veth0 type veth peer name ceth0',
  'ip link set ceth0 netns byhand',
  'ip -n byhand link set ceth0 name eth0',
  'ip addr add 10.1.2.1/32 dev veth0',
  'ip link set veth0 up',
  'ip route add 10.1.2.3 dev veth0',
  'ip netns exec byhand ip addr add 10.1.2.3/32 dev eth0',
  'ip netns exec byhand ip link set lo up',
  'ip netns exec byhand ip link set eth0 up',
  'ip -n byhand route add 10.1.2.1 dev eth0',
  'ip -n byhand route add default via 10.1.2.1',
];

const POD = `apiVersion: v1
kind: Pod
metadata: { name: client }
spec: { nodeName: ${NODE}, containers: [{ name: main, image: nginx:1.25 }] }
`;

interface Lab {
  readonly cluster: ClusterApi;
  /** Types lines as root on the node; the answer of the last. */
  readonly type: (...lines: readonly string[]) => string;
  readonly send: (from: Place, to: ProbeSpec['to'], protocol?: ProbeSpec['protocol'], port?: number) => ProbeResult;
}

function lab(): Lab {
  const cluster = createCluster({
    id: 'by-hand',
    title: 'by hand',
    cluster: {
      ...CLUSTER_DEFAULTS,
      cni: 'kindnet',
      runtime: 'containerd',
      kubeSystem: false,
      nodes: [{ ...NODE_DEFAULTS, name: NODE, ip: '172.18.0.2', podCIDR: '10.244.0.0/24', controlPlane: true }],
      underlayCIDR: '172.18.0.0/16',
      external: { ip: '172.18.0.1', ports: [9999], names: null },
    },
    manifests: [{ file: 'pod.yaml', text: POD }],
  });
  return {
    cluster,
    type: (...lines) => {
      const answers = lines.map((line) => {
        const run = cluster.run({ kind: 'tool', node: NODE, netns: 'root', line });
        return run.ok ? run.messages.join('\n') : run.errors.map(({ message }) => message).join('\n');
      });
      expect(answers.slice(0, -1).join('')).toBe('');
      return answers.at(-1) ?? '';
    },
    send: (from, to, protocol = 'tcp', port = 80) => {
      const run = cluster.run({ kind: 'probe', probe: { from, to, protocol, port } });
      assert(run.ok && run.probe !== null, 'the probe was sent');
      return run.probe;
    },
  };
}

const toHand: ProbeSpec['to'] = { kind: 'place', place: BY_HAND };

describe('a Pod by hand', () => {
  test('is alone in an empty namespace: lo alone and down, and nothing leads out', () => {
    const { cluster, type, send } = lab();
    expect(type('ip netns add byhand')).toBe('');
    const netns = cluster.snapshot().nodes[0]?.podNetns.get('byhand');
    expect(netns?.links.map(({ name, up }) => ({ name, up }))).toEqual([{ name: 'lo', up: false }]);
    expect(netns?.routes).toEqual([]);
    const { outcome, trace } = send(BY_HAND, { kind: 'address', address: '10.1.2.1' });
    expect([outcome, trace.packets]).toEqual(['network unreachable', []]);
  });

  test('answers once it has a cable, an address, routes and a server, from the node and from a Pod', () => {
    const { type, send } = lab();
    expect(type('ip netns add byhand', ...STEPS)).toBe('');
    expect(send({ kind: 'node', name: NODE }, toHand, 'icmp').outcome).toBe('reply');
    expect(send({ kind: 'node', name: NODE }, toHand).outcome).toBe('refused');
    expect(type('ip netns exec byhand python3 -m http.server 80 &')).toBe('');
    const { outcome, body, backend } = send({ kind: 'pod', namespace: 'default', name: 'client' }, toHand);
    expect([outcome, backend]).toEqual(['reply', 'byhand']);
    expect(body).toContain('<h1>Directory listing for /</h1>');
    expect(send(BY_HAND, { kind: 'place', place: { kind: 'node', name: NODE } }, 'icmp').outcome).toBe('reply');
  });

  test('is cut off by a rule, by its server’s end, and by the end of the namespace, which takes the cable with it', () => {
    const { cluster, type, send } = lab();
    const ask = (): string => send({ kind: 'node', name: NODE }, { kind: 'address', address: '10.1.2.3' }).outcome;
    type('ip netns add byhand', ...STEPS, 'ip netns exec byhand python3 -m http.server 80 &');
    type('iptables -A INPUT -s 10.1.2.3 -j DROP');
    expect(ask()).toBe('timeout');
    type('iptables -D INPUT -s 10.1.2.3 -j DROP');
    expect(ask()).toBe('reply');
    type('pkill python3');
    expect(ask()).toBe('refused');
    type('ip netns del byhand');
    const node = cluster.snapshot().nodes[0];
    expect([node?.podNetns.has('byhand'), node?.root.links.some(({ name }) => name === 'veth0')]).toEqual([false, false]);
    expect(cluster.run({ kind: 'probe', probe: { from: BY_HAND, to: toHand, protocol: 'tcp', port: 80 } })).toMatchObject({
      ok: false,
      errors: [{ message: 'Cannot open network namespace "byhand": No such file or directory' }],
    });
  });

  test('is a place of the exported script', () => {
    const { cluster, type } = lab();
    type('ip netns add byhand', ...STEPS, 'ip netns exec byhand python3 -m http.server 80 &');
    expect(clusterScript(cluster.snapshot())).toContain(`netns byhand on ${NODE}`);
  });
});

/** As iproute2 6.1 answers. */
const RECORDED: readonly (readonly [line: string, answer: string])[] = [
  ['ip netns add a/b', 'Invalid netns name "a/b"'],
  ['ip netns add ..', 'Invalid netns name ".."'],
  ['ip netns add', 'No netns name specified'],
  ['ip netns add byhand', 'Cannot create namespace file "/run/netns/byhand": File exists'],
  ['ip netns del nope', 'Cannot remove namespace file "/run/netns/nope": No such file or directory'],
  ['ip netns exec nope ip a', 'Cannot open network namespace "nope": No such file or directory'],
  ['ip -n nope link set lo up', 'Cannot open network namespace "nope": No such file or directory'],
  ['ip netns exec byhand', 'No command specified'],
  ['ip netns exec', 'No netns name specified'],
  ['ip netns frob', 'Command "frob" is unknown, try "ip netns help".'],
  ['ip link add v0 type veth peer name eth0 netns byhand', ''],
  ['ip link set veth9 netns nope', 'Error: argument "nope" is wrong: Invalid "netns" value'],
  ['ip link set nodev netns byhand', 'Cannot find device "nodev"'],
  ['ip link set lo netns byhand', 'Error: The interface netns is immutable.'],
];

test.each(RECORDED)('%s', (line, answer) => {
  expect(lab().type('ip netns add byhand', line)).toBe(answer);
});
