import { describe, expect, it } from 'vitest';
import type { Provenance } from '../../lib/provenance.ts';
import { createRng } from '../../lib/rng.ts';
import { Sim } from '../../sim/sim.ts';
import { Kernel } from '../kernel.ts';
import { BY_TEST, packet, skbOf, tcp } from './lab.ts';
import type { Netfilter } from './netfilter.ts';
import { RuleCache } from './rule-cache.ts';
import type { Chain, Rule } from './ruleset.ts';

const AT = { node: 'n1', netns: 'root' };
const OPTIONS = { noflush: true, counters: false, by: BY_TEST };
const TEXT = '*filter\n:A - [0:0]\n:EMPTY - [0:0]\n-A FORWARD -j A\n-A A -p udp\n-A A -p tcp\nCOMMIT\n';

/** Two machines of one world. */
function world(): { readonly sim: Sim; readonly one: Netfilter; readonly two: Netfilter } {
  const sim = new Sim(createRng(1));
  const cache = new RuleCache();
  const machine = (name: string): Netfilter => new Kernel(name, sim, BY_TEST, cache).root.netfilter;
  return { sim, one: machine('one'), two: machine('two') };
}

function chain(netfilter: Netfilter, name: string): Chain | undefined {
  return netfilter.ruleset.filter.chains.get(name);
}

function rules(netfilter: Netfilter, name: string): readonly Rule[] {
  return chain(netfilter, name)?.rules ?? [];
}

function idsOf(netfilter: Netfilter): readonly number[] {
  return [...netfilter.ruleset.filter.chains.values()].flatMap((each) => each.rules.map(({ id }) => id));
}

function forward(netfilter: Netfilter): void {
  netfilter.run('FORWARD', skbOf(packet('10.244.0.2', '10.244.1.2', tcp(1, 80, ['SYN'])), { iif: 'a', oif: 'b' }), AT);
}

/** Counters and text of the lines of a chain. */
function counted(netfilter: Netfilter, name: string): readonly string[] {
  const lines = netfilter.save('filter', { counters: true }).split('\n');
  return lines.filter((line) => line.includes(` -A ${name} `));
}

describe('[NF37] machines that are told alike', () => {
  it('hold the same chains and rules, under the same ids', () => {
    const { one, two } = world();
    for (const machine of [one, two]) machine.restore(TEXT, OPTIONS);
    for (const name of ['FORWARD', 'A', 'EMPTY']) {
      expect(chain(one, name)).toBeDefined();
      expect(chain(two, name)).toBe(chain(one, name));
    }
    expect(rules(two, 'A').map(({ text }) => text)).toEqual(['-A A -p udp', '-A A -p tcp']);
  });

  it('count and remember each for itself, and one that is zeroed leaves the other', () => {
    const { one, two } = world();
    const nth = '*filter\n-A FORWARD -m statistic --mode nth --every 2 --packet 0\nCOMMIT\n';
    for (const machine of [one, two]) machine.restore(`${TEXT}${nth}`, OPTIONS);
    forward(one);
    expect([counted(one, 'A'), counted(two, 'A')]).toEqual([
      ['[0:0] -A A -p udp', '[1:60] -A A -p tcp'],
      ['[0:0] -A A -p udp', '[0:0] -A A -p tcp'],
    ]);
    // The second of two passes the nth rule by on the one, not on the other, which sees its first.
    for (const machine of [one, two]) forward(machine);
    const nthOf = (machine: Netfilter): string => counted(machine, 'FORWARD')[1]?.slice(0, 6) ?? '';
    expect([nthOf(one), nthOf(two)]).toEqual(['[1:60]', '[1:60]']);
    one.zeroCounters();
    expect([counted(one, 'A')[1], counted(two, 'A')[1]]).toEqual(['[0:0] -A A -p tcp', '[1:60] -A A -p tcp']);
  });

  it('part at the rule that differs and share what does not', () => {
    const { one, two } = world();
    one.restore(TEXT, OPTIONS);
    two.restore(TEXT.replace('-A A -p tcp', '-A A -p icmp'), OPTIONS);
    expect(chain(two, 'FORWARD')).toBe(chain(one, 'FORWARD'));
    expect(rules(two, 'A')[0]).toBe(rules(one, 'A')[0]);
    expect(rules(two, 'A').map(({ text }) => text)).toEqual(['-A A -p udp', '-A A -p icmp']);
    expect(rules(one, 'A').map(({ text }) => text)).toEqual(['-A A -p udp', '-A A -p tcp']);
  });

  it('leave the other be when one changes its chain', () => {
    const { one, two } = world();
    for (const machine of [one, two]) machine.restore(TEXT, OPTIONS);
    const before = two.ruleset;
    one.command('-D A 1', BY_TEST);
    one.command('-P FORWARD DROP', BY_TEST);
    expect([rules(one, 'A').length, chain(one, 'FORWARD')?.policy]).toEqual([1, 'DROP']);
    expect(two.ruleset).toBe(before);
    expect([rules(two, 'A').length, chain(two, 'FORWARD')?.policy]).toEqual([2, 'ACCEPT']);
  });

  it('keep who made a rule and when: another maker or moment is another rule', () => {
    const { sim, one, two } = world();
    const other: Provenance = { ...BY_TEST, object: 'Service default/web' };
    one.restore(TEXT, OPTIONS);
    two.restore(TEXT, { ...OPTIONS, by: other });
    expect(rules(two, 'A').map(({ madeBy }) => madeBy)).toEqual([other, other]);
    const first = rules(one, 'A');
    sim.run({ deadline: 5, maxSteps: 100 });
    two.restore(TEXT, OPTIONS);
    expect(rules(two, 'A').map(({ madeBy, madeAt }) => [madeBy, madeAt])).toEqual([
      [BY_TEST, 5],
      [BY_TEST, 5],
    ]);
    expect(rules(one, 'A')).toBe(first);
    expect(first.map(({ madeAt }) => madeAt)).toEqual([0, 0]);
  });
});

