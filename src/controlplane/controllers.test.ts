import { describe, expect, it } from 'vitest';
import { assertExists } from '../lib/assert.ts';
import { jsonMergePatch } from '../api/merge.ts';
import type { Deployment } from '../api/types/deployment.ts';
import type { Service } from '../api/types/service.ts';
import type { ObjectInput } from '../api/watch.ts';
import { createLab, type Lab } from './testlab.ts';

function deployment(name: string, replicas: number, image = 'nginx:1.14', extra: object = {}): ObjectInput<Deployment> {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'web', image, ports: [{ name: 'http', containerPort: 80 }] }] },
      },
      ...extra,
    },
  };
}

function service(name: string, spec: ObjectInput<Service>['spec'] = {}): ObjectInput<Service> {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec },
  };
}

function twoNodes(): Lab {
  const lab = createLab();
  lab.node('class');
  lab.node('class2');
  lab.settle();
  return lab;
}

function setImage(lab: Lab, name: string, image: string): void {
  const old = lab.get('Deployment', name);
  const next = jsonMergePatch(old, {
    spec: {
      template: { spec: { containers: old.spec.template.spec.containers.map((container) => ({ ...container, image })) } },
    },
  }) as Deployment;
  expect(lab.client.update('Deployment', next).ok).toBe(true);
}

