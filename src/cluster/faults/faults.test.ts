/**
 * Every fault: the symptom a client has, the reason the trace names, what repair puts back, and that undo does so as well.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createCluster } from '../cluster.ts';
import type { ProbeResult } from '../cluster-api.ts';
import type { ProbeSpec } from '../commands.ts';
import { loadScenario } from '../scenario-file.ts';
import { NODE_DEFAULTS } from '../scenario.ts';
import type { Fault } from './fault.ts';
import { faultLab, reasons, type FaultLab } from './lab.ts';

/** Routes, addresses, permanent neighbours, forwarding entries, settings and rules of all nodes: what a repair must bring back. */
function configuration({ cluster }: FaultLab): unknown {
  return cluster.snapshot().nodes.map(({ name, root, podNetns }) => ({
    name,
    netns: [root, ...podNetns.values()].map((netns) => ({
      links: netns.links.map(({ name: link, up, mtu, master, hairpin, qdisc, addresses, operstate }) => [
        link,
        up,
        mtu,
        master,
        hairpin,
        qdisc,
        operstate,
        addresses.map(({ address }) => address),
      ]),
      routes: netns.routes.map(({ text }) => text),
      neighbours: netns.neighbours
        .filter(({ state }) => state === 'PERMANENT')
        .map(({ addr, lladdr }) => `${addr} ${lladdr ?? ''}`)
        .sort(),
      fdb: netns.fdb.filter(({ self }) => self).map(({ mac, dst }) => `${mac} ${dst ?? ''}`),
      sysctls: [...netns.sysctls],
      rules: Object.values(netns.netfilter.ruleset).map(({ chains }) =>
        [...chains.values()].map(({ policy, rules }) => [policy, rules.map(({ text }) => text)]),
      ),
    })),
  }));
}

/** The host's end of a Pod's veth pair. */
function hostEnd({ cluster }: FaultLab, pod: string): string {
  const link = cluster
    .snapshot()
    .nodes.flatMap(({ root }) => root.links)
    .find(({ peer }) => peer?.netns === `default/${pod}`);
  return link?.name ?? '';
}

interface Row {
  readonly fault: Fault | ((lab: FaultLab) => Fault);
  readonly to: string | ((lab: FaultLab) => string);
  readonly protocol?: 'tcp' | 'icmp';
  /** The outcome of the call, and reasons among those its packets ended for. */
  readonly outcome: string;
  readonly reason: string | null;
}

const ROWS: Readonly<Record<string, Row>> = {
  'ip_forward = 0 on the client’s node': {
    fault: { kind: 'sysctl', node: 'class', name: 'net.ipv4.ip_forward', value: '0' },
    to: 'web-far',
    outcome: 'timeout',
    reason: 'IP_INADDRERRORS',
  },
  'a bridge that is down': {
    fault: { kind: 'link-down', node: 'class', dev: 'cni0' },
    to: 'web-far',
    outcome: 'timeout',
    reason: 'DEV_READY',
  },
  'a bridge that is down, between two of its Pods': {
    fault: { kind: 'link-down', node: 'class', dev: 'cni0' },
    to: 'web-near',
    outcome: 'timeout',
    reason: 'DEV_READY',
  },
  'a tunnel that is down, so the default route takes its packets': {
    fault: { kind: 'link-down', node: 'class', dev: 'flannel.1' },
    to: 'web-far',
    outcome: 'timeout',
    reason: 'IP_INADDRERRORS',
  },
  'a card that is down': {
    fault: { kind: 'link-down', node: 'class2', dev: 'eth0' },
    to: 'web-far',
    outcome: 'timeout',
    reason: 'SIM_NO_LISTENER_ON_WIRE',
  },
  'a Pod’s own eth0 down: no packet is ever made': {
    fault: { kind: 'link-down', node: 'class', netns: 'default/client', dev: 'eth0' },
    to: 'web-far',
    outcome: 'network unreachable',
    reason: null,
  },
  'bridge-nf-call-iptables = 0, by Service to an endpoint on the same bridge': {
    fault: { kind: 'sysctl', node: 'class', name: 'net.bridge.bridge-nf-call-iptables', value: '0' },
    to: 'near-service',
    outcome: 'timeout',
    reason: 'NO_SOCKET',
  },
  'hairpin off, a Pod that calls its own Service': {
    fault: (lab) => ({ kind: 'hairpin-off', node: 'class', dev: hostEnd(lab, 'client') }),
    to: 'self',
    outcome: 'timeout',
    reason: 'SIM_NO_PORT',
  },
  'everything lost': {
    fault: { kind: 'netem', node: 'class', dev: 'eth0', lossPercent: 100, delayMs: 0 },
    to: 'web-far',
    outcome: 'timeout',
    reason: 'QDISC_DROP',
  },
  'a route missing': {
    fault: { kind: 'missing-route', node: 'class', dst: '10.244.1.0/24' },
    to: 'web-far',
    outcome: 'timeout',
    reason: 'IP_INADDRERRORS',
  },
  'the way back missing': {
    fault: { kind: 'missing-route', node: 'class2', dst: '10.244.0.0/24' },
    to: 'web-far',
    outcome: 'timeout',
    reason: 'IP_INADDRERRORS',
  },
  'a route to the wrong host': {
    fault: { kind: 'wrong-route', node: 'class', dst: '10.244.1.0/24', via: '192.168.1.100' },
    to: 'web-far',
    outcome: 'timeout',
    reason: 'IP_INADDRERRORS',
  },
  'two nodes that send packets to each other': {
    fault: (lab) => ({ kind: 'routing-loop', node: 'class', other: 'class2', dst: `${lab.ip('web-far')}/32` }),
    to: 'web-far',
    protocol: 'icmp',
    outcome: 'time exceeded',
    reason: 'TTL_EXCEEDED',
  },
  'a neighbour missing': {
    fault: { kind: 'missing-neighbour', node: 'class', dev: 'flannel.1', addr: '10.244.1.0' },
    to: 'web-far',
    outcome: 'no route to host',
    reason: 'NEIGH_FAILED',
  },
  'a forwarding entry missing': {
    fault: { kind: 'missing-fdb', node: 'class', dev: 'flannel.1', dst: '192.168.1.8' },
    to: 'web-far',
    outcome: 'timeout',
    reason: 'SIM_NO_FDB',
  },
  'a Pod’s address on another node’s bridge': {
    fault: (lab) => ({ kind: 'duplicate-address', node: 'class', dev: 'cni0', address: lab.ip('web-far') }),
    to: 'web-far',
    outcome: 'refused',
    reason: 'NO_SOCKET',
  },
  'FORWARD dropped by hand': {
    fault: { kind: 'iptables', node: 'class2', args: '-I FORWARD 1 -p tcp --dport 80 -j DROP' },
    to: 'web-far',
    outcome: 'timeout',
    reason: 'NETFILTER_DROP',
  },
  'no room in conntrack': {
    fault: { kind: 'sysctl', node: 'class', name: 'net.netfilter.nf_conntrack_max', value: '1' },
    to: 'web-far',
    outcome: 'timeout',
    reason: 'NETFILTER_DROP',
  },
};

