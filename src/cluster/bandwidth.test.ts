/**
 * Pods with bandwidth annotations on a network whose list ends in the bandwidth plugin: the devices and queues on their node, and when
 * what they send arrives.
 */
import { describe, expect, test } from 'vitest';
import { assert, assertExists } from '../lib/assert.ts';
import type { LinkView } from '../net/view.ts';
import type { ClusterApi, ProbeResult } from './cluster-api.ts';
import { createCluster } from './cluster.ts';
import { CLUSTER_DEFAULTS, NODE_DEFAULTS } from './scenario.ts';

const LINE = 'tbf rate 1Mbit burst 27917286b lat 1.92e+03s';

function cluster(): ClusterApi {
  return createCluster({
    id: 'shaped',
    title: 'shaped',
    cluster: {
      ...CLUSTER_DEFAULTS,
      cni: 'calico-bgp',
      kubeSystem: false,
      nodes: [{ ...NODE_DEFAULTS, name: 'n1', ip: '192.168.1.11' }],
    },
    manifests: [],
  });
}

function pod(name: string, annotations: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries(annotations).map(([key, value]) => `    kubernetes.io/${key}-bandwidth: '${value}'\n`);
  return `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n  annotations:\n    note: plain\n${lines.join('')}spec: {containers: [{name: web, image: ikubernetes/demoapp:v1.0}]}\n`;
}

function apply(on: ClusterApi, text: string): void {
  const done = on.run({ kind: 'apply', file: 'test.yaml', text });
  assert(done.ok, done.ok ? '' : JSON.stringify(done.errors));
}

function links(on: ClusterApi): readonly LinkView[] {
  return assertExists(on.snapshot().nodes[0], 'n1 is there').root.links;
}

function cableOf(on: ClusterApi, name: string): LinkView {
  return assertExists(
    links(on).find(({ peer }) => peer?.netns === `default/${name}`),
    `no cable of ${name}`,
  );
}

function send(on: ClusterApi, from: string, to: string, bytes: number): ProbeResult {
  const place = (name: string) => ({ kind: 'pod', namespace: 'default', name }) as const;
  const sent = on.run({
    kind: 'probe',
    probe: { from: place(from), to: { kind: 'place', place: place(to) }, port: 80, protocol: 'tcp', bytes },
  });
  assert(sent.ok && sent.probe !== null, 'the probe was not sent');
  return sent.probe;
}

/** Queues a packet met: `DEVICE waits` or `DEVICE passes`. */
function queues({ trace }: ProbeResult): ReadonlySet<string> {
  return new Set(
    trace.steps.flatMap((step) =>
      step.kind === 'qdisc' ? [`${step.dev.name} ${step.lost ? 'loses' : step.delayNs > 0 ? 'waits' : 'passes'}`] : [],
    ),
  );
}

describe('the bandwidth plugin', () => {
  test('ingress: a bucket on the node’s end of the cable; egress: one on an ifb of its own, until the Pod goes', () => {
    const on = cluster();
    apply(on, pod('both', { ingress: '1M', egress: '1M' }));
    apply(on, pod('plain'));
    const cable = cableOf(on, 'both');
    expect([cable.qdisc, cableOf(on, 'plain').qdisc, cableOf(on, 'plain').redirect]).toEqual([LINE, null, null]);
    const ifb = assertExists(
      links(on).find(({ name }) => name === cable.redirect),
      'what comes in is redirected',
    );
    expect(ifb.name).toMatch(/^bwp[0-9a-f]{12}$/);
    expect([ifb.kind, ifb.qdisc, ifb.flags.join(','), ifb.operstate, ifb.mtu]).toEqual([
      'ifb',
      LINE,
      'BROADCAST,NOARP,UP,LOWER_UP',
      'UNKNOWN',
      cable.mtu,
    ]);
    // As recorded, down to the queue's length that is not said.
    expect([ifb.rootQdisc, ifb.qlen, cable.rootQdisc]).toEqual(['tbf', 0, 'tbf']);
    const gone = on.run({ kind: 'delete', object: 'Pod default/both' });
    assert(gone.ok, gone.ok ? '' : JSON.stringify(gone.errors));
    expect(links(on).filter(({ kind }) => kind === 'ifb')).toEqual([]);
  });

  test('every packet to and from the Pod meets its queues, nobody else’s does', () => {
    const on = cluster();
    apply(on, pod('shaped', { ingress: '1M', egress: '2M' }));
    apply(on, pod('plain'));
    const { outcome } = send(on, 'shaped', 'plain', 100);
    expect(outcome).toBe('reply');
    const cable = cableOf(on, 'shaped');
    expect(queues(send(on, 'shaped', 'plain', 100))).toEqual(
      new Set([`${cable.redirect ?? ''} passes`, `${cable.name} passes`]),
    );
    expect(queues(send(on, 'plain', 'plain', 100))).toEqual(new Set());
  });

  test.each([
    ['999', 'resource is unreasonably small (< 1kbit)'],
    ['2P', 'resource is unreasonably large (> 1Pbit)'],
    ['fast', "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
  ])('an annotation of %s is refused when the sandbox is made', (value, why) => {
    const on = cluster();
    apply(on, pod('wrong', { ingress: value }));
    const said = on
      .snapshot()
      .events.find(({ reason, object }) => reason === 'FailedCreatePodSandBox' && object === 'Pod default/wrong');
    expect(said?.message.split('network: ')[1]).toBe(`failed to get pod bandwidth from annotations: ${why}`);
  });
});
