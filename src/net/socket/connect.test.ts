import { describe, expect, test } from 'vitest';
import { crossings, lab, stepsOf, type LabNetns } from '../testing/lab.ts';

/** A machine with a Pod behind a bridge and one behind a cable of its own. */
function routed(): Readonly<Record<'r' | 'a' | 'b', LabNetns>> {
  const r = lab().island('r').sysctl('net.ipv4.ip_forward', 1).sysctl('net.ipv4.icmp_ratelimit', 0);
  const a = r.pod('a', { address: '10.0.1.2/24' });
  const b = r.pod('b', { address: '10.0.2.2/24' });
  r.up('veth-a', '10.0.1.1/24').up('veth-b', '10.0.2.1/24');
  a.route('default', '10.0.1.1');
  b.route('default', '10.0.2.1');
  return { r, a, b };
}

const sentBy = (flow: ReturnType<LabNetns['tcp']>, place: string, label: string): number =>
  crossings(flow.trace).filter((line) => line === `${place} eth0 out ${label}`).length;

describe('connect', () => {
  test('to no address at all is to this host', () => {
    const { a } = routed();
    a.listen(80);
    expect([a.tcp('0.0.0.0', 80).text, a.tcp('0.0.0.0', 81, 1).outcome]).toEqual(['you are 127.0.0.1', 'ECONNREFUSED']);
  });

  test('to a broadcast or multicast address is refused before anything is sent', () => {
    const { a } = routed();
    const flows = [a.tcp('10.0.1.255', 80), a.tcp('255.255.255.255', 80), a.tcp('224.0.0.1', 80), a.udp('10.0.1.255', 53)];
    expect(flows.map(({ outcome, trace }) => [outcome, trace.packets.length])).toEqual([
      ['ENETUNREACH', 0],
      ['ENETUNREACH', 0],
      ['ENETUNREACH', 0],
      ['EACCES', 0],
    ]);
  });
});

describe('an ICMP error', () => {
  test('ends what a UDP client waits for only where it is final; TCP being opened ends by all', () => {
    const { r, a } = routed();
    const outcomes = (how: string): readonly string[] => {
      r.iptables('-F FORWARD').iptables(`-A FORWARD -j REJECT --reject-with ${how}`);
      return [a.udp('10.0.2.2', 53, 1).outcome, a.tcp('10.0.2.2', 80, 1).outcome];
    };
    expect(
      ['icmp-net-unreachable', 'icmp-host-unreachable', 'icmp-port-unreachable', 'icmp-admin-prohibited'].map(outcomes),
    ).toEqual([
      ['silence', 'ENETUNREACH'],
      ['silence', 'EHOSTUNREACH'],
      ['ECONNREFUSED', 'ECONNREFUSED'],
      ['EHOSTUNREACH', 'EHOSTUNREACH'],
    ]);
  });

  test('about a missing route comes once a second while nothing else limits errors', () => {
    const { a } = routed();
    const first = a.tcp('10.0.9.9', 80, 5);
    const second = a.tcp('10.0.9.9', 80, 5);
    // The first SYN of the second attempt is dropped in silence, its repetition is answered.
    expect([first, second].map((flow) => [flow.outcome, sentBy(flow, 'a', 'SYN')])).toEqual([
      ['ENETUNREACH', 1],
      ['ENETUNREACH', 2],
    ]);
  });

  test('about a missing route comes five times at once where errors are limited, and then once a second', () => {
    const { r, a } = routed();
    r.sysctl('net.ipv4.icmp_ratelimit', 1000);
    const syns = Array.from({ length: 6 }, () => sentBy(a.tcp('10.0.9.9', 80, 5), 'a', 'SYN'));
    expect(syns).toEqual([1, 1, 1, 1, 1, 2]);
  });
});

describe('retransmission', () => {
  test('is not sent while the first still waits for a link address here', () => {
    const { a } = routed();
    const flow = a.tcp('10.0.1.9', 80);
    expect([flow.outcome, flow.trace.packets.filter(({ label }) => label === 'SYN').length]).toEqual(['EHOSTUNREACH', 1]);
    expect(stepsOf(flow.trace, 'icmp.error').length).toBe(1);
  });
});
