/** What is offered to be broken at the thing itself, of a cluster as it is. */
import { expect, test } from 'vitest';
import type { ClusterSnapshot, Ref } from '../../cluster/snapshot.ts';
import type { FaultName } from '../../cluster/faults/fault.ts';
import { faultLab } from '../../cluster/faults/lab.ts';
import { offersFor } from './offers.ts';

const SYSLOG = `apiVersion: apps/v1
kind: Deployment
metadata: { name: syslog }
spec:
  selector: { matchLabels: { app: syslog } }
  template:
    metadata: { labels: { app: syslog } }
    spec: { containers: [{ name: main, image: some/server:1, ports: [{ containerPort: 514, protocol: UDP }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: syslog }
spec: { clusterIP: 10.96.5.14, selector: { app: syslog }, ports: [{ port: 514, protocol: UDP }] }
`;

function ofKind(snapshot: ClusterSnapshot, ref: Ref, kind: FaultName): unknown {
  return offersFor(snapshot, ref).filter((fault) => fault.kind === kind);
}

test('a flow of UDP that a Service answers, and the Service, have their back end taken from a client', () => {
  const lab = faultLab();
  lab.run({ kind: 'apply', file: 'syslog.yaml', text: SYSLOG });
  lab.call('10.96.5.14', { port: 514, protocol: 'udp', sport: 7000 });
  const snapshot = lab.cluster.snapshot();
  const fault = { kind: 'stale-conntrack', pod: 'default/client', service: 'default/syslog' };
  expect(ofKind(snapshot, { kind: 'object', key: 'Service default/syslog' }, 'stale-conntrack')).toEqual([
    { ...fault, sport: 5353 },
  ]);
  expect(ofKind(snapshot, { kind: 'object', key: 'Service default/web' }, 'stale-conntrack')).toEqual([]);
  const flow = snapshot.nodes[0]?.root.conntrack.find(({ original }) => original.sport === 7000);
  const ref = { kind: 'conntrack', node: 'class', netns: 'root', id: flow?.id ?? -1 } as const;
  expect(ofKind(snapshot, ref, 'stale-conntrack')).toEqual([{ ...fault, sport: 7000 }]);
});

test('a worker is registered again with another’s range, where the network reads it from the Node', () => {
  const offer = (node: string, cni: ClusterSnapshot['cni']): unknown =>
    ofKind(faultLab({ cluster: { cni } }).cluster.snapshot(), { kind: 'node', node }, 'overlapping-pod-cidr');
  expect(offer('class2', 'kindnet')).toEqual([{ kind: 'overlapping-pod-cidr', node: 'class2', other: 'class' }]);
  expect([offer('class', 'kindnet'), offer('class2', 'weave')]).toEqual([[], []]);
});