describe('deployment', () => {
  it('becomes a ReplicaSet, Pods on both nodes, slices and Endpoints', () => {
    const lab = twoNodes();
    lab.create('Deployment', deployment('web', 3));
    lab.create('Service', service('web'));
    lab.settle();
    const rs = lab.store.list('ReplicaSet')[0];
    expect(rs?.metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{8,10}$/);
    const pods = lab.store.list('Pod');
    expect(pods.map((pod) => pod.metadata.name.startsWith(`${rs?.metadata.name ?? ''}-`))).toEqual([true, true, true]);
    expect(new Set(pods.map((pod) => pod.spec.nodeName))).toEqual(new Set(['class', 'class2']));
    expect(lab.get('Deployment', 'web').status).toMatchObject({
      replicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      updatedReplicas: 3,
      observedGeneration: 1,
    });
    expect(lab.get('Deployment', 'web').status.conditions?.map(({ type, reason }) => `${type} ${reason ?? ''}`)).toEqual([
      'Available MinimumReplicasAvailable',
      'Progressing NewReplicaSetAvailable',
    ]);
    const [slice, ...others] = lab.store.list('EndpointSlice');
    expect(others).toEqual([]);
    expect(slice?.endpoints.map(({ addresses, conditions }) => [addresses[0], conditions])).toEqual(
      slice?.endpoints.map(({ addresses }) => [addresses[0], { ready: true, serving: true, terminating: false }]),
    );
    expect(slice?.endpoints.map(({ addresses }) => addresses[0]).sort()).toEqual(pods.map((pod) => pod.status.podIP).sort());
    expect(slice?.ports).toEqual([{ name: '', port: 80, protocol: 'TCP' }]);
    expect(lab.get('Endpoints', 'web').subsets?.[0]?.addresses?.length).toBe(3);
    expect(lab.events('web')).toEqual([`ScalingReplicaSet: Scaled up replica set ${rs?.metadata.name ?? ''} to 3`]);
  });

  it('rolls over within maxSurge and maxUnavailable and keeps the old ReplicaSet for undo', () => {
    const lab = twoNodes();
    lab.create('Deployment', deployment('web', 4));
    lab.settle();
    let most = 0;
    let least = 99;
    lab.client.watch('Pod', () => {
      const active = lab.store.list('Pod').filter((pod) => pod.metadata.deletionTimestamp === undefined);
      most = Math.max(
        most,
        lab.store.list('ReplicaSet').reduce((sum, rs) => sum + rs.spec.replicas, 0),
      );
      least = Math.min(
        least,
        active.filter(
          (pod) => pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true,
        ).length,
      );
    });
    lab.settle();
    setImage(lab, 'web', 'nginx:1.15');
    lab.settle();
    expect([most, least]).toEqual([5, 3]);
    expect(
      lab.store
        .list('ReplicaSet')
        .map((rs) => [rs.spec.replicas, rs.metadata.annotations?.['deployment.kubernetes.io/revision']])
        .sort(),
    ).toEqual([
      [0, '1'],
      [4, '2'],
    ]);
    expect(lab.get('Deployment', 'web').metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2');
    setImage(lab, 'web', 'nginx:1.14');
    lab.settle();
    expect(lab.store.list('ReplicaSet').length).toBe(2);
    expect(lab.get('Deployment', 'web').metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
  });

  it('recreates only after the old Pods are gone', () => {
    const lab = twoNodes();
    lab.create('Deployment', deployment('web', 2, 'a', { strategy: { type: 'Recreate' } }));
    lab.settle();
    const images = new Set<string>();
    lab.client.watch('Pod', () => {
      const running = new Set(lab.store.list('Pod').map((pod) => pod.spec.containers[0]?.image ?? ''));
      if (running.size > 1) images.add([...running].join());
    });
    setImage(lab, 'web', 'b');
    lab.settle();
    expect([...images]).toEqual([]);
    expect(lab.store.list('Pod').map((pod) => pod.spec.containers[0]?.image)).toEqual(['b', 'b']);
  });

  it('scales down, deletes Pods with it, and owns what it made', () => {
    const lab = twoNodes();
    lab.create('Deployment', deployment('web', 5));
    lab.settle();
    expect(lab.client.patch('Deployment', 'default', 'web', { spec: { replicas: 2 } }).ok).toBe(true);
    lab.settle();
    expect(lab.names('Pod').length).toBe(2);
    expect(lab.events('web').at(-1)).toMatch(/^ScalingReplicaSet: Scaled down replica set web-\w+ to 2 from 5$/);
    lab.client.delete('Deployment', 'default', 'web');
    lab.settle();
    expect([lab.names('ReplicaSet'), lab.names('Pod')]).toEqual([[], []]);
  });

  it('does nothing when run again: no write without a change', () => {
    const lab = twoNodes();
    lab.create('Deployment', deployment('web', 3));
    lab.create('Service', service('web'));
    lab.settle();
    const before = lab.store.revision;
    lab.advance(3600);
    expect(lab.store.revision).toBe(before);
  });
});

describe('replicaset', () => {
  it('replaces a deleted Pod, releases a relabelled one and adopts a matching one', () => {
    const lab = twoNodes();
    lab.create('Deployment', deployment('web', 2));
    lab.settle();
    const [first, second] = lab.names('Pod');
    lab.client.delete('Pod', 'default', first ?? '');
    lab.settle();
    expect(lab.names('Pod').includes(first ?? '')).toBe(false);
    expect(lab.names('Pod').length).toBe(2);
    lab.client.patch('Pod', 'default', second ?? '', { metadata: { labels: { app: 'debug' } } });
    lab.settle();
    expect(lab.get('Pod', second ?? '').metadata.ownerReferences ?? []).toEqual([]);
    expect(lab.names('Pod').length).toBe(3);
  });
});

describe('endpointslice', () => {
  it('tells ready, serving and terminating apart', () => {
    const lab = twoNodes();
    lab.create('Deployment', deployment('web', 2));
    lab.create('Service', service('web'));
    lab.settle();
    const [a, b] = lab.store.list('Pod');
    lab.setReady(a?.metadata.name ?? '', false);
    lab.settle();
    const conditionsOf = (uid: string | undefined): unknown =>
      lab.store.list('EndpointSlice')[0]?.endpoints.find((endpoint) => endpoint.targetRef?.uid === uid)?.conditions;
    expect(conditionsOf(a?.metadata.uid)).toEqual({ ready: false, serving: false, terminating: false });
    lab.client.delete('Pod', 'default', b?.metadata.name ?? '');
    lab.advance(0.05);
    expect(conditionsOf(b?.metadata.uid)).toEqual({ ready: false, serving: true, terminating: true });
  });

  it('publishes not ready addresses when told to', () => {
    const lab = twoNodes();
    lab.create('Deployment', deployment('web', 1));
    lab.create('Service', service('web', { publishNotReadyAddresses: true, clusterIP: 'None' }));
    lab.settle();
    lab.setReady(lab.names('Pod')[0] ?? '', false);
    lab.settle();
    const [slice] = lab.store.list('EndpointSlice');
    expect(slice?.endpoints[0]?.conditions).toEqual({ ready: true, serving: false, terminating: false });
    expect(slice?.metadata.labels?.['service.kubernetes.io/headless']).toBe('');
  });

  it('splits Pods whose named ports differ into slices with their own ports', () => {
    const lab = twoNodes();
    const pod = (name: string, containerPort: number) =>
      lab.create('Pod', {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, labels: { app: 'web' } },
        spec: { containers: [{ name: 'c', image: 'nginx', ports: [{ name: 'http', containerPort }] }] },
      });
    pod('a', 8080);
    pod('b', 9090);
    lab.create('Service', service('web', { ports: [{ port: 80, targetPort: 'http' }] }));
    lab.settle();
    expect(
      lab.store
        .list('EndpointSlice')
        .map((slice) => [slice.ports?.[0]?.port, slice.endpoints.map((e) => e.targetRef?.name)])
        .sort(),
    ).toEqual([
      [8080, ['a']],
      [9090, ['b']],
    ]);
  });

  it('holds at most 100 endpoints and keeps slices that need no change', () => {
    const lab = createLab();
    for (const name of ['a', 'b', 'c']) lab.node(name, { cpu: '64', memory: '256Gi' });
    lab.create('Deployment', deployment('web', 150));
    lab.create('Service', service('web'));
    lab.settle();
    const slices = lab.store.list('EndpointSlice');
    expect(slices.reduce((sum, slice) => sum + slice.endpoints.length, 0)).toBe(150);
    expect(slices.every((slice) => slice.endpoints.length <= 100)).toBe(true);
    const victim = slices[0]?.endpoints[0]?.targetRef?.name ?? '';
    const untouched = slices[1];
    lab.setReady(victim, false);
    lab.settle();
    expect(lab.store.list('EndpointSlice')[1]).toBe(untouched);
  });

  it('mirrors Endpoints written by hand and leaves slices written by hand alone', () => {
    const lab = twoNodes();
    lab.create('Service', { ...service('db'), spec: { ports: [{ port: 5432 }] } });
    lab.create('Endpoints', {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'db', namespace: 'default' },
      subsets: [{ addresses: [{ ip: '192.168.1.100' }], ports: [{ port: 5432 }] }],
    });
    lab.create('EndpointSlice', {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'hand', namespace: 'default', labels: { 'kubernetes.io/service-name': 'db' } },
      addressType: 'IPv4',
      endpoints: [],
    });
    lab.settle();
    const mirrored = lab.store.list('EndpointSlice').filter((slice) => slice.metadata.name !== 'hand');
    expect(mirrored.map(({ endpoints, ports }) => ({ endpoints, ports }))).toEqual([
      {
        endpoints: [{ addresses: ['192.168.1.100'], conditions: { ready: true } }],
        ports: [{ name: '', port: 5432, protocol: 'TCP' }],
      },
    ]);
    lab.client.delete('Service', 'default', 'db');
    lab.settle();
    expect([lab.names('EndpointSlice'), lab.names('Endpoints')]).toEqual([['hand'], []]);
  });
});

