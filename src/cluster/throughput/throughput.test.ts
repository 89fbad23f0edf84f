/**
 * Throughput as it is measured: against the recorded transfers through the bandwidth plugin's buckets, over lossy ways, to Services,
 * and without a trace left behind.
 */
import { describe, expect, test } from 'vitest';
import { assert } from '../../lib/assert.ts';
import { finish } from '../../lib/steps.ts';
import type { ClusterApi } from '../cluster-api.ts';
import { createCluster } from '../cluster.ts';
import type { Place, ProbeSpec, Target } from '../commands.ts';
import { CLUSTER_DEFAULTS, NODE_DEFAULTS } from '../scenario.ts';
import { iperfText } from './iperf-text.ts';
import { DEFAULT_BITS_PER_SECOND } from './limits.ts';
import type { MeasuredThroughput, Throughput } from './throughput.ts';

const MB = 1e6;

function pod(name: string, node: string, shaping: Readonly<Record<string, string>> = {}): string {
  const annotations = Object.entries(shaping).map(([way, rate]) => `    kubernetes.io/${way}-bandwidth: '${rate}'\n`);
  return `---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n  labels: {app: ${name}}\n  annotations:\n    note: plain\n${annotations.join('')}spec: {nodeName: ${node}, containers: [{name: web, image: ikubernetes/demoapp:v1.0}]}\n`;
}

const SERVICE = `---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: server}, ports: [{port: 8080, targetPort: 80}]}\n`;

function cluster(): ClusterApi {
  const nodes = ['n1', 'n2'].map((name, index) => ({ ...NODE_DEFAULTS, name, ip: `192.168.1.1${index + 1}` }));
  const on = createCluster({
    id: 'measured',
    title: 'measured',
    cluster: {
      ...CLUSTER_DEFAULTS,
      cni: 'calico-bgp',
      kubeSystem: false,
      nodes,
      external: { ip: '192.168.1.100', ports: [], names: {} },
    },
    manifests: [],
  });
  apply(on, [pod('shaped', 'n1', { ingress: '1M', egress: '1M' }), pod('client', 'n1'), pod('server', 'n2'), SERVICE].join(''));
  return on;
}

function apply(on: ClusterApi, text: string): void {
  const done = on.run({ kind: 'apply', file: 'test.yaml', text });
  assert(done.ok, done.ok ? '' : JSON.stringify(done.errors));
}

const at = (name: string): Place => ({ kind: 'pod', namespace: 'default', name });
const toPod = (name: string): Target => ({ kind: 'place', place: at(name) });
const external: Target = { kind: 'place', place: { kind: 'external' } };

interface Asked extends Partial<Pick<ProbeSpec, 'port' | 'protocol'>> {
  readonly seconds?: number;
  readonly bitsPerSecond?: number;
}

function measure(on: ClusterApi, from: Place, to: Target, asked: Asked = {}): Throughput {
  const { port = 80, protocol = 'tcp', seconds = 10, bitsPerSecond = DEFAULT_BITS_PER_SECOND } = asked;
  return finish(on.throughput({ probe: { from, to, port, protocol }, seconds, bitsPerSecond }));
}

function measured(on: ClusterApi, from: Place, to: Target, asked?: Asked): MeasuredThroughput {
  const result = measure(on, from, to, asked);
  assert(result.kind === 'measured', result.kind === 'measured' ? '' : result.error);
  return result;
}

/** Megabytes read by the end of each second. */
function cumulative({ intervals }: MeasuredThroughput): readonly number[] {
  return intervals.map((_, index) => intervals.slice(0, index + 1).reduce((sum, each) => sum + each.receivedBytes, 0) / MB);
}

describe('through the buckets of a limit of 1M', () => {
  // A transfer of ten seconds from a Pod to a host outside, on a real kernel: megabytes there after each second.
  const RECORDED = [26.8, 26.9, 27.1, 27.2, 27.3, 27.4, 27.6, 27.7, 27.8, 27.9];

  test('what leaves the Pod has arrived, second by second, as recorded', () => {
    const seen = cumulative(measured(cluster(), at('shaped'), external, { port: 5201 }));
    // Within what the recording was rounded to.
    const apart = RECORDED.map((megabytes, second) => Math.abs(megabytes - (seen[second] ?? 0)));
    expect(apart.filter((megabytes) => megabytes > 0.1)).toEqual([]);
    expect(seen).toHaveLength(10);
  });

  test('what comes to the Pod waits as long; behind the burst the rate is the limit less the headers', () => {
    const result = measured(cluster(), at('server'), toPod('shaped'));
    const steady = result.intervals.slice(1);
    const rate = (steady.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0) * 8) / steady.length;
    expect(rate / 1e6).toBeCloseTo(1448 / 1514, 2);
    expect(result.sender.retransmitted).toBe(0);
    expect(result.receiver.bytes).toBe(result.sender.bytes);
    // One window is under way when the client stops.
    expect(result.receiver.seconds).toBeGreaterThan(result.sender.seconds);
    expect(result.queues.map(({ node, dropped, text }) => [node, dropped, text])).toEqual([
      ['n1', 0, 'tbf rate 1Mbit burst 27917286b lat 1.92e+03s'],
      ['n1', 0, 'tbf rate 1Mbit burst 27917286b lat 1.92e+03s'],
    ]);
  });
});

