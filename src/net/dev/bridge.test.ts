import { mac } from '../../lib/mac.ts';
import { describe, expect, test } from 'vitest';
import { crossings, lab, stepsOf, type LabNetns } from '../testing/lab.ts';

/** Three Pods on one bridge of a machine without netfilter on bridged frames. */
function bridged(options: { readonly hairpin?: boolean } = {}): Readonly<Record<'host' | 'p1' | 'p2' | 'p3', LabNetns>> {
  const host = lab().island('host').bridge('br0', { address: '10.0.0.1/24', mac: '0a:00:00:00:00:01' });
  host.sysctl('net.bridge.bridge-nf-call-iptables', 0);
  const pod = (name: string, address: string): LabNetns =>
    host.pod(name, { address, via: '10.0.0.1', master: 'br0', ...options });
  return { host, p1: pod('p1', '10.0.0.11/24'), p2: pod('p2', '10.0.0.12/24'), p3: pod('p3', '10.0.0.13/24') };
}

const fdb = (host: LabNetns): readonly string[] =>
  host.netns
    .view()
    .fdb.filter(({ permanent }) => !permanent)
    .map(({ dev }) => dev);

describe('a bridge', () => {
  test('floods what it does not know, learns from what it sees, then sends to one port', () => {
    const { host, p1 } = bridged();
    const flow = p1.ping('10.0.0.12');
    expect(flow.outcome).toBe('answered');
    expect(crossings(flow.trace, { arp: true }).filter((line) => line.includes('who-has'))).toEqual([
      'p1 eth0 out ARP who-has 10.0.0.12',
      'host veth-p1 in ARP who-has 10.0.0.12',
      'host veth-p2 out ARP who-has 10.0.0.12',
      'host veth-p3 out ARP who-has 10.0.0.12',
      'host br0 in ARP who-has 10.0.0.12',
      'p2 eth0 in ARP who-has 10.0.0.12',
      'p3 eth0 in ARP who-has 10.0.0.12',
    ]);
    expect(
      stepsOf(flow.trace, 'bridge.fdb').map(({ decision, ports, learned }) => [decision, ports, learned?.port ?? null]),
    ).toEqual([
      ['flood', ['veth-p2', 'veth-p3'], 'veth-p1'],
      ['forward', ['veth-p1'], 'veth-p2'],
      ['forward', ['veth-p2'], null],
      ['forward', ['veth-p1'], null],
    ]);
    expect(fdb(host)).toEqual(['veth-p1', 'veth-p2']);
  });

  test('never sends a frame back through its port, unless it is in hairpin mode', () => {
    const flooded = (hairpin: boolean): readonly string[] =>
      stepsOf(bridged({ hairpin }).p1.ping('10.0.0.99').trace, 'bridge.fdb')[0]?.ports ?? [];
    expect([flooded(false), flooded(true)]).toEqual([
      ['veth-p2', 'veth-p3'],
      ['veth-p1', 'veth-p2', 'veth-p3'],
    ]);
  });

  test('forgets what it learned after 300 s', () => {
    const { host, p1 } = bridged();
    p1.ping('10.0.0.12');
    p1.lab.wait(299);
    expect(fdb(host)).toEqual(['veth-p1', 'veth-p2']);
    p1.lab.wait(10);
    expect(fdb(host)).toEqual([]);
  });

  test('gives the machine what is for its own address', () => {
    const { p1 } = bridged();
    const flow = p1.ping('10.0.0.1');
    expect([flow.outcome, crossings(flow.trace)]).toEqual([
      'answered',
      [
        'p1 eth0 out ICMP 8/0',
        'host veth-p1 in ICMP 8/0',
        'host br0 in ICMP 8/0',
        'host br0 out ICMP 0/0',
        'host veth-p1 out ICMP 0/0',
        'p1 eth0 in ICMP 0/0',
      ],
    ]);
  });

  test('takes the lowest address of its ports until it is given one', () => {
    const host = lab().island('host').bridge('br0');
    host.pod('p1', { address: '10.0.0.11/24', master: 'br0' });
    host.pod('p2', { address: '10.0.0.12/24', master: 'br0' });
    const macs = ['veth-p1', 'veth-p2'].map((name) => host.netns.link(name)?.mac ?? '');
    expect(host.netns.link('br0')?.mac).toBe(macs.sort()[0]);
    host.netns.deleteLink('veth-p1', { actor: 'test', action: 'lab', object: null });
    expect(host.netns.link('br0')?.mac).toBe(host.netns.link('veth-p2')?.mac);
  });

  test('has carrier while one of its ports has', () => {
    const host = lab().island('host').bridge('br0', { mac: '0a:00:00:00:00:01' });
    expect(host.netns.link('br0')?.carrier).toBe(false);
    host.pod('p1', { address: '10.0.0.11/24', master: 'br0' });
    expect(host.netns.link('br0')?.carrier).toBe(true);
  });

  test('lends bridged frames to iptables when br_netfilter is on, and only then', () => {
    const run = (on: number): readonly (readonly unknown[])[] => {
      const { host, p1, p2 } = bridged();
      host.sysctl('net.bridge.bridge-nf-call-iptables', on).iptables('-A FORWARD -p tcp --dport 81 -j DROP');
      p2.listen(80);
      p2.listen(81);
      return [80, 81].map((port) => [
        p1.tcp('10.0.0.12', port, 2).outcome,
        stepsOf(p1.tcp('10.0.0.12', port, 2).trace, 'nf.hook')[0]?.hook ?? null,
      ]);
    };
    expect(run(0)).toEqual([
      ['answered', null],
      ['answered', null],
    ]);
    expect(run(1)).toEqual([
      ['answered', 'FORWARD'],
      ['silence', 'FORWARD'],
    ]);
  });

  test('two bridges joined twice carry a broadcast round and round: the flow ends at the event limit', () => {
    const host = lab().island('host').bridge('br0', { address: '10.0.0.1/24' }).bridge('br1');
    for (const cable of ['x', 'y']) {
      const joined = host.netns.addVeth(
        { name: `${cable}0`, peer: { name: `${cable}1`, netns: host.netns } },
        { actor: 'test', action: 'lab', object: null },
      );
      expect(joined.ok).toBe(true);
      for (const [end, master] of [
        [`${cable}0`, 'br0'],
        [`${cable}1`, 'br1'],
      ] as const)
        host.netns.setLink(end, { up: true, master }, { actor: 'test', action: 'lab', object: null });
    }
    const flow = host.ping('10.0.0.9');
    expect([
      flow.outcome,
      flow.trace.outcome,
      new Set(flow.trace.packets.map(({ disposition }) => disposition)).has('SIM_EVENT_LIMIT'),
    ]).toEqual(['loop', 'loop', true]);
  });
});

