/**
 * NodeLocal DNSCache: Pods ask an address of their own node; what the cache knows stays there, what it does not know it asks kube-dns.
 */
import { describe, expect, it, test } from 'vitest';
import { assert, assertExists } from '../lib/assert.ts';
import { dnsMessageOf } from '../net/wire/packet.ts';
import { NETWORK_NAMES, type NetworkName } from '../node/cni/networks.ts';
import type { Trace, TraceStep } from '../net/trace/trace.ts';
import type { ClusterApi, ProbeResult } from './cluster-api.ts';
import { createCluster } from './cluster.ts';
import type { Command, Place } from './commands.ts';
import { CLUSTER_DEFAULTS, NODE_DEFAULTS, type ClusterSpec } from './scenario.ts';
import type { NodeView } from './snapshot.ts';

const SECOND = 1e9;
const CACHE = '169.254.25.10';
const client: Place = { kind: 'pod', namespace: 'default', name: 'client' };

const MANIFEST = `
apiVersion: v1
kind: Pod
metadata: {name: client}
spec: {nodeName: class2, containers: [{name: c, image: 'debian:12', command: [sleep, infinity]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {nodeName: class, containers: [{name: demoapp, image: 'ikubernetes/demoapp:v1.0'}]}
---
apiVersion: v1
kind: Service
metadata: {name: front}
spec: {selector: {app: web}, ports: [{port: 80}]}
`;

const MANY = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: many}
spec:
  replicas: 40
  selector: {matchLabels: {app: many}}
  template:
    metadata: {labels: {app: many}}
    spec: {containers: [{name: demoapp, image: 'ikubernetes/demoapp:v1.0'}]}