describe('a fault', () => {
  test.each(Object.entries(ROWS))('%s: symptom, cause, repair', (_, { fault, to, protocol = 'tcp', outcome, reason }) => {
    const lab = faultLab();
    const target = typeof to === 'string' ? to : to(lab);
    const call = () => lab.call(target, { protocol });
    const healthy = configuration(lab);
    expect(call().outcome).toBe('reply');

    lab.break(typeof fault === 'function' ? fault(lab) : fault);
    expect(lab.faults()).toMatchObject([{ id: 1, active: true, hidden: false }]);
    expect(configuration(lab)).not.toEqual(healthy);
    const broken = call();
    expect([broken.outcome, reasons(broken)]).toEqual([outcome, reason === null ? [] : expect.arrayContaining([reason])]);

    expect(lab.run({ kind: 'repair', id: 1 })).toMatchObject({ ok: true });
    expect(lab.faults()).toMatchObject([{ id: 1, active: false, repair: [] }]);
    expect(configuration(lab)).toEqual(healthy);
    expect(call().outcome).toBe('reply');
  });
});

describe('faults beyond a lost packet', () => {
  test('undo and redo are replay', () => {
    const lab = faultLab();
    const healthy = configuration(lab);
    lab.break({ kind: 'link-down', node: 'class', dev: 'cni0' });
    const broken = configuration(lab);
    lab.cluster.undo();
    expect([configuration(lab), lab.faults()]).toEqual([healthy, []]);
    lab.cluster.redo();
    expect([configuration(lab), lab.faults().length]).toEqual([broken, 1]);
  });

  test('a bridge in promiscuous mode routes what it turned to a port once more: others get it twice, a Pod still not itself', () => {
    const lab = faultLab({ cluster: { cni: 'bridge', hairpin: false } });
    const promisc = (value: 'on' | 'off'): unknown =>
      lab.run({ kind: 'tool', node: 'class', netns: 'root', line: `ip link set cbr0 promisc ${value}` });
    expect(reasons(lab.call('self'))).toContain('SIM_NO_PORT');
    expect(promisc('on')).toMatchObject({ ok: true });
    expect(lab.cluster.snapshot().nodes[0]?.root.links.find(({ name }) => name === 'cbr0')?.flags).toContain('PROMISC');
    const itself = lab.call('self');
    expect(itself.outcome).toBe('timeout');
    expect(reasons(itself)).not.toContain('SIM_NO_PORT');
    expect(['near-service', 'web-near', 'web-far'].map((to) => lab.call(to).outcome)).toEqual(Array(3).fill('reply'));
    promisc('off');
    expect(reasons(lab.call('self'))).toContain('SIM_NO_PORT');
  });

  test('a link that loses some: the segment is sent again, and the trace tells what was drawn', () => {
    const lab = faultLab();
    lab.break({ kind: 'netem', node: 'class', dev: 'eth0', lossPercent: 40, delayMs: 0 });
    const results = Array.from({ length: 6 }, () => lab.call('web-far'));
    const again = results.find(
      ({ outcome, trace }) => outcome === 'reply' && trace.packets.some(({ relation }) => relation === 'retransmission'),
    );
    const draws = again?.trace.steps.flatMap((step) => (step.kind === 'qdisc' ? [step] : [])) ?? [];
    expect(draws.some(({ lost }) => lost)).toBe(true);
    for (const { draw, lost, text } of draws)
      expect([draw !== null && draw.value < 0.4, text]).toEqual([lost, 'netem loss 40%']);
    expect(again?.trace.packets.filter(({ reason }) => reason === 'QDISC_DROP').length).toBeGreaterThan(0);
  });

  test('all outcomes leave loss on a link out: they tell who is chosen', () => {
    const lab = faultLab();
    lab.break({ kind: 'netem', node: 'class', dev: 'eth0', lossPercent: 40, delayMs: 0 });
    const probe = lab.call('web-far').spec;
    expect(lab.cluster.allOutcomes(probe).shares.map(({ outcome, probability }) => [outcome, probability])).toEqual([
      ['reply', 1],
    ]);
  });

  describe('a UDP client that keeps its port', () => {
    const UDP = ['a', 'b']
      .map(
        (name) => `apiVersion: v1
kind: Pod
metadata: { name: dns-${name}, labels: { app: dns } }
spec:
  nodeName: class2
  terminationGracePeriodSeconds: 0
  containers: [{ name: main, image: some/server:1, ports: [{ containerPort: 53, protocol: UDP }] }]
---
`,
      )
      .concat(
        'apiVersion: v1\nkind: Service\nmetadata: { name: dns }\nspec: { clusterIP: 10.96.5.5, selector: { app: dns }, ports: [{ port: 53, protocol: UDP }] }\n',
      )
      .join('');
    const ask = (lab: FaultLab, sport: number) => lab.call('10.96.5.5', { port: 53, protocol: 'udp', sport });

    /** A client that has been answered by one of two back ends, which is then deleted behind kube-proxy's back. */
    function stale(): { readonly lab: FaultLab; readonly gone: string } {
      const lab = faultLab();
      lab.run({ kind: 'apply', file: 'dns.yaml', text: UDP });
      const { outcome, backend } = ask(lab, 5353);
      expect([outcome, ask(lab, 5353).backend]).toEqual(['reply', backend]);
      lab.break({ kind: 'agent-stopped', node: 'class', agent: 'kube-proxy' });
      expect(lab.run({ kind: 'delete', object: `Pod default/${backend ?? ''}` })).toMatchObject({ ok: true });
      return { lab, gone: backend ?? '' };
    }

    test('is sent to the back end that is gone for as long as the entry lives: conntrack knows the flow, no rule is asked', () => {
      const { lab } = stale();
      for (let calls = 0; calls < 3; calls++) {
        const { outcome, trace } = ask(lab, 5353);
        expect(['timeout', 'no route to host']).toContain(outcome);
        const first = trace.steps.filter((step) => step.packetId === 1 && step.node === 'class');
        expect(first.find((step) => step.kind === 'ct')).toMatchObject({ op: 'found' });
        expect(first.some((step) => step.kind === 'nf.rule' && step.rule.table === 'nat')).toBe(false);
      }
    });

    test('kube-proxy started again deletes the entry; so does conntrack -D, after which the rules choose anew', () => {
      const { lab, gone } = stale();
      lab.run({ kind: 'repair', id: 1 });
      const again = ask(lab, 5353);
      expect([again.outcome, again.backend === gone]).toEqual(['reply', false]);

      const byHand = stale();
      const deleted = byHand.lab.run({
        kind: 'tool',
        node: 'class',
        netns: 'root',
        line: `conntrack -D -p udp --orig-src ${byHand.lab.ip('client')} --orig-port-src 5353`,
      });
      expect(deleted).toMatchObject({ ok: true, messages: [expect.stringMatching(/: 1 flow entries have been deleted\.$/)] });
      const chosen = Array.from({ length: 12 }, (_, i) => ask(byHand.lab, 6000 + i).outcome);
      expect(new Set(chosen).size).toBeGreaterThan(1);
      expect(chosen).toContain('reply');
    });

    test('has a port of its own with UDP alone', () => {
      const lab = faultLab();
      const from = { kind: 'pod', namespace: 'default', name: 'client' } as const;
      const to = { kind: 'address', address: '10.96.5.5' } as const;
      const refused = (probe: Partial<ProbeSpec>): unknown =>
        lab.run({ kind: 'probe', probe: { from, to, port: 53, protocol: 'udp', ...probe } });
      expect(refused({ protocol: 'tcp', sport: 5353 })).toMatchObject({ ok: false });
      expect(refused({ sport: 0 })).toMatchObject({
        ok: false,
        errors: [{ message: 'source port 0: must be between 1 and 65535, inclusive' }],
      });
    });
  });

  test('Pods with an MTU the tunnel cannot carry, and ICMP filtered: small answers come, large ones never do', () => {
    const lab = faultLab();
    for (const [node, pod] of [
      ['class', 'client'],
      ['class2', 'web-far'],
    ] as const) {
      lab.break({ kind: 'mtu', node, netns: `default/${pod}`, dev: 'eth0', mtu: 1500 });
      lab.break({ kind: 'mtu', node, dev: hostEnd(lab, pod), mtu: 1500 });
    }
    // On class2 the bridge has followed its only port.
    lab.break({ kind: 'mtu', node: 'class', dev: 'cni0', mtu: 1500 });
    // The path's MTU is learnt from the node: a large request still comes through.
    expect(lab.call('web-far', { bytes: 8000 }).outcome).toBe('reply');
    lab.run({ kind: 'advance', ns: 700e9 });
    lab.break({ kind: 'iptables', node: 'class', args: '-I OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP' });
    expect(lab.call('web-far').outcome).toBe('reply');
    const large = lab.call('web-far', { bytes: 8000 });
    expect([large.outcome, reasons(large)]).toEqual(['timeout', expect.arrayContaining(['PKT_TOO_BIG', 'NETFILTER_DROP'])]);
    for (const { id } of lab.faults()) lab.run({ kind: 'repair', id });
    expect(lab.faults().some(({ active }) => active)).toBe(false);
    expect(lab.call('web-far', { bytes: 8000 }).outcome).toBe('reply');
  });

  test('a delay is in the times, both ways of the card it is on', () => {
    const lab = faultLab();
    lab.call('web-far', { protocol: 'icmp' });
    const before = lab.call('web-far', { protocol: 'icmp' }).trace;
    lab.break({ kind: 'netem', node: 'class', dev: 'eth0', lossPercent: 0, delayMs: 50 });
    const after = lab.call('web-far', { protocol: 'icmp' }).trace;
    const span = ({ steps }: typeof before): number => {
      const at = (kind: string): number => steps.findLast((step) => step.kind === kind)?.t ?? 0;
      return at('socket.deliver') - (steps.find((step) => step.kind === 'socket.send')?.t ?? 0);
    };
    expect((span(after) - span(before)) / 1e6).toBeCloseTo(50, 3);
  });

  test('routes that point at each other: each takes one from the ttl until time is exceeded', () => {
    const lab = faultLab();
    lab.break({ kind: 'routing-loop', node: 'class', other: 'class2', dst: lab.ip('web-far') });
    const { outcome, trace } = lab.call('web-far', { protocol: 'icmp' });
    const hops = trace.steps.flatMap((step) =>
      step.kind === 'ttl' && step.packetId === 1 ? [`${step.node} ${step.from}`] : [],
    );
    expect([outcome, hops.slice(0, 4), hops.length]).toEqual([
      'time exceeded',
      ['class 64', 'class2 63', 'class 62', 'class2 61'],
      63,
    ]);
  });

  test('a cable with both plugs in one bridge: the flooded frame goes round until the limit, and the rest of time goes on', () => {
    const lab = faultLab();
    lab.break({ kind: 'bridge-loop', node: 'class', bridge: 'cni0' });
    const { outcome, trace } = lab.call('10.244.0.200');
    expect([outcome, trace.packets.some(({ disposition }) => disposition === 'SIM_EVENT_LIMIT')]).toEqual(['loop', true]);
    const ports = trace.steps.flatMap((step) =>
      step.kind === 'dev.rx' && step.dev.name.startsWith('patch') ? [step.dev.name] : [],
    );
    expect(ports.filter((port) => port === 'patch0').length).toBeGreaterThan(100);
    expect(lab.run({ kind: 'advance', ns: 60e9 })).toMatchObject({ ok: true });
    expect(lab.run({ kind: 'repair', id: 1 })).toMatchObject({ ok: true });
    expect(lab.call('10.244.0.200').outcome).toBe('no route to host');
    expect(lab.call('web-near').outcome).toBe('reply');
  });

  test.each(['flannel-vxlan', 'flannel-host-gw'] as const)(
    '%s: two nodes given the same podCIDR hand out the same addresses; flanneld takes the other’s lease for its own, so there is no way there',
    (cni) => {
      const nodes = [
        { ...NODE_DEFAULTS, name: 'class', ip: '192.168.1.12', podCIDR: '10.244.0.0/24', controlPlane: true },
        { ...NODE_DEFAULTS, name: 'class2', ip: '192.168.1.8', podCIDR: '10.244.0.0/24' },
        { ...NODE_DEFAULTS, name: 'class3', ip: '192.168.1.9', podCIDR: '10.244.3.0/24' },
      ];
      const lab = faultLab({ cluster: { cni, nodes, kubeSystem: false } });
      expect(lab.ip('web-far')).toBe(lab.ip('client'));
      const toRange = (index: number): readonly string[] =>
        lab.cluster.snapshot().nodes[index]?.root.routes.flatMap(({ dst, text }) => (dst === '10.244.0.0/24' ? [text] : [])) ??
        [];
      expect(toRange(0)).toEqual(['10.244.0.0/24 dev cni0 proto kernel scope link src 10.244.0.1']);
      expect([
        toRange(2).length,
        lab.cluster.snapshot().nodes.map(({ cniProblem }) => cniProblem?.slice(0, 18) ?? null),
      ]).toEqual(cni === 'flannel-vxlan' ? [1, [null, null, null]] : [1, [null, null, 'Error adding route']]);
      // On its bridge a Pod is still reached; who dials the far one's address dials itself.
      expect(lab.call('web-near')).toMatchObject({ outcome: 'reply', backend: 'web-near' });
      expect(lab.call('web-far')).toMatchObject({ outcome: 'reply', backend: 'client' });
      // A third node knows one way to the range, so one of the two is never reached.
      const from = { kind: 'node', name: 'class3' } as const;
      const reached = ['web-near', 'web-far'].map((to) => lab.call(to, { from }).backend);
      expect(reached.filter((name, index) => name === ['web-near', 'web-far'][index]).length).toBeLessThan(2);
    },
  );

  test.each(['kindnet', 'bridge'] as const)(
    '%s: two nodes given the same podCIDR: the route to the other node hides the own bridge, a Pod’s own /32 is never hidden',
    (cni) => {
      const nodes = [
        { ...NODE_DEFAULTS, name: 'class', ip: '192.168.1.12', podCIDR: '10.244.0.0/24', controlPlane: true },
        { ...NODE_DEFAULTS, name: 'class2', ip: '192.168.1.8', podCIDR: '10.244.0.0/24' },
      ];
      const lab = faultLab({ cluster: { cni, nodes, kubeSystem: false } });
      expect(lab.ip('web-far')).toBe(lab.ip('client'));
      // Who dials the far one's address dials itself; and a near one is still reached.
      expect(lab.call('web-far')).toMatchObject({ outcome: 'reply', backend: 'client' });
      expect(lab.call('web-near')).toMatchObject({ outcome: 'reply', backend: 'web-near' });
      const fromNode = lab.call('web-near', { from: { kind: 'node', name: 'class' } });
      expect(fromNode.outcome === 'reply').toBe(cni === 'kindnet');
    },
  );

  test.each(['flannel-vxlan', 'flannel-host-gw', 'kindnet', 'bridge'] as const)(
    '%s: a node registered again with another’s podCIDR gives its Pods addresses that others have, and back again',
    (cni) => {
      const lab = faultLab({ cluster: { cni } });
      const ways = ({ cluster }: FaultLab): unknown =>
        cluster.snapshot().nodes.map(({ root }) => root.routes.flatMap(({ text, via }) => (via === null ? [] : [text])));
      const healthy = ways(lab);
      expect(lab.call('web-far')).toMatchObject({ outcome: 'reply', backend: 'web-far' });
      lab.break({ kind: 'overlapping-pod-cidr', node: 'class2', other: 'class' });
      expect(lab.faults()).toMatchObject([{ active: true, at: [{ node: 'class2' }, { node: 'class' }] }]);
      expect(lab.cluster.snapshot().nodes.map(({ podCIDR }) => podCIDR)).toEqual(['10.244.0.0/24', '10.244.0.0/24']);
      expect(lab.ip('web-far')).toMatch(/^10\.244\.0\./);
      expect(lab.call('web-far').backend).not.toBe('web-far');
      lab.run({ kind: 'advance', ns: 90e9 });
      expect(lab.cluster.snapshot().nodes.map(({ ready }) => ready)).toEqual([true, true]);

      expect(lab.run({ kind: 'repair', id: 1 })).toMatchObject({ ok: true });
      expect(lab.faults()).toMatchObject([{ active: false }]);
      lab.run({ kind: 'advance', ns: 90e9 });
      expect(lab.call('web-far')).toMatchObject({ outcome: 'reply', backend: 'web-far' });
      expect(ways(lab)).toEqual(healthy);
    },
  );

  test('a podCIDR is none of Calico’s business, nor one that the node has already', () => {
    const refusal = (lab: FaultLab, node: string, other: string): unknown =>
      lab.run({ kind: 'fault', fault: { kind: 'overlapping-pod-cidr', node, other } });
    expect(refusal(faultLab({ cluster: { cni: 'calico-ipip' } }), 'class2', 'class')).toMatchObject({
      errors: [{ message: 'calico-ipip does not give Pods their addresses from a Node’s podCIDR' }],
    });
    expect(refusal(faultLab(), 'class', 'class2')).toMatchObject({
      errors: [{ message: 'class runs the API server, which its Node is registered with' }],
    });
  });

  describe('a stale conntrack entry', () => {
    const SYSLOG = `apiVersion: apps/v1
kind: Deployment
metadata: { name: syslog }
spec:
  replicas: 2
  selector: { matchLabels: { app: syslog } }
  template:
    metadata: { labels: { app: syslog } }
    spec:
      containers: [{ name: main, image: some/server:1, ports: [{ containerPort: 514, protocol: UDP }] }]
---
apiVersion: v1
kind: Service
metadata: { name: syslog }
spec: { clusterIP: 10.96.5.14, selector: { app: syslog }, ports: [{ port: 514, protocol: UDP }] }
`;
    const fault: Fault = { kind: 'stale-conntrack', pod: 'default/client', service: 'default/syslog', sport: 5353 };
    const ask = (lab: FaultLab): ProbeResult => lab.call('10.96.5.14', { port: 514, protocol: 'udp', sport: 5353 });
    function syslogLab(): FaultLab {
      const lab = faultLab();
      lab.run({ kind: 'apply', file: 'syslog.yaml', text: SYSLOG });
      return lab;
    }

    test('sends the client to a Pod that is gone, until kube-proxy runs again', () => {
      const lab = syslogLab();
      const before = ask(lab);
      expect(before.outcome).toBe('reply');
      lab.break(fault);
      expect(lab.faults()).toMatchObject([
        { active: true, at: [{ key: 'Pod default/client' }, { key: 'Service default/syslog' }, { node: 'class' }] },
      ]);
      expect(lab.cluster.snapshot().objects.has(`Pod default/${before.backend ?? ''}`)).toBe(false);
      for (let calls = 0; calls < 3; calls++) {
        const { outcome, trace } = ask(lab);
        expect(outcome).not.toBe('reply');
        expect(trace.steps.find((step) => step.kind === 'ct' && step.node === 'class')).toMatchObject({ op: 'found' });
      }
      expect(lab.run({ kind: 'repair', id: 1 })).toMatchObject({ ok: true });
      expect([ask(lab).outcome, lab.faults()[0]?.active]).toEqual(['reply', false]);
    });

    test('is deleted by hand as well; kube-proxy is left to start', () => {
      const lab = syslogLab();
      lab.break(fault);
      lab.run({ kind: 'tool', node: 'class', netns: 'root', line: 'conntrack -D -p udp --orig-port-src 5353' });
      expect(lab.faults()).toMatchObject([{ active: true, repair: ['systemctl start kube-proxy on class'] }]);
    });

    test('may be what is hidden', () => {
      const kinds = Array.from({ length: 24 }, (_, seed) => {
        const lab = syslogLab();
        lab.run({ kind: 'random-fault', seed });
        lab.run({ kind: 'reveal', id: 1 });
        return lab.faults()[0]?.fault?.kind;
      });
      expect(kinds).toEqual(expect.arrayContaining(['stale-conntrack', 'overlapping-pod-cidr']));
    }, 60_000);

    test.each<[Partial<typeof fault>, string]>([
      [{ pod: 'default/nobody' }, 'pods "nobody" not found'],
      [{ service: 'default/web' }, 'default/web has no port for UDP'],
      [{ service: 'default/nothing' }, 'services "nothing" not found'],
      [{ service: 'kube-system/kube-dns' }, 'kube-system/kube-dns does not answer port 5353 of default/client'],
    ])('%j is refused', (other, message) => {
      const lab = syslogLab();
      expect(lab.run({ kind: 'fault', fault: { ...fault, ...other } })).toMatchObject({ ok: false, errors: [{ message }] });
    });
  });

  test('strict rp_filter drops what comes in by a device that is not the way back; loose lets it pass', () => {
    const lab = faultLab();
    lab.break({ kind: 'wrong-route', node: 'class2', dst: '10.244.0.0/24', via: '192.168.1.12' });
    expect(lab.call('web-far').outcome).toBe('reply');
    lab.break({ kind: 'sysctl', node: 'class2', name: 'net.ipv4.conf.all.rp_filter', value: '1' });
    const strict = lab.call('web-far');
    expect([strict.outcome, reasons(strict)]).toEqual(['timeout', ['IP_RPFILTER']]);
    lab.run({ kind: 'sysctl', node: 'class2', name: 'net.ipv4.conf.all.rp_filter', value: '2' });
    expect(lab.call('web-far').outcome).toBe('reply');
    expect(lab.faults().map(({ active }) => active)).toEqual([true, false]);
  });

  test('who repairs it does not matter: a hand, or the daemon that looks after its routes', () => {
    const byHand = faultLab();
    byHand.break({ kind: 'missing-route', node: 'class', dst: '10.244.1.0/24' });
    expect(byHand.faults()[0]?.repair).toEqual(['ip route replace 10.244.1.0/24 via 10.244.1.0 dev flannel.1 onlink']);
    byHand.run({
      kind: 'tool',
      node: 'class',
      netns: 'root',
      line: 'ip route add 10.244.1.0/24 via 10.244.1.0 dev flannel.1 onlink',
    });
    expect(byHand.faults()[0]?.active).toBe(false);

    const healed = faultLab({ cluster: { cni: 'flannel-host-gw' } });
    healed.break({ kind: 'missing-route', node: 'class', dst: '10.244.1.0/24' });
    expect(healed.faults()[0]?.active).toBe(true);
    healed.run({ kind: 'advance', ns: 11e9 });
    expect(healed.faults()[0]?.active).toBe(false);
  });

  test('what changed names the hand that took a route away, and the fault', () => {
    const lab = faultLab();
    const result = lab.run({ kind: 'fault', fault: { kind: 'missing-route', node: 'class', dst: '10.244.1.0/24' } });
    expect(result).toMatchObject({
      diff: {
        command: 'fault missing-route: class 10.244.1.0/24',
        groups: [
          { actor: 'user', node: 'class', items: [{ op: 'removed', what: 'route' }] },
          { actor: 'user', node: null, items: [{ op: 'added', what: 'fault' }] },
        ],
      },
    });
  });

  test.each<[Fault, string]>([
    [{ kind: 'link-down', node: 'nope', dev: 'eth0' }, 'nodes "nope" not found'],
    [{ kind: 'link-down', node: 'class', dev: 'eth7' }, 'Cannot find device "eth7"'],
    [{ kind: 'missing-route', node: 'class', dst: '10.99.0.0/16' }, 'there is no route to 10.99.0.0/16 on class'],
    [
      { kind: 'sysctl', node: 'class', name: 'net.ipv4.nope', value: '1' },
      'sysctl: cannot stat /proc/sys/net/ipv4/nope: No such file or directory',
    ],
    [{ kind: 'mtu', node: 'class', dev: 'cni0', mtu: 10 }, 'Error: mtu less than device minimum.'],
    [{ kind: 'iptables', node: 'class', args: '-L' }, 'a fault adds a rule (-A, -I) or sets a policy (-P)'],
    [{ kind: 'hairpin-off', node: 'class', dev: 'eth0' }, 'eth0 is no port of a bridge'],
  ])('%j is refused and changes nothing', (fault, message) => {
    const lab = faultLab();
    const before = lab.cluster.snapshot();
    expect(lab.run({ kind: 'fault', fault })).toMatchObject({ ok: false, errors: [{ message }] });
    expect([lab.cluster.snapshot(), lab.cluster.log]).toEqual([before, []]);
  });
});