describe('[NF37] a namespace has an id once', () => {
  it('when a line is said twice in a chain, which counts twice; another machine shares both', () => {
    const { one, two } = world();
    const twice = '*filter\n-A FORWARD -p tcp\n-A FORWARD -p tcp\nCOMMIT\n';
    for (const machine of [one, two]) machine.restore(twice, OPTIONS);
    const [first, second] = rules(one, 'FORWARD');
    expect(second?.text).toBe(first?.text);
    expect(second?.id).not.toBe(first?.id);
    expect(chain(two, 'FORWARD')).toBe(chain(one, 'FORWARD'));
    one.command('-D FORWARD 1', BY_TEST);
    for (const machine of [one, two]) forward(machine);
    expect(counted(one, 'FORWARD')).toEqual(['[1:60] -A FORWARD -p tcp']);
    expect(counted(two, 'FORWARD')).toEqual(['[1:60] -A FORWARD -p tcp', '[1:60] -A FORWARD -p tcp']);
  });

  it('when a line is removed and said again at the same moment: it keeps no counters and no nth count', () => {
    const { one, two } = world();
    const text = '*filter\n:A - [0:0]\n-A A -m statistic --mode nth --every 3 --packet 0\nCOMMIT\n';
    for (const machine of [one, two]) machine.restore(text, OPTIONS);
    for (const machine of [one, two]) machine.command('-A FORWARD -j A', BY_TEST);
    for (const machine of [one, two]) forward(machine);
    const before = rules(one, 'A')[0];
    one.restore(text, OPTIONS);
    expect(rules(one, 'A')[0]?.madeAt).toBe(before?.madeAt);
    expect(rules(one, 'A')[0]?.id).not.toBe(before?.id);
    expect([counted(one, 'A')[0]?.slice(0, 5), counted(two, 'A')[0]?.slice(0, 6)]).toEqual(['[0:0]', '[1:60]']);
    // The first of three again on the one, the second on the other.
    for (const machine of [one, two]) forward(machine);
    expect([one, two].map((machine) => counted(machine, 'A')[0]?.slice(0, 6))).toEqual(['[1:60]', '[1:60]']);
  });

  it('when a command was refused, whose numbers the next rules have', () => {
    const [tried, straight] = [world(), world()];
    for (const { one } of [tried, straight]) one.restore(TEXT, OPTIONS);
    expect(tried.one.command('-A A -j MISSING', BY_TEST).exitCode).not.toBe(0);
    for (const { one, two } of [tried, straight]) {
      two.command('-A INPUT -p icmp', BY_TEST);
      two.restore(TEXT, OPTIONS);
      one.restore(TEXT.replace('tcp', 'icmp'), OPTIONS);
    }
    for (const machine of ['one', 'two'] as const) {
      const ids = idsOf(tried[machine]);
      expect(ids).toEqual(idsOf(straight[machine]));
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  it('when a restore was refused, whose lines may be said again, here or elsewhere', () => {
    const { one, two } = world();
    expect(one.restore(TEXT.replace('COMMIT', '-A A --bad\nCOMMIT'), OPTIONS).ok).toBe(false);
    for (const machine of [two, one]) machine.restore(TEXT, OPTIONS);
    for (const machine of [one, two]) {
      expect(machine.save('filter', { counters: false })).toContain('-A A -p udp\n-A A -p tcp\n');
      expect(new Set(idsOf(machine)).size).toBe(3);
    }
  });
});