---
apiVersion: v1
kind: Service
metadata: {name: many}
spec: {clusterIP: None, selector: {app: many}, ports: [{port: 80}]}
`;

class Lab {
  readonly cluster: ClusterApi;

  constructor(cluster: Partial<ClusterSpec> = {}) {
    const nodes = [
      { ...NODE_DEFAULTS, name: 'class', ip: '192.168.1.12', controlPlane: true },
      { ...NODE_DEFAULTS, name: 'class2', ip: '192.168.1.8' },
    ];
    this.cluster = createCluster({
      id: 'node-local',
      title: 'node-local',
      cluster: { ...CLUSTER_DEFAULTS, nodes, nodeLocalDNS: true, ...cluster },
      manifests: [{ file: 'all.yaml', text: MANIFEST }],
    });
  }

  must(command: Command): void {
    const result = this.cluster.run(command);
    assert(result.ok, JSON.stringify(result));
  }

  send(name: string, from: Place = client): ProbeResult {
    const result = this.cluster.run({
      kind: 'probe',
      probe: { from, to: { kind: 'name', name }, port: 80, protocol: 'tcp' },
    });
    assert(result.ok && result.probe !== null, 'refused');
    return result.probe;
  }

  advance(seconds: number): void {
    this.must({ kind: 'advance', ns: seconds * SECOND });
  }

  node(): NodeView {
    return assertExists(
      this.cluster.snapshot().nodes.find((each) => each.name === 'class2'),
      'class2',
    );
  }

  /** Key of the cache's Pod on a node. */
  podOn(name: string): string {
    const all = [...this.cluster.snapshot().objects.values()];
    const found = all.find(
      ({ object }) =>
        object.kind === 'Pod' && object.spec.nodeName === name && object.metadata.name.startsWith('node-local-dns-'),
    );
    return assertExists(found, `node-local-dns on ${name}`).key;
  }
}

const asked = ({ resolution }: ProbeResult): readonly string[] =>
  (resolution?.asked ?? []).map(({ name, result }) => `${name} ${result}`);

/** What processes sent while the name was looked up: `node-cache DNS query`. */
const sent = ({ steps, packets }: Trace): readonly string[] => {
  const dns = new Set(packets.filter(({ role }) => role === 'dns').map(({ id }) => id));
  return steps.flatMap((step) =>
    step.kind === 'socket.send' && dns.has(step.packetId) ? [`${step.process} ${step.what}`] : [],
  );
};

/** The questions CoreDNS heard during the look-up: protocol and type. */
const corednsHeard = ({ trace }: ProbeResult): readonly string[] =>
  trace.steps.flatMap((step) => {
    if (step.kind !== 'socket.deliver' || step.process !== 'coredns' || step.l3.kind !== 'ipv4') return [];
    const message = dnsMessageOf(step.l3.l4);
    return message === null || message.response ? [] : [`${step.l3.l4.kind} ${message.question.type}`];
  });

/** Handshakes that the cache began. */
const connectionsMade = ({ trace }: ProbeResult): number =>
  trace.steps.filter((step) => step.kind === 'socket.send' && step.process === 'node-cache' && step.what === 'SYN').length;

const reachedCoredns = (probe: ProbeResult): boolean => corednsHeard(probe).length > 0;

describe('what is there', () => {
  it('a Pod on every node, on the host’s network', () => {
    const lab = new Lab();
    const pods = ['class', 'class2'].map((name) => lab.cluster.snapshot().objects.get(lab.podOn(name))?.object);
    expect(pods.map((pod) => pod?.kind === 'Pod' && [pod.status.podIP, pod.status.phase, pod.spec.dnsPolicy])).toEqual([
      ['192.168.1.12', 'Running', 'Default'],
      ['192.168.1.8', 'Running', 'Default'],
    ]);
  });

  it('a device that is down, with the address, which is local all the same', () => {
    const lab = new Lab();
    const { root } = lab.node();
    const link = root.links.find(({ name }) => name === 'nodelocaldns');
    expect([link?.kind, link?.up, link?.addresses.map(({ address }) => address)]).toEqual(['dummy', false, [`${CACHE}/32`]]);
    expect(root.routes.filter(({ dst }) => dst === `${CACHE}/32`).map(({ table, type }) => [table, type])).toEqual([
      ['local', 'local'],
    ]);
  });

  it('sockets at that address alone', () => {
    const lab = new Lab();
    const sockets = lab.node().root.sockets.filter(({ process, port }) => process === 'node-cache' && port === 53);
    expect(sockets.map(({ protocol, local }) => `${protocol} ${local}`).sort()).toEqual([`tcp ${CACHE}`, `udp ${CACHE}`]);
  });

  it('the Pod’s resolv.conf as clusters with such a cache have it; the node’s own is not touched', () => {
    const lab = new Lab();
    expect(lab.node().podEtc.get('default/client')?.resolvConf).toBe(
      `nameserver ${CACHE}\nsearch default.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n`,
    );
    expect(lab.node().etc.resolvConf).toBe('nameserver 192.168.1.100\n');
  });

  it('CoreDNS asks outside itself, not the cache', () => {
    const lab = new Lab();
    const files = lab.cluster.snapshot().nodes.flatMap(({ podEtc }) => [...podEtc]);
    const coredns = files.filter(([name]) => name.startsWith('kube-system/coredns'));
    expect(coredns.map(([, { resolvConf }]) => resolvConf)).toEqual([
      'nameserver 192.168.1.100\n',
      'nameserver 192.168.1.100\n',
    ]);
  });
});

describe('a query', () => {
  it('stays untracked: no nat, no entry', () => {
    const lab = new Lab();
    const { trace } = lab.send('front');
    const queries = trace.steps.filter(
      (step) => step.kind === 'socket.deliver' && step.process === 'node-cache' && step.what === 'DNS query',
    );
    const about = (step: TraceStep): readonly TraceStep[] => trace.steps.filter(({ packetId }) => packetId === step.packetId);
    expect(queries).toHaveLength(2);
    for (const query of queries) {
      const ops = about(query).flatMap((step) => (step.kind === 'ct' ? [step.op] : []));
      expect([ops, about(query).some(({ kind }) => kind === 'nat')]).toEqual([['untracked'], false]);
    }
    const entries = lab.node().root.conntrack.filter(({ original }) => original.dst === CACHE || original.src === CACHE);
    expect(entries).toEqual([]);
  });

  it('a miss goes on to kube-dns, and a hit sends no packet anywhere', () => {
    const lab = new Lab();
    const miss = lab.send('front');
    const hit = lab.send('front');
    expect([miss.outcome, hit.outcome, reachedCoredns(miss), reachedCoredns(hit)]).toEqual(['reply', 'reply', true, false]);
    expect(sent(hit.trace)).toEqual([
      'curl DNS query',
      'curl DNS query',
      'node-cache DNS answer from its cache',
      'node-cache DNS answer from its cache',
    ]);
    expect(hit.resolution?.addresses).toEqual(miss.resolution?.addresses);
  });

  it('what one Pod asked, another Pod of the node need not', () => {
    const lab = new Lab();
    lab.must({
      kind: 'apply',
      file: 'second.yaml',
      text: MANIFEST.split('---')[0]?.replace('name: client', 'name: second') ?? '',
    });
    lab.send('front');
    expect(reachedCoredns(lab.send('front', { kind: 'pod', namespace: 'default', name: 'second' }))).toBe(false);
  });

  it('"no such name" is kept as well, for five seconds', () => {
    const lab = new Lab();
    expect(reachedCoredns(lab.send('nobody.default.svc.cluster.local'))).toBe(true);
    lab.advance(4);
    expect(reachedCoredns(lab.send('nobody.default.svc.cluster.local'))).toBe(false);
    lab.advance(1);
    expect(reachedCoredns(lab.send('nobody.default.svc.cluster.local'))).toBe(true);
  });

  it('an address is kept for as long as CoreDNS said, thirty seconds; that there is no AAAA, for five', () => {
    const lab = new Lab();
    expect(corednsHeard(lab.send('front'))).toEqual(['tcp A', 'tcp AAAA']);
    lab.advance(4);
    expect(corednsHeard(lab.send('front'))).toEqual([]);
    lab.advance(25);
    expect(corednsHeard(lab.send('front'))).toEqual(['tcp AAAA']);
    lab.advance(1);
    expect(corednsHeard(lab.send('front'))).toEqual(['tcp A']);
  });

  it('a name outside goes to the node’s own resolver, past CoreDNS', () => {
    const lab = new Lab();
    const probe = lab.send('example.com.');
    expect([probe.address, reachedCoredns(probe)]).toEqual(['192.168.1.100', false]);
    expect(sent(probe.trace).slice(0, 4)).toEqual([
      'curl DNS query',
      'curl DNS query',
      'node-cache DNS query',
      'node-cache DNS query',
    ]);
  });

  it('a node knows nothing of the cluster’s names, as before', () => {
    const lab = new Lab();
    const probe = lab.send('front.default.svc.cluster.local', { kind: 'node', name: 'class2' });
    expect([probe.outcome, asked(probe)]).toEqual(['could not resolve host', ['front.default.svc.cluster.local NXDOMAIN']]);
  });

  it('what a rehearsal asked is forgotten', () => {
    const lab = new Lab();
    lab.cluster.allOutcomes({ from: client, to: { kind: 'name', name: 'front' }, port: 80, protocol: 'tcp' });
    expect(reachedCoredns(lab.send('front'))).toBe(true);
  });
});

describe('a miss', () => {
  it('is asked by TCP, each question on a connection of its own, and both are kept', () => {
    const lab = new Lab();
    const probe = lab.send('front');
    expect([corednsHeard(probe), connectionsMade(probe)]).toEqual([['tcp A', 'tcp AAAA'], 2]);
    const kept = lab.node().root.sockets.filter(({ process, state }) => process === 'node-cache' && state === 'ESTABLISHED');
    expect(kept).toHaveLength(2);
    expect(probe.trace.packets.filter(({ disposition }) => disposition === 'LOST')).toEqual([]);
  });

  it('soon after finds them, and none is left ten seconds later', () => {
    const lab = new Lab();
    lab.send('front');
    lab.advance(6);
    expect([connectionsMade(lab.send('nobody.default.svc.cluster.local'))]).toEqual([0]);
    lab.advance(11);
    const { sockets } = lab.node().root;
    expect(sockets.filter(({ process, state }) => process === 'node-cache' && state === 'ESTABLISHED')).toEqual([]);
    expect(connectionsMade(lab.send('front'))).toBe(1);
  });

  it('is answered though the CoreDNS of a kept connection is gone', () => {
    const lab = new Lab();
    lab.send('front');
    const pods = [...lab.cluster.snapshot().objects.values()].filter(
      ({ object }) => object.kind === 'Pod' && object.metadata.name.startsWith('coredns-'),
    );
    for (const { key } of pods) lab.must({ kind: 'kill-container', pod: key, container: 'coredns' });
    const probe = lab.send('nobody.default.svc.cluster.local.');
    expect([corednsHeard(probe), connectionsMade(probe)]).toEqual([['tcp A', 'tcp AAAA'], 2]);
  });

  it('gets all addresses of a Service that a datagram would cut, and cuts them itself for the Pod', () => {
    const lab = new Lab();
    lab.must({ kind: 'apply', file: 'many.yaml', text: MANY });
    const { trace } = lab.send('many');
    const answers = trace.steps.flatMap((step) => {
      const message = step.kind === 'socket.deliver' && step.l3.kind === 'ipv4' ? dnsMessageOf(step.l3.l4) : null;
      return message?.response === true && message.question.type === 'A' && message.rcode === 'NOERROR'
        ? [[step.kind === 'socket.deliver' ? step.process : '', message.flags.tc, message.answers.length]]
        : [];
    });
    expect(answers).toEqual([
      ['node-cache', false, 40],
      ['curl', true, 29],
    ]);
  });
});

describe('without its process', () => {
  it('a deleted Pod takes rules and device along: queries leave the node and are lost', () => {
    const lab = new Lab();
    lab.must({ kind: 'delete', object: lab.podOn('class2') });
    const { root } = lab.node();
    expect(root.links.map(({ name }) => name)).not.toContain('nodelocaldns');
    expect(root.netfilter.ruleset.raw.chains.get('PREROUTING')?.rules ?? []).toEqual([]);
    const probe = lab.send('front');
    expect([probe.outcome, asked(probe).at(0)]).toEqual(['could not resolve host', 'front.default.svc.cluster.local timeout']);
    const out = probe.trace.steps.some(
      (step) =>
        step.kind === 'dev.tx' &&
        step.node === 'class2' &&
        step.dev.name === 'eth0' &&
        step.l3.kind === 'ipv4' &&
        step.l3.dst === CACHE,
    );
    expect(out).toBe(true);
  });

  it('only that node’s Pods are without names', () => {
    const lab = new Lab();
    lab.must({ kind: 'delete', object: lab.podOn('class2') });
    expect(lab.send('front', { kind: 'pod', namespace: 'default', name: 'web' }).outcome).toBe('reply');
  });

  it('a killed one leaves both: queries are refused until the kubelet has it back', () => {
    const lab = new Lab();
    const kill = (): void => {
      lab.must({ kind: 'kill-container', pod: lab.podOn('class2'), container: 'node-cache' });
    };
    kill();
    expect(lab.send('front').outcome).toBe('reply');
    // The second time the kubelet waits.
    kill();
    const { root } = lab.node();
    expect(root.links.map(({ name }) => name)).toContain('nodelocaldns');
    expect(root.netfilter.ruleset.raw.chains.get('PREROUTING')?.rules).toHaveLength(2);
    const probe = lab.send('front');
    expect([probe.outcome, asked(probe).at(0)]).toEqual(['could not resolve host', 'front.default.svc.cluster.local refused']);
    lab.advance(60);
    expect(lab.send('front').outcome).toBe('reply');
  });

  it('a device somebody deleted is back within a minute', () => {
    const lab = new Lab();
    lab.must({ kind: 'tool', node: 'class2', netns: 'root', line: 'ip link del nodelocaldns' });
    expect(lab.send('front').outcome).toBe('could not resolve host');
    lab.advance(60);
    expect(lab.send('front').outcome).toBe('reply');
  });
});

describe('on every network', () => {
  const names = NETWORK_NAMES.filter((name) => name !== 'none');
  test.each(names)('%s: a miss, a hit, and the rules are on top', (cni: NetworkName) => {
    const lab = new Lab({ cni });
    const [miss, hit] = [lab.send('front'), lab.send('front')];
    expect([miss.outcome, hit.outcome, reachedCoredns(miss), reachedCoredns(hit)]).toEqual(['reply', 'reply', true, false]);
    const { ruleset } = lab.node().root.netfilter;
    const raw = (ruleset.raw.chains.get('PREROUTING')?.rules ?? []).map(({ text }) => text);
    expect(raw.filter((text) => text.includes('NodeLocal DNS Cache'))).toHaveLength(2);
  });
});
