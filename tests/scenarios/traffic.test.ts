/**
 * What the course sends on its clusters, on every container network: the lab report's calls of the ClusterIP and their spread,
 * the lecture's Pods, Services and NodePorts that come and go, and the notes' calls inside a Pod and by name. What a network
 * decides (addresses, tunnels, whom a server sees) is in the table; everything else must be the same on all of them.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Kind, KindMap, KubeObject } from '../../src/api/kinds.ts';
import { LABEL_SERVICE_NAME } from '../../src/api/types/endpointslice.ts';
import type { Service } from '../../src/api/types/service.ts';
import type { ClusterApi, CommandResult, ProbeResult } from '../../src/cluster/cluster-api.ts';
import { captureText } from '../../src/cluster/capture.ts';
import { createCluster } from '../../src/cluster/cluster.ts';
import type { Command, Place, ProbeSpec, Target } from '../../src/cluster/commands.ts';
import { CLUSTER_DEFAULTS, NODE_DEFAULTS } from '../../src/cluster/scenario.ts';
import { assert } from '../../src/lib/assert.ts';
import type { NetworkName } from '../../src/node/cni/networks.ts';

const LAB_REPORT = new URL('../../scenarios/lab-report/', import.meta.url);

const CLIENT = `
apiVersion: v1
kind: Pod
metadata: {name: client}
spec: {nodeName: class, containers: [{name: c, image: 'debian:12', command: [sleep, infinity]}]}
`;

const LECTURE = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: nginx-deploy}
spec:
  selector: {matchLabels: {app: nginx-deploy}}
  template:
    metadata: {labels: {app: nginx-deploy}}
    spec: {nodeName: class2, containers: [{name: nginx, image: 'nginx:1.14-alpine'}]}
`;

const lectureService = (type: 'ClusterIP' | 'NodePort'): string => `
apiVersion: v1
kind: Service
metadata: {name: nginx-deploy}
spec: {type: ${type}, selector: {app: nginx-deploy}, ports: [{port: 80, targetPort: 80}]}
`;

const ROWS: readonly (readonly [
  NetworkName,
  {
    /** The device a packet to the other node is put into; null where it goes as it is. */
    readonly tunnel: string | null;
    /** How the tunnel looks from outside to tcpdump on eth0. */
    readonly outside: RegExp | null;
    /** The address of node class that a Pod on class2 sees. */
    readonly node: RegExp;
    /** TTL of a Pod's packet where a Pod on the other node gets it. */
    readonly ttl: number;
  },
])[] = [
  [
    'flannel-vxlan',
    { tunnel: 'flannel.1', outside: /OTV, flags \[I\] \(0x08\), overlay 0, instance 1/, node: /^10\.244\.0\.0$/, ttl: 62 },
  ],
  ['flannel-host-gw', { tunnel: null, outside: null, node: /^192\.168\.1\.12$/, ttl: 62 }],
  ['kindnet', { tunnel: null, outside: null, node: /^192\.168\.1\.12$/, ttl: 62 }],
  ['bridge', { tunnel: null, outside: null, node: /^192\.168\.1\.12$/, ttl: 62 }],
  ['weave', { tunnel: 'vxlan-6784', outside: /\.6784: BFDv0, Control/, node: /^10\.32\.0\.1$/, ttl: 64 }],
  [
    'calico-ipip',
    { tunnel: 'tunl0', outside: /IP 192\.168\.1\.12 > 192\.168\.1\.8: IP /, node: /^10\.244\.\d+\.\d+$/, ttl: 62 },
  ],
  [
    'calico-vxlan',
    { tunnel: 'vxlan.calico', outside: /VXLAN, flags \[I\] \(0x08\), vni 4096/, node: /^10\.244\.\d+\.\d+$/, ttl: 62 },
  ],
  ['calico-crosssubnet', { tunnel: null, outside: null, node: /^192\.168\.1\.12$/, ttl: 62 }],
  ['calico-bgp', { tunnel: null, outside: null, node: /^192\.168\.1\.12$/, ttl: 62 }],
];

const MASTER: Place = { kind: 'node', name: 'class' };
const service = (name: string): Target => ({ kind: 'svc', namespace: 'default', name });
const address = (text: string): Target => ({ kind: 'address', address: text });
const podPlace = (name: string): Place => ({ kind: 'pod', namespace: 'default', name });

class Course {
  readonly api: ClusterApi;

  constructor(cni: NetworkName) {
    this.api = createCluster({
      id: cni,
      title: cni,
      cluster: {
        ...CLUSTER_DEFAULTS,
        cni,
        nodes: [
          { ...NODE_DEFAULTS, name: 'class', ip: '192.168.1.12', controlPlane: true },
          { ...NODE_DEFAULTS, name: 'class2', ip: '192.168.1.8' },
        ],
        proxy: { ...CLUSTER_DEFAULTS.proxy, clusterCIDR: '' },
      },
      manifests: [{ file: 'client.yaml', text: CLIENT }],
    });
  }