describe('namespace', () => {
  it('goes with everything in it', () => {
    const lab = twoNodes();
    lab.create('Namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    lab.create('Deployment', { ...deployment('web', 2), metadata: { name: 'web', namespace: 'shop' } });
    lab.create('Service', { ...service('web'), metadata: { name: 'web', namespace: 'shop' } });
    lab.settle();
    lab.client.delete('Namespace', null, 'shop');
    expect(lab.store.get('Namespace', null, 'shop')?.status.phase).toBe('Terminating');
    lab.settle();
    expect([
      lab.store.get('Namespace', null, 'shop'),
      lab.names('Pod'),
      lab.names('Service'),
      lab.names('EndpointSlice'),
    ]).toEqual([null, [], [], []]);
    const refused = lab.client.create('ConfigMap', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', namespace: 'shop' },
    });
    expect(refused.ok ? '' : refused.error.message).toBe('namespaces "shop" not found');
  });
});

describe('node lifecycle', () => {
  it('taints a node that is not ready and evicts its Pods after five minutes', () => {
    const lab = twoNodes();
    lab.create('Pod', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { nodeName: 'class', containers: [{ name: 'c', image: 'nginx' }] },
    });
    lab.settle();
    const node = assertExists(lab.store.get('Node', null, 'class'), 'node class');
    lab.client.updateStatus('Node', { ...node, status: { ...node.status, conditions: [{ type: 'Ready', status: 'False' }] } });
    lab.settle();
    expect(lab.store.get('Node', null, 'class')?.spec.taints?.map(({ key, effect }) => `${key}:${effect}`)).toEqual([
      'node.kubernetes.io/not-ready:NoSchedule',
      'node.kubernetes.io/not-ready:NoExecute',
    ]);
    lab.advance(298);
    expect(lab.names('Pod')).toEqual(['p']);
    lab.advance(4);
    expect(lab.names('Pod')).toEqual([]);
  });
});
