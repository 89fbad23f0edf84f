import { expect, it } from 'vitest';
import { BY_TEST, lab } from './testing/lab.ts';

it('a view stays the same object, until a connection in it is over by the clock alone', () => {
  const world = lab();
  const host = world.island('a').iptables('-t nat -A OUTPUT -p udp').listen(53, undefined, 'udp');
  expect(host.udp('127.0.0.1', 53).outcome).toBe('answered');
  const before = host.netns.view();
  expect(before.conntrack.length).toBe(1);
  world.wait(20);
  expect(host.netns.view()).toBe(before);
  world.wait(15);
  expect(host.netns.view().conntrack).toEqual([]);
});

it('rules, sets and counters that anybody changes are in the next view', () => {
  const { netns } = lab().island('a');
  const before = netns.view();
  netns.netfilter.restore('*nat\n:AGENT - [0:0]\nCOMMIT\n', { noflush: true, counters: false, by: BY_TEST });
  const restored = netns.view();
  expect([before, restored].map(({ netfilter }) => netfilter.ruleset.nat.chains.has('AGENT'))).toEqual([false, true]);
  netns.netfilter.ipset.restore('create own hash:net\n', { by: BY_TEST });
  expect(netns.view()).not.toBe(restored);
  const full = netns.view();
  netns.netfilter.zeroCounters();
  expect(netns.view()).not.toBe(full);
});