  run(command: Command): Extract<CommandResult, { ok: true }> {
    const result = this.api.run(command);
    assert(result.ok, JSON.stringify(result));
    return result;
  }

  apply(text: string): void {
    this.run({ kind: 'apply', file: 'course.yaml', text });
    this.run({ kind: 'advance', ns: 5_000_000_000 });
  }

  delete(object: string): void {
    this.run({ kind: 'delete', object });
    this.run({ kind: 'advance', ns: 40_000_000_000 });
  }

  send(from: Place, to: Target, more: Partial<ProbeSpec> = {}): ProbeResult {
    const { probe } = this.run({ kind: 'probe', probe: { from, to, port: 80, protocol: 'tcp', ...more } });
    assert(probe !== null, 'a probe has a result');
    return probe;
  }

  /** All objects of a kind, in the order of creation. */
  all<K extends Kind>(kind: K): readonly KindMap[K][] {
    return [...this.api.snapshot().objects.values()].flatMap(({ object }) => (isKind(object, kind) ? [object] : []));
  }

  /** The first Pod whose name begins so. */
  pod(prefix: string): { readonly name: string; readonly ip: string } {
    const [pod] = this.all('Pod').flatMap(({ metadata, status }) =>
      metadata.name.startsWith(prefix) && status.podIP !== undefined ? [{ name: metadata.name, ip: status.podIP }] : [],
    );
    assert(pod !== undefined, `there is no Pod ${prefix} with an address`);
    return pod;
  }

  service(name: string): Service {
    const found = this.all('Service').find(({ metadata }) => metadata.name === name);
    assert(found !== undefined, `there is no Service ${name}`);
    return found;
  }

  endpoints(name: string): readonly string[] {
    return this.all('EndpointSlice')
      .filter(({ metadata }) => metadata.labels?.[LABEL_SERVICE_NAME] === name)
      .flatMap((slice) => slice.endpoints.flatMap(({ addresses }) => addresses))
      .sort();
  }
}

function isKind<K extends Kind>(object: KubeObject, kind: K): object is KindMap[K] {
  return object.kind === kind;
}

/** Chains whose rules the connection's first packet matched on a node, in order. */
function chainsMet({ trace }: ProbeResult, node: string): readonly string[] {
  return trace.steps.flatMap((step) =>
    step.kind === 'nf.rule' && step.matched && step.node === node && step.rule.chain.startsWith('KUBE-S')
      ? [step.rule.chain]
      : [],
  );
}

function devicesMet({ trace }: ProbeResult): readonly string[] {
  return trace.steps.flatMap((step) => (step.kind === 'dev.tx' ? [step.dev.name] : []));
}

