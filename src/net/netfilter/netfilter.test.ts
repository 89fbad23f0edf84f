import { describe, expect, it } from 'vitest';
import type { Provenance } from '../../lib/provenance.ts';
import { BY_TEST, packet, skbOf, tcp, testHost } from './lab.ts';
import { Netfilter } from './netfilter.ts';

const AT = { node: 'n1', netns: 'root' };
const OPTIONS = { noflush: true, counters: false, by: BY_TEST };

function forward(netfilter: Netfilter): void {
  netfilter.run('FORWARD', skbOf(packet('10.244.0.2', '10.244.1.2', tcp(1, 80, ['SYN'])), { iif: 'a', oif: 'b' }), AT);
}

describe('changing rules', () => {
  it('starts nth counts and limits of rules that counted again when they are zeroed', () => {
    const netfilter = new Netfilter(testHost());
    const nth = '-m statistic --mode nth --every 3 --packet 0';
    netfilter.restore(`*filter\n-A FORWARD ${nth}\n-A FORWARD -m limit --limit 1/hour --limit-burst 1\nCOMMIT\n`, OPTIONS);
    const counted = (): readonly number[] => {
      forward(netfilter);
      return [...netfilter.counters().rules.values()].map(({ packets }) => packets);
    };
    expect([counted(), counted()]).toEqual([
      [1, 1],
      [1, 1],
    ]);
    netfilter.zeroCounters();
    expect(counted()).toEqual([1, 1]);
  });

  it('[NF33] keeps the identity, ids and counters of what is not touched', () => {
    const netfilter = new Netfilter(testHost());
    netfilter.restore(
      '*filter\n:A - [0:0]\n:B - [0:0]\n-A FORWARD -j A\n-A FORWARD -j B\n-A A -p tcp\n-A B -p tcp\nCOMMIT\n',
      OPTIONS,
    );
    forward(netfilter);
    const before = netfilter.ruleset;
    netfilter.restore('*filter\n:B - [0:0]\n:C - [0:0]\n-A B -p udp\n-A B -j C\nCOMMIT\n', OPTIONS);
    const after = netfilter.ruleset;
    expect([...after.filter.chains.keys()]).toEqual(['INPUT', 'FORWARD', 'OUTPUT', 'A', 'B', 'C']);
    for (const chain of ['FORWARD', 'A']) expect(after.filter.chains.get(chain)).toBe(before.filter.chains.get(chain));
    expect(after.nat).toBe(before.nat);
    expect(
      netfilter
        .save('filter', { counters: true })
        .split('\n')
        .filter((line) => line.startsWith('[')),
    ).toEqual([
      '[1:60] -A FORWARD -j A',
      '[1:60] -A FORWARD -j B',
      '[1:60] -A A -p tcp',
      '[0:0] -A B -p udp',
      '[0:0] -A B -j C',
    ]);
    netfilter.command('-I FORWARD -p icmp', BY_TEST);
    const [fresh, ...old] = netfilter.ruleset.filter.chains.get('FORWARD')?.rules ?? [];
    expect(old).toEqual(before.filter.chains.get('FORWARD')?.rules);
    expect(old.map((rule) => rule.id)).not.toContain(fresh?.id);
  });

  it('[NF5] applies sections before an error, none after, and reports every error with its line', () => {
    const netfilter = new Netfilter(testHost());
    const result = netfilter.restore(
      '*filter\n-A INPUT -j ACCEPT\nCOMMIT\n*nat\n-A OUTPUT --bad\n-A NOPE -j ACCEPT\nCOMMIT\n*mangle\n-A INPUT -p tcp\nCOMMIT\n',
      OPTIONS,
    );
    expect(result.ok ? [] : result.error.map(({ line, message }) => [line, message])).toEqual([
      [5, 'unknown option "--bad"'],
      [6, 'No chain/target/match by that name.'],
    ]);
    expect(netfilter.tables).toEqual(['filter']);
    expect(netfilter.ruleset.mangle.chains.get('INPUT')?.rules).toEqual([]);
  });

  it('[NF34] keeps who made a rule and when, by line where that is known', () => {
    const host = testHost();
    const netfilter = new Netfilter(host);
    host.time = 7;
    const service: Provenance = { actor: 'kube-proxy', action: 'syncProxyRules', object: 'Service default/web' };
    netfilter.restore('*filter\n-A INPUT -m comment --comment "default/web"\n-A INPUT -j ACCEPT\nCOMMIT\n', {
      ...OPTIONS,
      provenanceOf: (_, line) => (line.includes('default/web') ? service : BY_TEST),
    });
    expect(netfilter.ruleset.filter.chains.get('INPUT')?.rules.map(({ madeBy, madeAt }) => [madeBy, madeAt])).toEqual([
      [service, 7],
      [BY_TEST, 7],
    ]);
  });

  it('[NF35] refuses a loop that is made reachable later, by a chain outside of it', () => {
    const netfilter = new Netfilter(testHost());
    expect(netfilter.restore('*filter\n:A - [0:0]\n:B - [0:0]\n-A A -j B\n-A B -j A\nCOMMIT\n', OPTIONS).ok).toBe(true);
    expect(netfilter.command('-A FORWARD -j A', BY_TEST)).toEqual({
      exitCode: 4,
      stdout: '',
      stderr: 'iptables v1.8.9 (nf_tables):  RULE_APPEND failed (Too many links): rule in chain FORWARD\n',
    });
    expect(netfilter.command('-X A', BY_TEST).exitCode).toBe(4);
  });

  it('[NF8] zeroes a chain, a table or everything; a snapshot taken before stays', () => {
    const netfilter = new Netfilter(testHost());
    netfilter.restore('*filter\n:A - [0:0]\n-A FORWARD -j A\n-A A -p tcp\nCOMMIT\n', OPTIONS);
    forward(netfilter);
    const { rules } = netfilter.counters();
    netfilter.zeroCounters({ table: 'filter', chain: 'A' });
    expect([rules.size, netfilter.counters().rules.size]).toEqual([2, 1]);
    forward(netfilter);
    expect([...rules.values()]).toEqual([
      { packets: 1, bytes: 60 },
      { packets: 1, bytes: 60 },
    ]);
    netfilter.zeroCounters();
    expect([netfilter.counters().rules.size, netfilter.counters().policies.size]).toEqual([0, 0]);
  });

  it('[NF33] the view is the same object until rules or counters change', () => {
    const netfilter = new Netfilter(testHost());
    netfilter.restore('*filter\n-A FORWARD -p tcp\nCOMMIT\n', OPTIONS);
    const first = netfilter.view();
    expect(netfilter.view()).toBe(first);
    forward(netfilter);
    const second = netfilter.view();
    expect(second).not.toBe(first);
    expect(second.ruleset).toBe(first.ruleset);
    expect([first.counters.size, second.counters.size]).toEqual([0, 1]);
  });
});
