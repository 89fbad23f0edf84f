/** node-cache's work on its machine: the device, the rules in the order the real program leaves them, and how both go. */
import { describe, expect, test } from 'vitest';
import { createRng } from '../../lib/rng.ts';
import { cidrOf } from '../../lib/cidr.ts';
import { ip } from '../../lib/ip.ts';
import { Kernel } from '../../net/kernel.ts';
import type { Netns } from '../../net/netns.ts';
import { NS_PER_S, Sim } from '../../sim/sim.ts';
import { corefileOf, NodeCache } from './node-cache.ts';

const ADDRESS = ip('169.254.25.10');
const OPERATOR = { actor: 'user', action: 'iptables', object: null };

function lab(): { readonly sim: Sim; readonly root: Netns; readonly cache: NodeCache } {
  const sim = new Sim(createRng(1));
  const root = new Kernel('class', sim, OPERATOR).root;
  return { sim, root, cache: new NodeCache({ netns: root, addresses: [ADDRESS], pod: 'Pod kube-system/node-local-dns-x' }) };
}

function started(): ReturnType<typeof lab> {
  const made = lab();
  made.cache.begin();
  made.cache.serve();
  return made;
}

/** The rules of a chain as `iptables -S` prints them, without what all have in common. */
function rules(root: Netns, table: 'raw' | 'filter', chain: string): readonly string[] {
  return (root.netfilter.ruleset[table].chains.get(chain)?.rules ?? []).map(({ text }) =>
    text.replace(/ -m comment --comment "[^"]*"/, '').replace(/^-A \w+ /, ''),
  );
}

const addressesOf = (root: Netns): readonly string[] | undefined =>
  root.link('nodelocaldns')?.addresses.map(({ address }) => address);

describe('the start', () => {
  test('the device is there before the rules are, and never set up', () => {
    const { root, cache } = lab();
    cache.begin();
    const dev = root.link('nodelocaldns');
    expect([dev?.kind, dev?.up, addressesOf(root), rules(root, 'raw', 'PREROUTING')]).toEqual([
      'dummy',
      false,
      ['169.254.25.10/32'],
      [],
    ]);
  });

  test('each rule is put first, so the last of the program stands on top', () => {
    const { root } = started();
    expect(rules(root, 'raw', 'PREROUTING')).toEqual([
      '-d 169.254.25.10/32 -p udp -m udp --dport 53 -j NOTRACK',
      '-d 169.254.25.10/32 -p tcp -m tcp --dport 53 -j NOTRACK',
    ]);
    expect(rules(root, 'raw', 'OUTPUT')).toEqual([
      '-s 169.254.25.10/32 -p tcp -m tcp --sport 8080 -j NOTRACK',
      '-d 169.254.25.10/32 -p tcp -m tcp --dport 8080 -j NOTRACK',
      '-d 169.254.25.10/32 -p udp -m udp --dport 53 -j NOTRACK',
      '-d 169.254.25.10/32 -p tcp -m tcp --dport 53 -j NOTRACK',
      '-s 169.254.25.10/32 -p udp -m udp --sport 53 -j NOTRACK',
      '-s 169.254.25.10/32 -p tcp -m tcp --sport 53 -j NOTRACK',
    ]);
    expect(rules(root, 'filter', 'INPUT')).toEqual([
      '-d 169.254.25.10/32 -p udp -m udp --dport 53 -j ACCEPT',
      '-d 169.254.25.10/32 -p tcp -m tcp --dport 53 -j ACCEPT',
    ]);
    expect(rules(root, 'filter', 'OUTPUT')).toEqual([
      '-s 169.254.25.10/32 -p udp -m udp --sport 53 -j ACCEPT',
      '-s 169.254.25.10/32 -p tcp -m tcp --sport 53 -j ACCEPT',
    ]);
  });

  test('the comments say what for', () => {
    const { root } = started();
    const texts = (['raw', 'filter'] as const).flatMap((table) =>
      [...root.netfilter.ruleset[table].chains.values()].flatMap((chain) => chain.rules.map(({ text }) => text)),
    );
    const comments = texts.map((text) => /--comment "([^"]*)"/.exec(text)?.[1]);
    expect(new Set(comments)).toEqual(
      new Set(['NodeLocal DNS Cache: skip conntrack', 'NodeLocal DNS Cache: allow DNS traffic']),
    );
  });
});