describe('over a way that loses packets', () => {
  test('TCP sends again what is missing until all is there', () => {
    const on = cluster();
    const lossy = on.run({ kind: 'tool', node: 'n1', netns: 'root', line: 'tc qdisc add dev eth0 root netem loss 2%' });
    assert(lossy.ok, 'tc took it');
    const { sender, receiver, intervals, queues } = measured(on, at('client'), toPod('server'), { seconds: 1 });
    expect(receiver.bytes).toBe(sender.bytes);
    expect(sender.retransmitted).toBeGreaterThan(0);
    // Each hole once, save where the second time was lost as well.
    expect(sender.retransmitted / sender.packets).toBeLessThan(0.03);
    expect(intervals.reduce((sum, each) => sum + each.retransmitted, 0)).toBeLessThanOrEqual(sender.retransmitted);
    expect(queues.map(({ dev, text, dropped }) => [dev, text, dropped > 0])).toEqual([['eth0', 'netem loss 2%', true]]);
  });

  test('UDP counts what never came', () => {
    const on = cluster();
    on.run({ kind: 'tool', node: 'n1', netns: 'root', line: 'tc qdisc add dev eth0 root netem loss 20%' });
    const { sender, receiver } = measured(on, at('client'), toPod('server'), { protocol: 'udp' });
    const lost = (sender.packets - receiver.packets) / sender.packets;
    expect(sender.packets).toBe(906);
    expect(lost).toBeGreaterThan(0.15);
    expect(lost).toBeLessThan(0.25);
  });
});

describe('to a Service', () => {
  test('the back end that is drawn is the one that reads', () => {
    const result = measured(cluster(), at('client'), { kind: 'svc', namespace: 'default', name: 'web' }, { port: 8080 });
    expect(result.receiver.bytes).toBe(result.sender.bytes);
    expect([result.cutShort, result.queues]).toEqual([true, []]);
    // 64 KB in each round trip between two nodes.
    expect((result.receiver.bytes * 8) / result.receiver.seconds).toBeGreaterThan(1e9);
  });

  test.each([
    ['a port nobody serves', { kind: 'svc', namespace: 'default', name: 'web' }, 9, 'failed', 'Connection timed out'],
    ['a name that does not exist', { kind: 'name', name: 'nothing.example' }, 80, 'failed', 'Name or service not known'],
    ['a Pod that does not exist', toPod('nobody'), 80, 'refused', 'pods "nobody" not found'],
  ] as const)('%s', (_, to, port, kind, error) => {
    const result = measure(cluster(), at('client'), to, { port });
    expect(result.kind === 'measured' ? '' : `${result.kind}: ${result.error}`).toBe(
      kind === 'refused'
        ? `refused: ${error}`
        : `failed: unable to connect to server - server may have stopped running or use a different port, firewall issue, etc.: ${error}`,
    );
  });
});

describe('rolled back', () => {
  test('the next packet goes as it would have gone, and servers are who they were', () => {
    const [one, other] = [cluster(), cluster()];
    const before = one.snapshot();
    measured(one, at('shaped'), toPod('server'), { seconds: 1 });
    expect(one.snapshot()).toBe(before);
    const probe: ProbeSpec = { from: at('shaped'), to: toPod('server'), port: 80, protocol: 'tcp' };
    const [after, without] = [one, other].map((on) => on.run({ kind: 'probe', probe }));
    expect(after).toEqual(without);
    expect(after?.ok === true && after.probe?.outcome).toBe('reply');
  });
});

test('the text is iperf3’s', () => {
  const result = measured(cluster(), at('shaped'), toPod('client'), { protocol: 'udp', seconds: 2, port: 5201 });
  const port = result.local.port;
  const [from, to] = [result.local.addr, result.remote.addr];
  expect(iperfText(result).replaceAll(/ +$/gm, '')).toBe(`Connecting to host ${to}, port 5201
[  5] local ${from} port ${port} connected to ${to} port 5201
[ ID] Interval           Transfer     Bitrate         Total Datagrams
[  5]   0.00-1.00   sec   129 KBytes  1.05 Mbits/sec          91
[  5]   1.00-2.00   sec   127 KBytes  1.04 Mbits/sec          90
- - - - - - - - - - - - - - - - - - - - - - - - -
[ ID] Interval           Transfer     Bitrate         Jitter    Lost/Total Datagrams
[  5]   0.00-2.00   sec   256 KBytes  1.05 Mbits/sec  0.000 ms  0/181 (0%)  sender
[  5]   0.00-2.00   sec   256 KBytes  1.05 Mbits/sec  0.000 ms  0/181 (0%)  receiver

iperf Done.
`);
});
