import { describe, expect, test } from 'vitest';
import { lab, stepsOf, type LabNetns } from '../testing/lab.ts';

function machines(): Readonly<Record<'a' | 'b', LabNetns>> {
  return lab().machines({ a: '192.168.1.1/24', b: '192.168.1.2/24' });
}

/** `table chain rules-tried` of every table the opening packet met. */
const tables = (flow: ReturnType<LabNetns['tcp']>): readonly string[] =>
  stepsOf(flow.trace, 'nf.hook').flatMap(({ hook, oif }) => [`${hook} ${oif ?? '-'}`]);

describe('local output', () => {
  test('nat routes anew before filter is asked: where that fails, filter never sees the packet', () => {
    const { a } = machines();
    // From 127.0.0.1 nothing may leave while route_localnet is 0.
    a.iptables('-t nat -A OUTPUT -p udp --dport 53 -j DNAT --to-destination 192.168.1.2').iptables('-A OUTPUT -p udp');
    const flow = a.udp('127.0.0.1', 53, 1);
    const counted = [...a.netns.netfilter.view().ruleset.filter.chains.values()].flatMap(({ rules }) =>
      rules.map(({ id }) => a.netns.netfilter.counters().rules.get(id)?.packets ?? 0),
    );
    expect([flow.outcome, counted, stepsOf(flow.trace, 'drop').map(({ reason }) => reason)]).toEqual([
      'EINVAL',
      [0],
      ['IP_OUTNOROUTES'],
    ]);
  });

  test('filter OUTPUT names the device of the first route, POSTROUTING that of the new one', () => {
    const { a, b } = machines();
    b.listen(80);
    a.iptables('-t nat -A OUTPUT -p tcp -d 192.168.1.1 --dport 80 -j DNAT --to-destination 192.168.1.2').iptables(
      '-A OUTPUT -p tcp',
    );
    const flow = a.tcp('192.168.1.1', 80);
    expect([flow.outcome, tables(flow).slice(0, 2)]).toEqual(['answered', ['OUTPUT lo', 'POSTROUTING eth0']]);
  });

  test('a rule that drops in POSTROUTING is told to a UDP sender like one in OUTPUT', () => {
    const { a } = machines();
    a.iptables('-t mangle -A POSTROUTING -p udp -j DROP');
    expect(a.udp('192.168.1.2', 9, 1).outcome).toBe('EPERM');
  });
});

describe('net.ipv4.ip_default_ttl', () => {
  test('is the TTL of all that a host makes: requests, answers, echo replies, errors', () => {
    const { a, b } = machines();
    b.listen(80).listen(53, () => 'here', 'udp');
    b.sysctl('net.ipv4.ip_default_ttl', 7);
    const back = (flow: ReturnType<LabNetns['tcp']>): unknown =>
      stepsOf(flow.trace, 'dev.rx').findLast(({ node }) => node === 'a')?.l3;
    const flows = [a.tcp('192.168.1.2', 80), a.udp('192.168.1.2', 53), a.ping('192.168.1.2'), a.udp('192.168.1.2', 4444)];
    expect(flows.map(back)).toMatchObject([{ ttl: 7 }, { ttl: 7 }, { ttl: 7 }, { ttl: 7 }]);
  });
});
