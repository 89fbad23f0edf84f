/**
 * A datagram of any length arrives over links of any MTU, at the latest once its sender has been told of each narrower link; and no
 * device is given more than it takes at once.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BY_TEST, lab, stepsOf, type Flow, type LabNetns } from '../../src/net/testing/lab.ts';
import { ipv4Bytes, longestBytes } from '../../src/net/wire/size.ts';

/** A chain of four: `a`, two routers, `b`; the links between them take so much. */
function chain(mtus: readonly [number, number, number]): { readonly a: LabNetns; readonly takes: ReadonlyMap<string, number> } {
  const world = lab();
  const left = world.machine('left', '192.168.1.1/24').sysctl('net.ipv4.ip_forward', 1).route('10.0.2.0/24', '192.168.1.2');
  const right = world.machine('right', '192.168.1.2/24').sysctl('net.ipv4.ip_forward', 1).route('10.0.1.0/24', '192.168.1.1');
  const a = left.pod('a', { address: '10.0.1.2/24', via: '10.0.1.1' });
  const b = right.pod('b', { address: '10.0.2.2/24', via: '10.0.2.1' });
  left.up('veth-a', '10.0.1.1/24');
  right.up('veth-b', '10.0.2.1/24');
  const ends: readonly (readonly [LabNetns, string, number])[] = [
    [a, 'eth0', mtus[0]],
    [left, 'veth-a', mtus[0]],
    [left, 'eth0', mtus[1]],
    [right, 'eth0', mtus[1]],
    [right, 'veth-b', mtus[2]],
    [b, 'eth0', mtus[2]],
  ];
  for (const [side, dev, mtu] of ends) side.netns.setLink(dev, { mtu }, BY_TEST);
  b.listen(53, () => 'here', 'udp');
  return { a, takes: new Map(ends.map(([{ netns }, dev, mtu]) => [`${netns.kernel.name} ${netns.name} ${dev}`, mtu])) };
}

/** Devices that were given more than they take. */
function overfull({ trace }: Flow, takes: ReadonlyMap<string, number>): readonly string[] {
  return stepsOf(trace, 'dev.tx').flatMap(({ node, netns, dev, l3 }) => {
    const name = `${node} ${netns} ${dev.name}`;
    return longestBytes(l3) > (takes.get(name) ?? 0) ? [name] : [];
  });
}

const mtuArb = fc.integer({ min: 600, max: 1500 });

test('a datagram arrives whatever its length and the links', () => {
  fc.assert(
    fc.property(fc.tuple(mtuArb, mtuArb, mtuArb), fc.integer({ min: 5, max: 9000 }), (mtus, bytes) => {
      const { a, takes } = chain(mtus);
      const flows: Flow[] = [];
      while (flows.length < mtus.length && flows.at(-1)?.outcome !== 'answered') flows.push(a.udp('10.0.2.2', 53, 3, bytes));
      expect(flows.map(({ outcome }) => outcome).slice(0, -1)).toEqual(flows.slice(1).map(() => 'EMSGSIZE'));
      const last = flows.at(-1);
      expect(last?.outcome).toBe('answered');
      expect(flows.flatMap((flow) => overfull(flow, takes))).toEqual([]);
      const arrived = last === undefined ? [] : stepsOf(last.trace, 'socket.deliver').map(({ l3 }) => l3);
      // Whole again: what was sent, and no fragment longer than the narrowest link takes.
      expect(arrived[0]?.kind === 'ipv4' && ipv4Bytes(arrived[0])).toBe(bytes + 28);
      expect(arrived[0] !== undefined && longestBytes(arrived[0])).toBeLessThanOrEqual(Math.min(...mtus));
    }),
    { numRuns: 100 },
  );
});