describe('every minute', () => {
  const after = (sim: Sim, seconds: number): void => void sim.run({ deadline: seconds * NS_PER_S, maxSteps: 1000 });

  test('what was deleted comes back, rules and device', () => {
    const { sim, root } = started();
    const before = rules(root, 'raw', 'OUTPUT');
    root.netfilter.command('-t raw -F', OPERATOR);
    root.deleteLink('nodelocaldns', OPERATOR);
    after(sim, 59);
    expect([rules(root, 'raw', 'OUTPUT'), addressesOf(root)]).toEqual([[], undefined]);
    after(sim, 60);
    expect([rules(root, 'raw', 'OUTPUT'), addressesOf(root)]).toEqual([before, ['169.254.25.10/32']]);
  });

  test('an address that was taken off is put on again, and nothing is doubled', () => {
    const { sim, root } = started();
    const before = rules(root, 'filter', 'INPUT');
    root.deleteAddress('nodelocaldns', cidrOf(ADDRESS, 32));
    after(sim, 200);
    expect([rules(root, 'filter', 'INPUT'), addressesOf(root)]).toEqual([before, ['169.254.25.10/32']]);
  });
});

describe('the end', () => {
  test('SIGTERM: rules go, however often they were added, then the device', () => {
    const { root, cache } = started();
    root.netfilter.command(
      '-t raw -A PREROUTING -p udp -d 169.254.25.10 --dport 53 -m comment --comment "NodeLocal DNS Cache: skip conntrack" -j NOTRACK',
      OPERATOR,
    );
    root.netfilter.command('-A INPUT -p icmp -j ACCEPT', OPERATOR);
    cache.end('SIGTERM');
    expect([rules(root, 'raw', 'PREROUTING'), rules(root, 'raw', 'OUTPUT'), rules(root, 'filter', 'INPUT')]).toEqual([
      [],
      [],
      ['-p icmp -j ACCEPT'],
    ]);
    expect(root.link('nodelocaldns')).toBeUndefined();
  });

  test('a crash leaves both, and the next start finds them', () => {
    const { sim, root, cache } = started();
    const before = rules(root, 'raw', 'OUTPUT');
    cache.end('crash');
    root.netfilter.command('-t raw -D OUTPUT 1', OPERATOR);
    sim.run({ deadline: 200 * NS_PER_S, maxSteps: 1000 });
    expect([rules(root, 'raw', 'OUTPUT'), addressesOf(root)]).toEqual([before.slice(1), ['169.254.25.10/32']]);
    cache.begin();
    cache.serve();
    expect([rules(root, 'raw', 'OUTPUT'), addressesOf(root)]).toEqual([before, ['169.254.25.10/32']]);
  });
});

test('the Corefile of a template: the addresses it was given, the resolvers of its own file, the Service it was told', () => {
  const template = [
    'bind __PILLAR__LOCAL__DNS__ __PILLAR__DNS__SERVER__',
    'forward . __PILLAR__CLUSTER__DNS__',
    'forward . __PILLAR__UPSTREAM__SERVERS__',
  ].join('\n');
  const local = [ADDRESS, ip('10.96.0.10')];
  expect(corefileOf(template, { local, clusterDNS: '10.96.44.5' }).split('\n')).toEqual([
    'bind 169.254.25.10 10.96.0.10 ',
    'forward . 10.96.44.5',
    'forward . /etc/resolv.conf',
  ]);
  expect(corefileOf(template, { local, clusterDNS: null })).toContain('forward . <nil>');
});