const FAILED_SANDBOX = 'Pod default/late FailedCreatePodSandBox';

describe('machines and agents', () => {
  const second = 1e9;
  const ready = ({ cluster }: FaultLab): unknown => cluster.snapshot().nodes.map((node) => [node.name, node.on, node.ready]);
  const endpoints = ({ cluster }: FaultLab): readonly string[] =>
    [...cluster.snapshot().objects.values()].flatMap(({ object }) =>
      object.kind === 'EndpointSlice' && object.metadata.name.startsWith('web-')
        ? object.endpoints.filter(({ conditions }) => conditions?.ready === true).map(({ targetRef }) => targetRef?.name ?? '')
        : [],
    );
  const taints = ({ cluster }: FaultLab): readonly string[] => {
    const object = cluster.snapshot().objects.get('Node class2')?.object;
    return object?.kind === 'Node' ? (object.spec.taints ?? []).map(({ key, effect }) => `${key}:${effect}`) : [];
  };

  test('a node switched off: unnoticed for 40 s, then NotReady, its endpoints gone at once, its Pods evicted after 300 s', () => {
    const lab = faultLab();
    lab.run({ kind: 'advance', ns: 60 * second });
    lab.break({ kind: 'node-down', node: 'class2' });
    expect([ready(lab), endpoints(lab).length]).toEqual([
      [
        ['class', true, true],
        ['class2', false, true],
      ],
      2,
    ]);
    const lost = lab.call('web-far');
    expect(['timeout', 'no route to host']).toContain(lost.outcome);
    lab.run({ kind: 'advance', ns: 15 * second });
    expect(endpoints(lab).length).toBe(2);
    lab.run({ kind: 'advance', ns: 30 * second });
    expect([ready(lab), endpoints(lab), taints(lab)]).toEqual([
      [
        ['class', true, true],
        ['class2', false, false],
      ],
      ['web-near'],
      ['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute'],
    ]);
    expect(lab.cluster.snapshot().events.map(({ reason, message }) => `${reason} ${message}`)).toEqual(
      expect.arrayContaining(['NodeNotReady Node class2 status is now: NodeNotReady', 'NodeNotReady Node is not ready']),
    );
    const evicted = (): boolean => {
      const object = lab.cluster.snapshot().objects.get('Pod default/web-far')?.object;
      return object?.metadata.deletionTimestamp !== undefined;
    };
    lab.run({ kind: 'advance', ns: 275 * second });
    expect(evicted()).toBe(false);
    lab.run({ kind: 'advance', ns: 30 * second });
    expect(evicted()).toBe(true);
  });

  test('switched on again in time, the node is Ready and its Pods answer', () => {
    const lab = faultLab();
    lab.break({ kind: 'node-down', node: 'class2' });
    lab.run({ kind: 'advance', ns: 60 * second });
    expect(endpoints(lab)).toEqual(['web-near']);
    expect(lab.run({ kind: 'repair', id: 1 })).toMatchObject({ ok: true });
    lab.run({ kind: 'advance', ns: 30 * second });
    expect([ready(lab), [...endpoints(lab)].sort(), taints(lab)]).toEqual([
      [
        ['class', true, true],
        ['class2', true, true],
      ],
      ['web-far', 'web-near'],
      [],
    ]);
    expect(lab.call('web-far').outcome).toBe('reply');
    expect(lab.call('web').outcome).toBe('reply');
  });

  test('a node whose card is down is not heard of; the card up, it says that it lives', () => {
    const lab = faultLab();
    lab.break({ kind: 'link-down', node: 'class2', dev: 'eth0' });
    lab.run({ kind: 'advance', ns: 60 * second });
    expect([ready(lab), endpoints(lab)]).toEqual([
      [
        ['class', true, true],
        ['class2', true, false],
      ],
      ['web-near'],
    ]);
    lab.run({ kind: 'repair', id: 1 });
    lab.run({ kind: 'advance', ns: 15 * second });
    expect([ready(lab), [...endpoints(lab)].sort()]).toEqual([
      [
        ['class', true, true],
        ['class2', true, true],
      ],
      ['web-far', 'web-near'],
    ]);
    expect(lab.call('web-far').outcome).toBe('reply');
  });

  test('the machine of the API server switched off: nothing reconciles; on again, the node lost meanwhile is NotReady', () => {
    const lab = faultLab();
    lab.break({ kind: 'node-down', node: 'class' });
    lab.break({ kind: 'node-down', node: 'class2' });
    lab.run({ kind: 'advance', ns: 400 * second });
    expect([ready(lab), endpoints(lab).length]).toEqual([
      [
        ['class', false, true],
        ['class2', false, true],
      ],
      2,
    ]);
    expect(lab.run({ kind: 'fault', fault: { kind: 'dns-down' } })).toMatchObject({
      ok: false,
      errors: [{ message: 'Unable to connect to the server: dial tcp 192.168.1.12:6443: connect: no route to host' }],
    });
    expect(lab.run({ kind: 'repair', id: 1 })).toMatchObject({ ok: true });
    lab.run({ kind: 'advance', ns: 60 * second });
    expect([ready(lab), endpoints(lab)]).toEqual([
      [
        ['class', true, true],
        ['class2', false, false],
      ],
      ['web-near'],
    ]);
    expect(lab.faults().map(({ active }) => active)).toEqual([false, true]);
  });

  test('a fault that was repaired stays so, whatever breaks the same thing again', () => {
    const lab = faultLab();
    const agent = (running: boolean): unknown => lab.run({ kind: 'agent', node: 'class', agent: 'kube-proxy', running });
    lab.break({ kind: 'agent-stopped', node: 'class', agent: 'kube-proxy' });
    agent(true);
    agent(false);
    expect(lab.faults().map(({ active }) => active)).toEqual([false]);
    expect(lab.run({ kind: 'repair', id: 1 })).toMatchObject({ errors: [{ message: 'fault 1 is repaired already' }] });
    agent(true);
    lab.break({ kind: 'agent-stopped', node: 'class', agent: 'kube-proxy' });
    expect(lab.faults().map(({ active }) => active)).toEqual([false, true]);
    lab.run({ kind: 'power', node: 'class2', on: false });
    lab.cluster.undo();
    expect(lab.faults().map(({ active }) => active)).toEqual([false, true]);
  });

  test('kube-proxy stopped: a new Service is unknown on that node, and known once it runs again', () => {
    const lab = faultLab();
    lab.break({ kind: 'agent-stopped', node: 'class', agent: 'kube-proxy' });
    const text =
      'apiVersion: v1\nkind: Service\nmetadata: {name: late}\nspec: {clusterIP: 10.96.7.7, selector: {app: web}, ports: [{port: 80}]}\n';
    lab.run({ kind: 'apply', file: 'late.yaml', text });
    expect(lab.cluster.snapshot().nodes[0]?.kubeProxy.running).toBe(false);
    expect(lab.call('web').outcome).toBe('reply');
    expect(lab.call('10.96.7.7').outcome).toBe('timeout');
    lab.run({ kind: 'repair', id: 1 });
    expect(lab.call('10.96.7.7').outcome).toBe('reply');
  });

  test.each(['flannel-vxlan', 'flannel-host-gw', 'kindnet', 'bridge'] as const)(
    '%s: the daemon stopped leaves its routes, started again it writes what is missing',
    (cni) => {
      const lab = faultLab({ cluster: { cni } });
      lab.break({ kind: 'agent-stopped', node: 'class', agent: 'cni' });
      lab.run({ kind: 'advance', ns: 20 * second });
      expect(lab.call('web-far').outcome).toBe('reply');
      lab.run({ kind: 'fault', fault: { kind: 'missing-route', node: 'class', dst: '10.244.1.0/24' } });
      lab.run({ kind: 'advance', ns: 60 * second });
      expect(lab.call('web-far').outcome).not.toBe('reply');
      lab.run({ kind: 'repair', id: 1 });
      lab.run({ kind: 'advance', ns: 5 * second });
      expect([lab.call('web-far').outcome, lab.faults().map(({ active }) => active)]).toEqual(['reply', [false, false]]);
    },
  );

  test.each(['flannel-vxlan', 'flannel-host-gw', 'kindnet', 'bridge', 'calico-ipip', 'calico-vxlan', 'weave'] as const)(
    '%s: the daemon stopped and started again leaves the node as it was',
    (cni) => {
      const lab = faultLab({ cluster: { cni } });
      lab.run({ kind: 'advance', ns: 60 * second });
      const before = configuration(lab);
      for (const node of ['class', 'class2']) {
        lab.break({ kind: 'agent-stopped', node, agent: 'cni' });
        expect([cni, node, configuration(lab)]).toEqual([cni, node, before]);
        lab.run({ kind: 'advance', ns: 20 * second });
        expect(lab.call('web-far').outcome).toBe('reply');
        lab.run({ kind: 'repair', id: lab.faults().length });
        lab.run({ kind: 'advance', ns: 60 * second });
        expect([cni, node, configuration(lab)]).toEqual([cni, node, before]);
      }
      expect(lab.call('web-far').outcome).toBe('reply');
      // What comes afterwards is connected as well.
      const text =
        'apiVersion: v1\nkind: Pod\nmetadata: {name: late}\nspec: {nodeName: class2, containers: [{name: main, image: nginx:1.25}]}\n';
      lab.run({ kind: 'apply', file: 'late.yaml', text });
      expect(lab.call('late').outcome).toBe('reply');
    },
  );

  test.each(['calico-ipip', 'weave'] as const)(
    '%s: while the daemon is stopped no Pod is connected; started again, the kubelet’s next try is',
    (cni) => {
      const lab = faultLab({ cluster: { cni } });
      lab.break({ kind: 'agent-stopped', node: 'class2', agent: 'cni' });
      const text =
        'apiVersion: v1\nkind: Pod\nmetadata: {name: late}\nspec: {nodeName: class2, containers: [{name: main, image: nginx:1.25}]}\n';
      lab.run({ kind: 'apply', file: 'late.yaml', text });
      const failed = lab.cluster.snapshot().events.filter(({ object, reason }) => `${object} ${reason}` === FAILED_SANDBOX);
      expect(failed.length).toBeGreaterThan(0);
      lab.run({ kind: 'repair', id: 1 });
      lab.run({ kind: 'advance', ns: 30 * second });
      expect(lab.call('late').outcome).toBe('reply');
    },
  );

  test('no CoreDNS: scaled to none and back', () => {
    const lab = faultLab();
    lab.break({ kind: 'dns-down' });
    const pods = (): number =>
      [...lab.cluster.snapshot().objects.keys()].filter((key) => key.startsWith('Pod kube-system/coredns')).length;
    lab.run({ kind: 'advance', ns: 40 * second });
    expect(pods()).toBe(0);
    lab.run({ kind: 'repair', id: 1 });
    expect(pods()).toBe(2);
  });
});

