import { expect, it } from 'vitest';
import { lab } from './testing/lab.ts';

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
