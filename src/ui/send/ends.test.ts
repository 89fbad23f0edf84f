import { expect, it } from 'vitest';
import type { Target } from '../../cluster/commands.ts';
import { openScenario } from '../store/scenario.fixture.ts';
import { addressOf, portsOf, targets, typedTarget, withoutAddress } from './ends.ts';

const { cluster } = openScenario('clusterip-two-nodes');
const applied = cluster.run({
  kind: 'apply',
  file: 'services.yaml',
  text: `
apiVersion: v1
kind: Service
metadata: {name: dns}
spec:
  selector: {app: web}
  ports:
  - {name: udp, port: 53, protocol: UDP}
  - {name: tcp, port: 53, protocol: TCP}
---
apiVersion: v1
kind: Service
metadata: {name: headless}
spec: {clusterIP: None, selector: {app: web}}
---
apiVersion: v1
kind: Service
metadata: {name: elsewhere}
spec: {type: ExternalName, externalName: example.org}
---
apiVersion: v1
kind: Service
metadata: {name: client}
spec:
  selector: {app: web}
  ports: [{port: 80}]
`,
});
const snapshot = cluster.snapshot();
const ends = targets(snapshot);
const service = (name: string): Target => ({ kind: 'svc', namespace: 'default', name });
const pod = (name: string): Target => ({ kind: 'place', place: { kind: 'pod', namespace: 'default', name } });

it('the manifest for these tests is accepted', () => {
  expect(applied.ok).toBe(true);
});

it('every choice has an id of its own', () => {
  const ids = ends.map(({ id }) => id);
  expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
});

it.each([
  ['the same number over UDP and TCP is two ports', service('dns'), ['53/udp udp', '53/tcp tcp']],
  ['a headless Service may have none', service('headless'), []],
  ['ExternalName has none', service('elsewhere'), []],
  [
    'kube-dns',
    { kind: 'svc', namespace: 'kube-system', name: 'kube-dns' },
    ['53/udp dns', '53/tcp dns-tcp', '9153/tcp metrics'],
  ],
  ['an address is known to listen nowhere', { kind: 'address', address: '10.0.0.1' }, []],
] as const)('ports: %s', (_name, target, expected) => {
  expect(portsOf(snapshot, target, { kind: 'node', name: 'class' }).map(({ id, name }) => `${id} ${name}`)).toEqual(expected);
});

it.each([
  ['headless', 'headless'],
  ['elsewhere', 'externalName'],
  ['dns', null],
])('%s has no address because: %s', (name, expected) => {
  expect(withoutAddress(snapshot, service(name))).toBe(expected);
  expect(addressOf(service(name), ends) === null).toBe(expected !== null);
});

it('a Pod called as a Service is stays the Pod that was chosen', () => {
  expect(typedTarget('client', ends, pod('client'))).toEqual(pod('client'));
  expect(typedTarget('client', ends, service('web'))).toEqual(service('client'));
});

it('what is typed is a name, an id, an address or nothing', () => {
  const typed = (text: string): Target | null => typedTarget(text, ends, service('dns'));
  expect(['svc/web', ' 10.96.0.10 ', 'kube-system/kube-dns', 'nobody', '10.96.0', ''].map(typed)).toEqual([
    service('web'),
    { kind: 'address', address: '10.96.0.10' },
    { kind: 'svc', namespace: 'kube-system', name: 'kube-dns' },
    { kind: 'name', name: 'nobody' },
    null,
    null,
  ]);
});

it('a loopback address is the sender’s own: its ports are the Pod’s', () => {
  const web = { kind: 'pod', namespace: 'default', name: 'web-a' } as const;
  const own = portsOf(snapshot, { kind: 'place', place: web }, web);
  expect(own.length).toBeGreaterThan(0);
  expect(portsOf(snapshot, { kind: 'address', address: '127.0.0.1' }, web)).toEqual(own);
  expect(portsOf(snapshot, { kind: 'name', name: 'localhost' }, web)).toEqual(own);
  expect(portsOf(snapshot, { kind: 'address', address: '127.0.0.1' }, { kind: 'external' })).toEqual([]);
  expect(addressOf({ kind: 'name', name: 'localhost' }, ends)).toBe('127.0.0.1');
});