describe('a hidden fault', () => {
  test('is told of, but not what it is, until it is gone or given up', () => {
    const lab = faultLab();
    const result = lab.run({ kind: 'random-fault', seed: 3 });
    expect(result).toMatchObject({
      diff: { command: 'a hidden fault', groups: [{ items: [{ text: 'a hidden fault' }] }] },
      messages: [],
    });
    expect(lab.faults()).toMatchObject([{ hidden: true, active: true, fault: null, at: [], repair: [] }]);
    expect(lab.run({ kind: 'repair', id: 1 })).toMatchObject({ ok: false });
    lab.run({ kind: 'reveal', id: 1 });
    const [revealed] = lab.faults();
    expect([revealed?.hidden, revealed?.fault === null, revealed?.repair.length === 0]).toEqual([false, false, false]);
    expect(lab.run({ kind: 'repair', id: 1 })).toMatchObject({ ok: true });
    expect(lab.faults()).toMatchObject([{ active: false }]);
  });

  test('a hand that repairs it is told so, and what it was', () => {
    const fault: Fault = { kind: 'link-down', node: 'class', dev: 'cni0' };
    const lab = faultLab({ faults: [{ fault, hidden: true }] });
    expect(lab.faults()).toMatchObject([{ id: 1, active: true, fault: null }]);
    lab.run({ kind: 'tool', node: 'class', netns: 'root', line: 'ip link set cni0 up' });
    expect(lab.faults()).toMatchObject([{ id: 1, active: false, fault }]);
  });

  test('shows in some call, and the same seed hides the same', () => {
    const drawn = [1, 2, 3].map((seed) => {
      const lab = faultLab();
      lab.run({ kind: 'random-fault', seed });
      const missed = ['web', 'web-near', 'web-far'].some((to) => lab.call(to).outcome !== 'reply');
      lab.run({ kind: 'reveal', id: 1 });
      return { missed, fault: lab.faults()[0]?.fault };
    });
    const again = faultLab();
    again.run({ kind: 'random-fault', seed: 1 });
    again.run({ kind: 'reveal', id: 1 });
    expect(again.faults()[0]?.fault).toEqual(drawn[0]?.fault);
    expect(drawn.filter(({ missed }) => missed).length).toBeGreaterThanOrEqual(2);
  });
});

