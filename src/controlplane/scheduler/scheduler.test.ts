import { describe, expect, it } from 'vitest';
import type { Pod, PodSpec } from '../../api/types/pod.ts';
import type { InputOf, ObjectInput } from '../../api/watch.ts';
import { createLab, type Lab } from '../testlab.ts';

function pod(name: string, spec: InputOf<PodSpec> = {}, labels: Readonly<Record<string, string>> = {}): ObjectInput<Pod> {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels },
    spec: { containers: [{ name: 'c', image: 'nginx' }], ...spec },
  };
}

function requesting(cpu: string): InputOf<PodSpec> {
  return { containers: [{ name: 'c', image: 'nginx', resources: { requests: { cpu } } }] };
}

function nodeOf(lab: Lab, name: string): string | undefined {
  return lab.get('Pod', name).spec.nodeName;
}

function twoNodes(): Lab {
  const lab = createLab();
  lab.node('class', { cpu: '2', taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] });
  lab.node('class2', { cpu: '2', labels: { disk: 'ssd' } });
  lab.settle();
  return lab;
}

describe('scheduler', () => {
  it('binds, says so, and marks the Pod scheduled', () => {
    const lab = twoNodes();
    lab.create('Pod', pod('p'));
    lab.settle();
    expect(nodeOf(lab, 'p')).toBe('class2');
    expect(lab.events('p')).toEqual(['Scheduled: Successfully assigned default/p to class2']);
    expect(lab.get('Pod', 'p').status.conditions?.find(({ type }) => type === 'PodScheduled')?.status).toBe('True');
  });

  it.each<readonly [string, InputOf<PodSpec>, string]>([
    [
      'resources and taints',
      requesting('3'),
      '0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
    ],
    [
      'node selector',
      { nodeSelector: { disk: 'hdd' }, tolerations: [{ operator: 'Exists' }] },
      "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
    ],
    [
      'pod affinity',
      {
        tolerations: [{ operator: 'Exists' }],
        affinity: {
          podAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { labelSelector: { matchLabels: { app: 'none' } }, topologyKey: 'kubernetes.io/hostname' },
            ],
          },
        },
      },
      "0/2 nodes are available: 2 node(s) didn't match pod affinity rules. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
    ],
  ])('explains why a Pod fits nowhere: %s', (_, spec, message) => {
    const lab = twoNodes();
    lab.create('Pod', pod('p', spec));
    lab.settle();
    expect(lab.events('p')).toEqual([`FailedScheduling: ${message}`]);
    expect(lab.get('Pod', 'p').status.conditions?.[0]).toMatchObject({
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
    });
  });

  it('says so when there are no nodes, and schedules when one comes', () => {
    const lab = createLab();
    lab.create('Pod', pod('p'));
    lab.settle();
    expect(lab.events('p')).toEqual(['FailedScheduling: no nodes available to schedule pods']);
    lab.node('late');
    lab.settle();
    expect(nodeOf(lab, 'p')).toBe('late');
  });

  it('schedules a waiting Pod when another makes room', () => {
    const lab = twoNodes();
    lab.create('Pod', pod('big', requesting('1500m')));
    lab.create('Pod', pod('waits', requesting('1')));
    lab.settle();
    expect(nodeOf(lab, 'waits')).toBe(undefined);
    lab.client.delete('Pod', 'default', 'big');
    lab.settle();
    expect(nodeOf(lab, 'waits')).toBe('class2');
  });

  it('keeps host ports and anti-affine Pods apart', () => {
    const lab = createLab();
    lab.node('a');
    lab.node('b');
    const hostPort = { containers: [{ name: 'c', image: 'nginx', ports: [{ containerPort: 80, hostPort: 8080 }] }] };
    for (const name of ['p1', 'p2', 'p3']) lab.create('Pod', pod(name, hostPort));
    const apart = {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { labelSelector: { matchLabels: { app: 'db' } }, topologyKey: 'kubernetes.io/hostname' },
          ],
        },
      },
    };
    for (const name of ['d1', 'd2', 'd3']) lab.create('Pod', pod(name, apart, { app: 'db' }));
    lab.settle();
    expect(new Set([nodeOf(lab, 'p1'), nodeOf(lab, 'p2')])).toEqual(new Set(['a', 'b']));
    expect(lab.events('p3')[0]).toBe(
      "FailedScheduling: 0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod ports. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.",
    );
    expect(new Set([nodeOf(lab, 'd1'), nodeOf(lab, 'd2')])).toEqual(new Set(['a', 'b']));
    expect(lab.events('d3')[0]).toBe(
      "FailedScheduling: 0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.",
    );
  });

  it('prefers the emptier node and spreads the Pods of a workload', () => {
    const lab = createLab();
    lab.node('a');
    lab.node('b');
    lab.create('Pod', pod('heavy', { ...requesting('3'), nodeName: 'a' }));
    lab.settle();
    lab.create('Pod', pod('p'));
    lab.settle();
    expect(nodeOf(lab, 'p')).toBe('b');
    lab.create('Service', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's', namespace: 'default' },
      spec: { selector: { app: 's' }, ports: [{ port: 80 }] },
    });
    for (let i = 0; i < 4; i++) lab.create('Pod', pod(`s${i}`, requesting('1m'), { app: 's' }));
    lab.settle();
    expect([0, 1, 2, 3].map((i) => nodeOf(lab, `s${i}`)).sort()).toEqual(['a', 'a', 'b', 'b']);
  });
});
