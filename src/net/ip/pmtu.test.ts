import { describe, expect, test } from 'vitest';
import { ip } from '../../lib/ip.ts';
import { BY_TEST, lab, stepsOf, type Flow, type LabNetns } from '../testing/lab.ts';

/** `a` and `b` behind a router each; the link between the routers takes 1,450 bytes. */
function narrow(): Readonly<Record<'a' | 'b' | 'left' | 'right', LabNetns>> {
  const world = lab();
  const left = world.machine('left', '192.168.1.1/24').sysctl('net.ipv4.ip_forward', 1).route('10.0.2.0/24', '192.168.1.2');
  const right = world.machine('right', '192.168.1.2/24').sysctl('net.ipv4.ip_forward', 1).route('10.0.1.0/24', '192.168.1.1');
  const a = left.pod('a', { address: '10.0.1.2/24', via: '10.0.1.1' });
  const b = right.pod('b', { address: '10.0.2.2/24', via: '10.0.2.1' });
  left.up('veth-a', '10.0.1.1/24');
  right.up('veth-b', '10.0.2.1/24');
  for (const router of [left, right]) router.netns.setLink('eth0', { mtu: 1450 }, BY_TEST);
  expect(a.ping('10.0.2.2').outcome).toBe('answered');
  return { a, b, left, right };
}

const cache = (side: LabNetns): readonly string[] => side.netns.view().pathMtus.map(({ dst, mtu }) => `${dst} mtu ${mtu}`);

/** Data bytes of the segments `node` sent, in order. */
const segments = ({ trace }: Flow, netns: string): readonly number[] =>
  stepsOf(trace, 'socket.send').flatMap((step) =>
    step.netns === netns && step.l3.kind === 'ipv4' && step.l3.l4.kind === 'tcp' && step.l3.l4.data !== null
      ? [step.l3.l4.data.bytes]
      : [],
  );

describe('path MTU', () => {
  test('the first packet too long is answered by the router, the second is not even sent', () => {
    const { a } = narrow();
    const first = a.ping('10.0.2.2', 3, 1472);
    expect([first.outcome, stepsOf(first.trace, 'pmtu').map(({ dst, mtu }) => [dst, mtu])]).toEqual([
      'EMSGSIZE',
      [['10.0.2.2', 1450]],
    ]);
    expect(cache(a)).toEqual(['10.0.2.2 mtu 1450']);
    const second = a.ping('10.0.2.2', 3, 1472);
    expect([second.outcome, second.trace.packets]).toEqual(['EMSGSIZE', []]);
    expect(a.ping('10.0.2.2', 3, 1422).outcome).toBe('answered');
  });

  test('is forgotten after ten minutes', () => {
    const { a } = narrow();
    a.ping('10.0.2.2', 3, 1472);
    a.lab.wait(590);
    expect(cache(a)).toEqual(['10.0.2.2 mtu 1450']);
    a.lab.wait(11);
    expect(cache(a)).toEqual([]);
    expect(a.ping('10.0.2.2', 3, 1472).trace.packets.length).toBeGreaterThan(0);
  });

  test('a large answer of TCP is cut anew and arrives whole', () => {
    const { a, b } = narrow();
    const text = 'x'.repeat(4000);
    b.listen(80, () => text);
    const flow = a.tcp('10.0.2.2', 80);
    expect(flow.text).toBe(text);
    expect(segments(flow, 'b')).toEqual([1448, 1448, 1104, 1398, 50, 1398, 50, 1104]);
    expect(cache(b)).toEqual(['10.0.1.2 mtu 1450']);
    expect(segments(a.tcp('10.0.2.2', 80), 'b')).toEqual([1398, 1398, 1204]);
  });

  test('with the router’s errors filtered small answers work and large ones hang', () => {
    const { a, b, right } = narrow();
    b.listen(80, () => 'small').listen(81, () => 'x'.repeat(4000));
    right.iptables('-I OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP');
    expect(a.tcp('10.0.2.2', 80).text).toBe('small');
    const hanging = a.tcp('10.0.2.2', 81, 5);
    expect([hanging.outcome, cache(b)]).toEqual(['silence', []]);
    expect(hanging.trace.packets.filter(({ reason }) => reason === 'PKT_TOO_BIG').length).toBeGreaterThan(2);
  });

  test('never goes below min_pmtu, nor up again before it expires', () => {
    const { a, left } = narrow();
    left.netns.setLink('eth0', { mtu: 500 }, BY_TEST);
    a.ping('10.0.2.2', 3, 1400);
    expect(cache(a)).toEqual(['10.0.2.2 mtu 552']);
    expect(a.netns.pathMtus.learn(ip('10.0.2.2'), { mtu: 1400, before: 552 }, a.lab.sim.now)).toBe(null);
  });

  test('is rolled back with everything else', () => {
    const { a } = narrow();
    const restore = a.netns.checkpoint();
    a.ping('10.0.2.2', 3, 1472);
    restore();
    expect(cache(a)).toEqual([]);
  });
});