describe.each(ROWS)('%s', (cni, row) => {
  const course = new Course(cni);

  describe('the lab report', () => {
    it('the master calls the ClusterIP: OUTPUT, the Service’s chains, DNAT, the way to class2, and back', () => {
      for (const file of ['pod.yaml', 'service.yaml']) course.apply(readFileSync(new URL(file, LAB_REPORT), 'utf8'));
      for (const [port, svc] of [
        [80, 'KUBE-SVC-BKM3I2STRWDME2DT'],
        [6800, 'KUBE-SVC-LNJNPLPHP7VJB77L'],
        [6880, 'KUBE-SVC-PDVD523OGTVJ5KAE'],
      ] as const) {
        const result = course.send(MASTER, service('two-containers-service'), { port });
        expect([result.outcome, result.backend]).toEqual(['reply', 'two-containers']);
        expect(chainsMet(result, 'class').slice(0, 3)).toEqual(['KUBE-SERVICES', svc, expect.stringMatching(/^KUBE-SEP-/)]);
        expect(result.backendSaw?.ip).toMatch(row.node);
        if (row.tunnel !== null) expect(devicesMet(result)).toContain(row.tunnel);
      }
    });

    it('three replicas share the calls at random and evenly', () => {
      course.delete('Pod default/two-containers');
      course.apply(readFileSync(new URL('deployment.yaml', LAB_REPORT), 'utf8'));
      const { rows } = course.api.spread(
        { from: MASTER, to: service('two-containers-service'), port: 80, protocol: 'tcp' },
        300,
      );
      expect(rows.map(({ expected }) => Math.round(expected))).toEqual([100, 100, 100]);
      // Four standard deviations of 300 draws at one third.
      for (const { measured } of rows) expect(Math.abs(measured - 100)).toBeLessThan(33);
      expect(rows.map(({ share }) => share.destination).sort()).toEqual(
        course.endpoints('two-containers-service').map((ip) => `${ip}:80`),
      );
    });
  });

  describe('the lecture', () => {
    it('a Pod answers at its address; deleted, endpoints follow its successor, and the ClusterIP stays', () => {
      course.apply(LECTURE);
      const first = course.pod('nginx-deploy');
      expect(course.send(MASTER, address(first.ip)).backend).toBe(first.name);
      course.apply(lectureService('ClusterIP'));
      const clusterIP = course.service('nginx-deploy').spec.clusterIP;
      expect(course.endpoints('nginx-deploy')).toEqual([first.ip]);

      course.delete(`Pod default/${first.name}`);
      const second = course.pod('nginx-deploy');
      // weaver gives the lowest free address, here the one just given back; the others give the next.
      expect(second.ip === first.ip).toBe(cni === 'weave');
      expect(course.send(MASTER, address(first.ip)).outcome === 'reply').toBe(cni === 'weave');
      expect([course.endpoints('nginx-deploy'), course.service('nginx-deploy').spec.clusterIP]).toEqual([
        [second.ip],
        clusterIP,
      ]);
      expect(course.send(MASTER, service('nginx-deploy')).backend).toBe(second.name);
    });

    it('the Service made again has another ClusterIP; its name leads there', () => {
      const before = course.service('nginx-deploy').spec.clusterIP;
      course.delete('Service default/nginx-deploy');
      course.apply(lectureService('NodePort'));
      expect(course.service('nginx-deploy').spec.clusterIP).not.toBe(before);
      const result = course.send(podPlace('client'), { kind: 'name', name: 'nginx-deploy.default.svc.cluster.local' });
      expect([result.outcome, result.address]).toEqual(['reply', course.service('nginx-deploy').spec.clusterIP]);
    });

    it('every node answers on the NodePort, from outside', () => {
      const nodePort = course.service('nginx-deploy').spec.ports?.[0]?.nodePort ?? 0;
      for (const ip of ['192.168.1.12', '192.168.1.8']) {
        const result = course.send({ kind: 'external' }, address(ip), { port: nodePort });
        expect([ip, result.outcome, result.backend]).toEqual([ip, 'reply', course.pod('nginx-deploy').name]);
      }
    });

    it('ping from Pod to Pod: ICMP at the Pod, in the network’s envelope on the wire', () => {
      const { ip, name } = course.pod('nginx-deploy');
      const result = course.send(podPlace('client'), address(ip), { protocol: 'icmp', port: 0 });
      expect(result.outcome).toBe('reply');
      const lines = (node: string, netns: string, dev: string): string =>
        captureText(result.trace, { node, netns, dev })
          .map(({ text }) => text)
          .join('\n');
      expect(lines('class2', `default/${name}`, 'eth0')).toMatch(/ICMP echo request.*\n?[^]*ICMP echo reply/);
      const wire = lines('class', 'root', 'eth0');
      expect(wire).toMatch(row.outside ?? / > [\d.]+: ICMP echo request/);
      const arrived = result.trace.steps.find(
        (step) => step.kind === 'dev.rx' && step.netns === `default/${name}` && step.l3.kind === 'ipv4',
      );
      expect(arrived?.kind === 'dev.rx' && arrived.l3.kind === 'ipv4' ? arrived.l3.ttl : null).toBe(row.ttl);
    });
  });

  describe('the notes', () => {
    it('a container calls another of its Pod on 127.0.0.1, over lo alone', () => {
      const { name } = course.pod('two-containers-deployment');
      const result = course.send(podPlace(name), address('127.0.0.1'));
      expect([result.outcome, result.backend, [...new Set(devicesMet(result))]]).toEqual(['reply', name, ['lo']]);
    });

    it('a node has no search list: the Service’s name is not found there', () => {
      const result = course.send(MASTER, { kind: 'name', name: 'nginx-deploy.default.svc.cluster.local' });
      expect([result.outcome, result.resolution?.addresses]).not.toEqual([
        'reply',
        [course.service('nginx-deploy').spec.clusterIP],
      ]);
      expect(result.resolution?.error).toBe('Name or service not known');
    });
  });
});

describe('none', () => {
  it('Pods wait for a network, in the kubelet’s words, and the network’s own machines answer', () => {
    const course = new Course('none');
    const pod = course.all('Pod').find(({ metadata }) => metadata.name === 'client');
    expect([pod?.status.phase, pod?.status.podIP]).toEqual(['Pending', undefined]);
    const node: Target = { kind: 'place', place: { kind: 'node', name: 'class2' } };
    expect(course.send(MASTER, node, { protocol: 'icmp', port: 0 }).outcome).toBe('reply');
  });
});