describe('the broken clusters that ship', () => {
  function open(name: string) {
    const at = new URL(`../../../scenarios/${name}/`, import.meta.url);
    const loaded = loadScenario(name, new Map(readdirSync(at).map((file) => [file, readFileSync(new URL(file, at), 'utf8')])));
    if (!loaded.ok) throw new Error(loaded.error.map(({ message }) => message).join());
    return createCluster(loaded.value.spec);
  }

  test.each<[string, string, ProbeSpec['protocol'], string, string]>([
    ['broken-tunnel', 'web-far', 'tcp', 'timeout', 'SIM_NO_FDB'],
    ['broken-service', 'web-near', 'tcp', 'reply', ''],
    ['broken-link', 'web-far', 'tcp', 'reply', 'QDISC_DROP'],
    ['broken-loop', 'web-far', 'icmp', 'time exceeded', 'TTL_EXCEEDED'],
  ])('%s: a call to %s by %s ends in %s', (name, to, protocol, outcome, reason) => {
    const cluster = open(name);
    const probe = (): [string, readonly string[]] => {
      const place = (pod: string) => ({ kind: 'pod', namespace: 'default', name: pod }) as const;
      const ran = cluster.run({
        kind: 'probe',
        probe: { from: place('client'), to: { kind: 'place', place: place(to) }, port: 80, protocol },
      });
      return ran.ok && ran.probe !== null ? [ran.probe.outcome, reasons(ran.probe)] : ['', []];
    };
    // Chance decides on the lossy link: what it may do shows within a few calls.
    const calls = Array.from({ length: name === 'broken-link' ? 6 : 1 }, probe);
    expect(calls.some(([ended, why]) => ended === outcome && (reason === '' || why.includes(reason)))).toBe(true);
    cluster.run({ kind: 'reveal', id: 1 });
    expect(cluster.run({ kind: 'repair', id: 1 })).toMatchObject({ ok: true });
    expect(probe()).toEqual(['reply', []]);
  });

  test('broken-flow: the port the client keeps goes to nobody; the repair has it choose anew', () => {
    const cluster = open('broken-flow');
    const outcome = (): string => {
      const from = { kind: 'pod', namespace: 'default', name: 'client' } as const;
      const to = { kind: 'svc', namespace: 'default', name: 'syslog' } as const;
      const ran = cluster.run({ kind: 'probe', probe: { from, to, port: 514, protocol: 'udp', sport: 5353 } });
      return ran.ok && ran.probe !== null ? ran.probe.outcome : '';
    };
    expect(outcome()).not.toBe('reply');
    expect(cluster.run({ kind: 'repair', id: 1 })).toMatchObject({ ok: true });
    expect(outcome()).toBe('reply');
  });

  test('broken-range: two Pods of one address; the repair gives each its own', () => {
    const cluster = open('broken-range');
    const addresses = (): readonly (string | undefined)[] =>
      ['client', 'web-near', 'web-far'].map((name) => {
        const object = cluster.snapshot().objects.get(`Pod default/${name}`)?.object;
        return object?.kind === 'Pod' ? object.status.podIP : undefined;
      });
    const [, , far] = addresses();
    expect(far).toMatch(/^10\.244\.0\./);
    expect(cluster.run({ kind: 'repair', id: 1 })).toMatchObject({ ok: true });
    expect(addresses()[2]).toMatch(/^10\.244\.1\./);
  });

  test('broken-service: by the Service, the near server’s answers are not turned back', () => {
    const cluster = open('broken-service');
    const from = { kind: 'pod', namespace: 'default', name: 'client' } as const;
    const { shares } = cluster.allOutcomes({
      from,
      to: { kind: 'svc', namespace: 'default', name: 'web' },
      port: 80,
      protocol: 'tcp',
    });
    expect(shares.map(({ outcome, backend }) => [outcome, backend]).sort()).toEqual([
      ['reply', 'web-far'],
      ['timeout', null],
    ]);
  });
});