describe('fragments', () => {
  /** How long the longest fragment was at every device, from the first that saw the datagram cut. */
  const lengths = ({ trace }: Flow): readonly number[] =>
    stepsOf(trace, 'dev.tx').flatMap(({ l3 }) =>
      l3.kind === 'ipv4' && l3.fragmentBytes !== undefined ? [l3.fragmentBytes] : [],
    );

  test('a datagram longer than its path is cut where it is sent, and again by the router that has less room', () => {
    const { a, b } = narrow();
    b.listen(53, () => 'here', 'udp');
    const flow = a.udp('10.0.2.2', 53, 3, 4000);
    expect([flow.outcome, lengths(flow)]).toEqual(['answered', [1500, 1444, 1444]]);
  });

  test('one that fits the first device has DF: the router refuses it, and the next is cut to the path', () => {
    const { a, b } = narrow();
    b.listen(53, () => 'here', 'udp');
    expect(a.udp('10.0.2.2', 53, 3, 1472).outcome).toBe('EMSGSIZE');
    const next = a.udp('10.0.2.2', 53, 3, 1472);
    expect([next.outcome, lengths(next)]).toEqual(['answered', [1444, 1444, 1444]]);
  });

  test('one that a rule sends out by a narrower device is cut though it has DF', () => {
    const { b, left } = narrow();
    b.listen(53, () => 'here', 'udp');
    left.iptables('-t nat -A OUTPUT -d 10.0.1.2 -p udp -j DNAT --to-destination 10.0.2.2');
    const flow = left.udp('10.0.1.2', 53, 3, 1472);
    expect([flow.outcome, lengths(flow)]).toEqual(['answered', [1444, 1444]]);
  });
});

describe('frames and MTU', () => {
  /** Two Pods on a bridge; `b`'s own end takes 1,400 bytes. */
  function bridged(): Readonly<Record<'a' | 'b' | 'host', LabNetns>> {
    const host = lab().island('host').bridge('br0', { address: '10.0.0.1/24' });
    const a = host.pod('a', { address: '10.0.0.2/24', master: 'br0' });
    const b = host.pod('b', { address: '10.0.0.3/24', master: 'br0' });
    b.netns.setLink('eth0', { mtu: 1400 }, BY_TEST);
    expect(a.ping('10.0.0.3').outcome).toBe('answered');
    return { a, b, host };
  }

  test('a veth end drops what is longer than the other end takes and a VLAN tag, without a word', () => {
    const { a } = bridged();
    expect([1376, 1377].map((bytes) => a.ping('10.0.0.3', 1, bytes).outcome)).toEqual(['answered', 'silence']);
    expect(a.ping('10.0.0.3', 1, 1377).trace.packets.map(({ reason }) => reason)).toEqual(['PKT_TOO_BIG']);
  });

  test('fragments are no longer than the sender’s device takes, be it more than the other end does', () => {
    const { a, b } = bridged();
    b.listen(53, () => 'here', 'udp');
    expect(a.udp('10.0.0.3', 53, 1, 4000).trace.packets.map(({ reason }) => reason)).toEqual(['PKT_TOO_BIG']);
    a.netns.setLink('eth0', { mtu: 1400 }, BY_TEST);
    expect(a.udp('10.0.0.3', 53, 1, 4000).outcome).toBe('answered');
  });

  test('a bridge drops what is longer than its port takes', () => {
    const { a, host } = bridged();
    host.netns.setLink('veth-b', { mtu: 1300 }, BY_TEST);
    expect([1276, 1277].map((bytes) => a.ping('10.0.0.3', 1, bytes).outcome)).toEqual(['answered', 'silence']);
  });

  test('a bridge takes the least MTU of its ports, until it is given one', () => {
    const { host } = bridged();
    const mtu = (): number => host.netns.link('br0')?.mtu ?? 0;
    const set = (dev: string, value: number): void => void host.netns.setLink(dev, { mtu: value }, BY_TEST);
    set('veth-b', 1400);
    const least = mtu();
    host.netns.setLink('veth-b', { master: null }, BY_TEST);
    const without = mtu();
    set('br0', 1300);
    set('veth-a', 1350);
    expect([least, without, mtu()]).toEqual([1400, 1500, 1300]);
  });

  test('what no device takes is refused in the words of ip', () => {
    const { host } = lab().machines({ host: '192.168.1.1/24' });
    host.netns.addVxlan(
      { name: 'vx0', id: 1, local: ip('192.168.1.1'), dev: 'eth0', dstport: 8472, learning: false, mtu: 1500 },
      BY_TEST,
    );
    const refusal = (dev: string, mtu: number): string => {
      const set = host.netns.setLink(dev, { mtu }, BY_TEST);
      return set.ok ? '' : set.error;
    };
    expect(host.netns.link('vx0')?.mtu).toBe(1450);
    expect([refusal('eth0', 60), refusal('eth0', 70_000), refusal('vx0', 1451), refusal('vx0', 1450)]).toEqual([
      'Error: mtu less than device minimum.',
      'Error: mtu greater than device maximum.',
      'RTNETLINK answers: Invalid argument',
      '',
    ]);
  });
});