test('a bridge that never counted its ports has carrier and is of unknown state, until a port or an address comes (kernel 6.18)', () => {
  const { netns } = lab().island('host');
  const by = { actor: 'test', action: 'ip link', object: null };
  const state = (name: string): string => {
    const link = netns.view().links.find((each) => each.name === name);
    return `${link?.flags.join(',') ?? ''} ${link?.operstate ?? ''}`;
  };
  const fresh = 'BROADCAST,MULTICAST,UP,LOWER_UP UNKNOWN';
  const counted = 'NO-CARRIER,BROADCAST,MULTICAST,UP DOWN';
  for (const name of ['br0', 'br1']) {
    netns.addBridge({ name }, by);
    netns.setLink(name, { up: true }, by);
    expect(state(name)).toBe(fresh);
  }
  netns.setLink('br0', { up: false }, by);
  netns.setLink('br0', { up: true }, by);
  expect(state('br0')).toBe(fresh);
  netns.setLink('br0', { mac: mac('02:42:00:00:00:01') }, by);
  expect(state('br0')).toBe(counted);
  netns.addVeth({ name: 'v0', peer: { name: 'v1', netns } }, by);
  netns.setLink('v0', { master: 'br1' }, by);
  expect(state('br1')).toBe(counted);
  netns.setLink('v0', { up: true }, by);
  netns.setLink('v1', { up: true }, by);
  expect(state('br1')).toBe('BROADCAST,MULTICAST,UP,LOWER_UP UP');
  netns.deleteLink('v0', by);
  expect(state('br1')).toBe(counted);
  netns.addBridge({ name: 'br2', mac: mac('02:42:00:00:00:02') }, by);
  netns.setLink('br2', { up: true }, by);
  expect(state('br2')).toBe(counted);
});
