import { describe, expect, it } from 'vitest';
import { createCluster } from './cluster.ts';
import type { ClusterApi, ProbeResult } from './cluster-api.ts';
import type { Place } from './commands.ts';
import { CLUSTER_DEFAULTS, NODE_DEFAULTS } from './scenario.ts';

const MANIFEST = `
apiVersion: v1
kind: Pod
metadata: {name: client}
spec: {nodeName: class2, containers: [{name: c, image: 'debian:12', command: [sleep, infinity]}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: web
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: demoapp, image: 'ikubernetes/demoapp:v1.0'}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: None, selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: front}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: partner}
spec: {type: ExternalName, externalName: www.example.com}
`;

const cluster: ClusterApi = createCluster({
  id: 'dns',
  title: 'dns',
  cluster: {
    ...CLUSTER_DEFAULTS,
    nodes: [
      { ...NODE_DEFAULTS, name: 'class', ip: '192.168.1.12', controlPlane: true },
      { ...NODE_DEFAULTS, name: 'class2', ip: '192.168.1.8' },
    ],
  },
  manifests: [{ file: 'all.yaml', text: MANIFEST }],
});
const client: Place = { kind: 'pod', namespace: 'default', name: 'client' };

function send(name: string, from: Place = client, port = 80): ProbeResult {
  const result = cluster.run({ kind: 'probe', probe: { from, to: { kind: 'name', name }, port, protocol: 'tcp' } });
  if (!result.ok || result.probe === null) throw new Error('refused');
  return result.probe;
}

const asked = ({ resolution }: ProbeResult): readonly string[] =>
  (resolution?.asked ?? []).map(({ name, result }) => `${name} ${result}`);

describe('a Pod sends to a name:', () => {
  it('a Service, by the search list', () => {
    const probe = send('front');
    expect([probe.outcome, asked(probe)]).toEqual(['reply', ['front.default.svc.cluster.local answered']]);
    const roles = new Set(probe.trace.packets.map(({ role }) => role));
    expect([...roles].sort()).toEqual(['arp', 'dns', 'reply', 'request']);
  });

  it('its query goes through kube-dns: destination rewritten, and back', () => {
    const { trace } = send('front');
    const dns = new Set(trace.packets.filter(({ role }) => role === 'dns').map(({ id }) => id));
    const rewrites = trace.steps.flatMap((step) =>
      step.kind === 'nat' && dns.has(step.packetId) ? [`${step.manip} ${step.from.addr}`] : [],
    );
    expect(rewrites[0]).toBe('destination 10.96.0.10');
    expect(rewrites.some((text) => text.startsWith('source 10.244.'))).toBe(true);
  });

  it('one Pod of a StatefulSet', () => {
    const probe = send('web-1.web.default.svc.cluster.local');
    expect([probe.outcome, probe.backend]).toEqual(['reply', 'web-1']);
  });

  it('a headless Service: all its Pods, one of them is dialled', () => {
    const probe = send('web');
    expect([probe.outcome, probe.resolution?.addresses.length]).toEqual(['reply', 2]);
  });

  it('ExternalName: the alias and what it stands for, from outside', () => {
    const probe = send('partner', client, 9999);
    expect([probe.address, probe.backend]).toEqual(['192.168.1.100', 'external']);
  });

  it('no such name: every domain of the list is tried', () => {
    const probe = send('nobody.example');
    expect([probe.outcome, probe.resolution?.error, probe.resolution?.asked.length]).toEqual([
      'could not resolve host',
      'Name or service not known',
      4,
    ]);
  });
});

it('a node knows nothing of the cluster’s names', () => {
  const probe = send('front.default.svc.cluster.local', { kind: 'node', name: 'class2' });
  expect([probe.outcome, asked(probe)]).toEqual(['could not resolve host', ['front.default.svc.cluster.local NXDOMAIN']]);
});

it('the files it has from the kubelet', () => {
  const node = cluster.snapshot().nodes.find(({ name }) => name === 'class2');
  expect([node?.etc.resolvConf, node?.podEtc.get('default/client')?.resolvConf]).toEqual([
    'nameserver 192.168.1.100\n',
    'nameserver 10.96.0.10\nsearch default.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n',
  ]);
});

it('what a rehearsal asked is forgotten: the caches are as they were', () => {
  const probe = { from: client, to: { kind: 'name', name: 'never.asked.before' }, port: 80, protocol: 'tcp' } as const;
  const all = cluster.allOutcomes(probe);
  const { trace } = send('never.asked.before');
  expect(all.shares.map(({ outcome }) => outcome)).toEqual(['could not resolve host']);
  const first = trace.steps.filter((step) => step.kind === 'socket.send' && step.process === 'coredns');
  expect(first.some((step) => step.kind === 'socket.send' && step.what.includes('cache'))).toBe(false);
});
