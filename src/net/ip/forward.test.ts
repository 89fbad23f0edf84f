import { describe, expect, test } from 'vitest';
import { crossings, lab, stepsOf, type LabNetns } from '../testing/lab.ts';

/** a – r – b: two Pods of a router machine, each on a cable of its own. */
function routed(forward: 0 | 1 = 1): Readonly<Record<'r' | 'a' | 'b', LabNetns>> {
  const r = lab().island('r').sysctl('net.ipv4.ip_forward', forward);
  const a = r.pod('a', { address: '10.0.1.2/24' });
  const b = r.pod('b', { address: '10.0.2.2/24' });
  r.up('veth-a', '10.0.1.1/24').up('veth-b', '10.0.2.1/24');
  a.route('default', '10.0.1.1');
  b.route('default', '10.0.2.1');
  return { r, a, b };
}

const reasons = (trace: Parameters<typeof stepsOf>[0]): readonly string[] => stepsOf(trace, 'drop').map(({ reason }) => reason);

describe('forwarding', () => {
  test('takes one from the ttl and sets new link addresses', () => {
    const { a, b } = routed();
    b.listen(80);
    const flow = a.tcp('10.0.2.2', 80);
    const syn = flow.trace.steps.flatMap((step) =>
      (step.kind === 'dev.tx' || step.kind === 'dev.rx') && step.packetId === 1 && step.l3.kind === 'ipv4'
        ? [`${step.netns} ${step.dev.name} ${step.l3.ttl}`]
        : [],
    );
    expect([flow.text, syn]).toEqual(['you are 10.0.1.2', ['a eth0 64', 'root veth-a 64', 'root veth-b 63', 'b eth0 63']]);
  });

  test('with ip_forward 0 the packet is dropped in silence', () => {
    const { a, b } = routed(0);
    b.listen(80);
    const flow = a.tcp('10.0.2.2', 80, 0.5);
    expect([flow.outcome, reasons(flow.trace)]).toEqual(['silence', ['IP_INADDRERRORS']]);
  });

  test('without a route the sender is told: network unreachable', () => {
    const flow = routed().a.tcp('10.0.9.9', 80);
    expect([flow.outcome, reasons(flow.trace)]).toEqual(['ENETUNREACH', ['IP_INNOROUTES']]);
  });

  test('routes that cross each other end by ttl, with ICMP time exceeded', () => {
    const { r, a } = routed();
    // Both Pods forward, and each thinks 10.9.0.0/16 is behind the other.
    r.route('10.9.0.0/16', '10.0.2.2');
    const b = r.netns.kernel.netns('b');
    b?.sysctl.set('net.ipv4.ip_forward', '1');
    const flow = a.ping('10.9.9.9');
    const ttls = flow.trace.steps.flatMap((step) =>
      step.kind === 'dev.tx' && step.packetId === 1 && step.l3.kind === 'ipv4' ? [step.l3.ttl] : [],
    );
    expect([flow.outcome, reasons(flow.trace), ttls.at(0), ttls.at(-1)]).toEqual(['ETTL', ['TTL_EXCEEDED'], 64, 1]);
    expect(flow.trace.packets.flatMap(({ label, role }) => (role === 'arp' ? [] : [label]))).toEqual(['ICMP 8/0', 'ICMP 11/0']);
  });

  test('rp_filter drops what would not be answered through the same device', () => {
    const { r, a } = routed();
    r.sysctl('net.ipv4.conf.all.rp_filter', 1);
    expect(a.ping('10.0.2.2').outcome).toBe('answered');
    // Seen from the router, a's address now lies behind b.
    r.route('10.0.1.2/32', '10.0.2.2');
    const flow = a.ping('10.0.2.2', 1);
    expect([flow.outcome, reasons(flow.trace)]).toEqual(['silence', ['IP_RPFILTER']]);
  });

  test('a packet too long for the way on is answered with fragmentation needed', () => {
    const { r, a, b } = routed();
    b.listen(80, ({ text }) => text);
    r.netns.setLink('veth-b', { mtu: 1000 }, { actor: 'test', action: 'lab', object: null });
    const flow = a.ping('10.0.2.2', 1, 1400);
    expect([flow.outcome, reasons(flow.trace)]).toEqual(['EMSGSIZE', ['PKT_TOO_BIG']]);
    expect(flow.trace.packets.map(({ label }) => label)).toContain('ICMP 3/4');
  });

  test('a machine’s own address is reached through lo', () => {
    const { a } = routed();
    a.listen(80);
    const flow = a.tcp('10.0.1.2', 80);
    expect([flow.text, crossings(flow.trace).slice(0, 2)]).toEqual(['you are 10.0.1.2', ['a lo out SYN', 'a lo in SYN']]);
  });

  test('127.0.0.1 does not leave the machine, unless route_localnet lets a rule move it', () => {
    const { r, b } = routed();
    b.listen(80);
    r.iptables('-t nat -A OUTPUT -p tcp --dport 30080 -j DNAT --to-destination 10.0.2.2:80').iptables(
      '-t nat -A POSTROUTING -o veth-b -j MASQUERADE',
    );
    expect(r.tcp('127.0.0.1', 30080, 1).outcome).not.toBe('answered');
    r.sysctl('net.ipv4.conf.all.route_localnet', 1);
    expect(r.tcp('127.0.0.1', 30080, 1).text).toBe('you are 10.0.2.1');
  });
});
