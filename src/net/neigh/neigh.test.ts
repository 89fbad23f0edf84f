import { describe, expect, test } from 'vitest';
import { cidr } from '../../lib/cidr.ts';
import { ip } from '../../lib/ip.ts';
import { crossings, lab, stepsOf, type LabNetns } from '../testing/lab.ts';

const TWO = { a: '192.168.1.1/24', b: '192.168.1.2/24' } as const;

describe('neighbours and ARP', () => {
  test('who is not known is asked for, the packet waits, and both know each other after', () => {
    const { a, b } = lab().machines(TWO);
    const flow = a.ping('192.168.1.2');
    expect(flow.outcome).toBe('answered');
    expect(crossings(flow.trace, { arp: true })).toEqual([
      'a eth0 out ARP who-has 192.168.1.2',
      'b eth0 in ARP who-has 192.168.1.2',
      expect.stringMatching(/^b eth0 out ARP 192.168.1.2 is-at /),
      expect.stringMatching(/^a eth0 in ARP 192.168.1.2 is-at /),
      'a eth0 out ICMP 8/0',
      'b eth0 in ICMP 8/0',
      'b eth0 out ICMP 0/0',
      'a eth0 in ICMP 0/0',
    ]);
    expect([a.neighbours(), b.neighbours().map((line) => line.replace('DELAY', 'STALE'))]).toEqual([
      ['192.168.1.2 eth0 REACHABLE'],
      ['192.168.1.1 eth0 STALE'],
    ]);
  });

  test('a known one is not asked again', () => {
    const { a } = lab().machines(TWO);
    a.ping('192.168.1.2');
    expect(stepsOf(a.ping('192.168.1.2').trace, 'neigh').map(({ state }) => state)).toContain('REACHABLE');
    expect(a.ping('192.168.1.2').trace.packets.filter(({ relation }) => relation === 'arp')).toEqual([]);
  });

  test('nobody answers: asked three times a second apart, then FAILED, and the sender is told', () => {
    const { a } = lab().machines(TWO);
    const flow = a.tcp('192.168.1.9', 80);
    const asked = flow.trace.steps
      .filter((step) => step.kind === 'dev.tx' && step.l3.kind === 'arp')
      .map(({ t }) => (t - flow.trace.startedAt) / 1e9);
    expect([flow.outcome, asked, a.neighbours()]).toEqual(['EHOSTUNREACH', [0, 1, 2], ['192.168.1.9 eth0 FAILED']]);
    expect(stepsOf(flow.trace, 'drop').map(({ reason }) => reason)).toContain('NEIGH_FAILED');
  });

  test('a failed one is tried anew by the next packet', () => {
    const world = lab();
    const { a } = world.machines({ a: TWO.a });
    expect(a.ping('192.168.1.2').outcome).toBe('EHOSTUNREACH');
    world.machine('b', TWO.b);
    expect(a.ping('192.168.1.2').outcome).toBe('answered');
  });

  test('REACHABLE becomes STALE after 30 s, and using it confirms it: DELAY, PROBE, REACHABLE', () => {
    const world = lab();
    const { a } = world.machines(TWO);
    a.ping('192.168.1.2');
    world.wait(29);
    expect(a.neighbours()).toEqual(['192.168.1.2 eth0 REACHABLE']);
    world.wait(2);
    expect(a.neighbours()).toEqual(['192.168.1.2 eth0 STALE']);
    a.ping('192.168.1.2');
    expect(a.neighbours()).toEqual(['192.168.1.2 eth0 DELAY']);
    world.wait(6);
    expect(a.neighbours()).toEqual(['192.168.1.2 eth0 REACHABLE']);
  });

  test('a request for another address of the machine is answered on any device, for a stranger’s it is not', () => {
    const world = lab();
    const { a, b } = world.machines(TWO);
    b.bridge('br0', { address: '10.0.0.1/24' });
    a.netns.addRoute({ dst: 'default', dev: 'eth0' }, { actor: 'test', action: 'lab', object: null });
    expect([a.ping('10.0.0.1').outcome, a.ping('10.0.0.2').outcome]).toEqual(['answered', 'EHOSTUNREACH']);
  });

  test('who listens in learns nothing from a request that is not for him', () => {
    const { a, c } = lab().machines({ ...TWO, c: '192.168.1.3/24' });
    a.ping('192.168.1.2');
    expect(c.neighbours()).toEqual([]);
  });

  test('an entry set by hand is used at once and never changes', () => {
    const world = lab();
    const { a, b } = world.machines(TWO);
    const lladdr = b.netns.link('eth0')?.mac;
    if (lladdr === undefined) throw new Error('b has no eth0');
    a.netns.addNeigh(
      { dev: 'eth0', addr: ip(b.address('eth0')), lladdr, state: 'PERMANENT' },
      { actor: 'test', action: 'lab', object: null },
    );
    const flow = a.ping('192.168.1.2');
    expect(crossings(flow.trace, { arp: true })[0]).toBe('a eth0 out ICMP 8/0');
    world.wait(100);
    expect(a.neighbours()).toEqual(['192.168.1.2 eth0 PERMANENT']);
  });

  describe('proxy ARP', () => {
    /** A machine with two Pods behind routes of their own, as Calico connects them. */
    function routed(options: { readonly defaultRoute: boolean } = { defaultRoute: true }) {
      const world = lab();
      const { a: node } = world.machines({ a: TWO.a });
      world.machine('b', TWO.b);
      if (options.defaultRoute) node.route('default', '192.168.1.2');
      const pod = (name: string, address: string): LabNetns => {
        const inside = node.pod(name, { address: `${address}/32` });
        const by = { actor: 'test', action: 'lab', object: null };
        inside.netns.addRoute({ dst: cidr('169.254.1.1/32'), dev: 'eth0' }, by);
        inside.route('default', '169.254.1.1');
        node.netns.addRoute({ dst: cidr(`${address}/32`), dev: `veth-${name}` }, by);
        node.sysctl(`net.ipv4.conf.veth-${name}.proxy_arp`, 1);
        node.sysctl(`net.ipv4.conf.veth-${name}.rp_filter`, 1);
        return inside;
      };
      const pods = { p: pod('p', '10.0.0.1'), q: pod('q', '10.0.0.2') };
      node.sysctl('net.ipv4.ip_forward', 1);
      return { node, ...pods };
    }

    test('answers for a gateway that nobody has, and for the node when it asks the Pod', () => {
      const { node, p, q } = routed();
      expect(p.ping('10.0.0.2').outcome).toBe('answered');
      expect(p.neighbours()).toContain('169.254.1.1 eth0 REACHABLE');
      expect(node.neighbours()).toEqual(['10.0.0.1 veth-p DELAY', '10.0.0.2 veth-q REACHABLE']);
      expect(q.neighbours()).toContainEqual(expect.stringMatching(/^192.168.1.1 eth0/));
    });

    test('does not without a route for the address: a node without default route takes the Pods their gateway', () => {
      const { p } = routed({ defaultRoute: false });
      expect(p.ping('10.0.0.2').outcome).toBe('EHOSTUNREACH');
      expect(p.neighbours()).toEqual(['169.254.1.1 eth0 FAILED']);
    });

    test('does not when it is off', () => {
      const { node, p } = routed();
      node.sysctl('net.ipv4.conf.veth-p.proxy_arp', 0);
      expect(p.ping('10.0.0.2').outcome).toBe('EHOSTUNREACH');
    });

    test('does not for an asker who would be answered elsewhere (rp_filter)', () => {
      const { node, p } = routed();
      node.netns.deleteRoute({ dst: cidr('10.0.0.1/32') });
      expect(p.ping('10.0.0.2').outcome).toBe('EHOSTUNREACH');
    });
  });
});
