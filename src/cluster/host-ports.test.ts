/** hostPort on a whole cluster: who reaches the Pod through it and whom the Pod sees, as the plugin was recorded. */
import { describe, expect, test } from 'vitest';
import { assert, assertExists } from '../lib/assert.ts';
import type { ClusterApi, ProbeResult } from './cluster-api.ts';
import { createCluster } from './cluster.ts';
import type { Place } from './commands.ts';
import { CLUSTER_DEFAULTS, NODE_DEFAULTS, type ClusterSpec } from './scenario.ts';

const PODS = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  nodeName: n1
  containers:
  - {name: web, image: 'ikubernetes/myapp:v1', ports: [{containerPort: 80, hostPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: other}
spec: {nodeName: n1, containers: [{name: sleep, image: 'busybox:1.36', command: [sleep, infinity]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: far}
spec: {nodeName: n2, containers: [{name: sleep, image: 'busybox:1.36', command: [sleep, infinity]}]}
`;

function cluster(change: Partial<ClusterSpec> = {}): ClusterApi {
  const nodes = ['192.168.1.11', '192.168.1.12'].map((ip, index) => ({ ...NODE_DEFAULTS, name: `n${index + 1}`, ip }));
  const made = createCluster({
    id: 'host-ports',
    title: 'host ports',
    cluster: { ...CLUSTER_DEFAULTS, kubeSystem: false, nodes, ...change },
    manifests: [],
  });
  const applied = made.run({ kind: 'apply', file: 'pods.yaml', text: PODS });
  assert(applied.ok, 'the Pods are applied');
  return made;
}

function call(on: ClusterApi, from: Place, address = '192.168.1.11', port = 8080): ProbeResult {
  const result = on.run({ kind: 'probe', probe: { from, to: { kind: 'address', address }, port, protocol: 'tcp' } });
  assert(result.ok, 'the probe is sent');
  return assertExists(result.probe, 'a probe');
}

const pod = (name: string): Place => ({ kind: 'pod', namespace: 'default', name });
const nat = (on: ClusterApi, chain: string): readonly string[] =>
  on
    .snapshot()
    .nodes[0]?.root.netfilter.ruleset.nat.chains.get(chain)
    ?.rules.map(({ text }) => text) ?? [];

describe('a hostPort', () => {
  test.each<readonly [string, Place, string, string]>([
    ['the outside, by its own address', { kind: 'external' }, '192.168.1.11', '192.168.1.100'],
    ['the node itself, by the node’s address', { kind: 'node', name: 'n1' }, '192.168.1.11', '192.168.1.11'],
    ['the node itself through 127.0.0.1, by the bridge’s', { kind: 'node', name: 'n1' }, '127.0.0.1', '10.244.0.1'],
    ['another Pod of the node, by the bridge’s', pod('other'), '192.168.1.11', '10.244.0.1'],
    ['the Pod itself, by the bridge’s', pod('web'), '192.168.1.11', '10.244.0.1'],
  ])('is reached by %s', (_name, from, address, saw) => {
    const result = call(cluster(), from, address);
    expect([result.outcome, result.backend, result.backendSaw?.ip]).toEqual(['reply', 'web', saw]);
  });

  test('is not another node’s, nor another port’s', () => {
    const on = cluster();
    expect([
      call(on, { kind: 'external' }, '192.168.1.12').outcome,
      call(on, { kind: 'external' }, '192.168.1.11', 8081).outcome,
    ]).toEqual(['refused', 'refused']);
  });

  test('without hairpin mode the Pod does not reach itself', () => {
    expect(call(cluster({ hairpin: false }), pod('web')).outcome).toBe('timeout');
  });

  test('goes with its Pod; what all Pods share stays', () => {
    const on = cluster();
    const masquerade = nat(on, 'POSTROUTING')[0];
    expect([masquerade?.includes('CNI portfwd'), nat(on, 'CNI-HOSTPORT-DNAT').length]).toEqual([true, 1]);
    on.run({ kind: 'delete', object: 'Pod default/web', gracePeriodSeconds: 0 });
    expect([nat(on, 'CNI-HOSTPORT-DNAT'), nat(on, 'CNI-HOSTPORT-MASQ').length]).toEqual([[], 1]);
    expect(call(on, { kind: 'external' }).outcome).toBe('refused');
  });

  test('works on a routed network, too', () => {
    const result = call(cluster({ cni: 'kindnet' }), pod('far'));
    expect([result.outcome, result.backend]).toEqual(['reply', 'web']);
  });
});
