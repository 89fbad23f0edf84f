import { describe, expect, test } from 'vitest';
import { ip } from '../../lib/ip.ts';
import { cidr } from '../../lib/cidr.ts';
import { mac } from '../../lib/mac.ts';
import { BY_TEST, crossings, lab, stepsOf, type LabNetns } from '../testing/lab.ts';

const VTEP = { a: mac('3a:00:00:00:00:01'), b: mac('3a:00:00:00:00:02') };

/** Two machines with a tunnel as flannel makes it: permanent neighbour and FDB entries, onlink routes. */
function tunnel(options: { readonly fdb: boolean } = { fdb: true }): Readonly<Record<'a' | 'b', LabNetns>> {
  const { a, b } = lab().machines({ a: '192.168.1.1/24', b: '192.168.1.2/24' });
  const end = (side: LabNetns, own: 'a' | 'b', local: string, remote: string, net: string, far: string): void => {
    const other = own === 'a' ? VTEP.b : VTEP.a;
    const { netns } = side;
    netns.addVxlan(
      { name: 'vx', id: 1, local: ip(local), dev: 'eth0', dstport: 8472, learning: false, mac: VTEP[own] },
      BY_TEST,
    );
    side.up('vx', `${net}/32`);
    netns.addRoute({ dst: cidr(`${far}/24`), via: ip(far), dev: 'vx', onlink: true }, BY_TEST);
    netns.addNeigh({ dev: 'vx', addr: ip(far), lladdr: other, state: 'PERMANENT' }, BY_TEST);
    if (options.fdb) netns.addFdb({ dev: 'vx', mac: other, dst: ip(remote) }, BY_TEST);
  };
  end(a, 'a', '192.168.1.1', '192.168.1.2', '10.1.0.0', '10.2.0.0');
  end(b, 'b', '192.168.1.2', '192.168.1.1', '10.2.0.0', '10.1.0.0');
  return { a, b };
}

describe('a VXLAN device', () => {
  test('seals the frame in a UDP datagram of the machine itself, which walks its OUTPUT and POSTROUTING', () => {
    const { a, b } = tunnel();
    // A hook is met where a table hangs on it.
    for (const side of [a, b]) side.iptables('-t mangle -A OUTPUT -j RETURN');
    const flow = a.ping('10.2.0.0');
    expect([flow.outcome, crossings(flow.trace)]).toEqual([
      'answered',
      [
        'a vx out ICMP 8/0',
        'a eth0 out VXLAN',
        'b eth0 in VXLAN',
        'b vx in ICMP 8/0',
        'b vx out ICMP 0/0',
        'b eth0 out VXLAN',
        'a eth0 in VXLAN',
        'a vx in ICMP 0/0',
      ],
    ]);
    const outer = flow.trace.packets.find(({ relation }) => relation === 'encapsulates');
    expect(stepsOf(flow.trace, 'nf.hook').flatMap(({ packetId, hook }) => (packetId === outer?.id ? [hook] : []))).toEqual([
      'OUTPUT',
      'POSTROUTING',
      'PREROUTING',
      'INPUT',
    ]);
    expect(stepsOf(flow.trace, 'encap')[0]).toMatchObject({
      vni: 1,
      outerSrc: '192.168.1.1',
      outerDst: '192.168.1.2',
      port: 8472,
      overheadBytes: 50,
    });
  });

  test('takes 50 bytes of the MTU below', () => {
    expect(tunnel().a.netns.link('vx')?.mtu).toBe(1450);
  });

  test('the envelope begins with the TTL of what a machine makes itself', () => {
    const { a } = tunnel();
    a.sysctl('net.ipv4.ip_default_ttl', 7);
    const { trace } = a.ping('10.2.0.0');
    const sealed = trace.packets.filter(({ relation }) => relation === 'encapsulates').map(({ id }) => id);
    const ttls = stepsOf(trace, 'dev.rx').flatMap(({ packetId, node, l3 }) =>
      sealed.includes(packetId) && l3.kind === 'ipv4' ? [`${node} ${l3.ttl}`] : [],
    );
    expect(ttls).toEqual(['b 7', 'a 64']);
  });

  test('without an FDB entry the frame has nowhere to go', () => {
    const flow = tunnel({ fdb: false }).a.ping('10.2.0.0', 1);
    expect([flow.outcome, stepsOf(flow.trace, 'drop').map(({ reason }) => reason)]).toEqual(['silence', ['SIM_NO_FDB']]);
  });

  test('what a rule drops outside is lost inside', () => {
    const { a, b } = tunnel();
    b.iptables('-A INPUT -p udp --dport 8472 -j DROP');
    const flow = a.ping('10.2.0.0', 1);
    expect(
      flow.trace.packets
        .filter(({ relation }) => relation !== 'arp')
        .map(({ label, disposition, reason }) => [label, disposition, reason]),
    ).toEqual([
      ['ICMP 8/0', 'LOST', 'NETFILTER_DROP'],
      ['VXLAN', 'DROPPED', 'NETFILTER_DROP'],
    ]);
  });

  test('a flow always takes the same outer port, within the ephemeral range', () => {
    const { a, b } = tunnel();
    b.listen(80);
    const ports = a
      .tcp('10.2.0.0', 80)
      .trace.steps.flatMap((step) =>
        step.kind === 'dev.tx' && step.node === 'a' && step.l3.kind === 'ipv4' && step.l3.l4.kind === 'udp'
          ? [step.l3.l4.sport]
          : [],
      );
    expect([new Set(ports).size, (ports[0] ?? 0) >= 32768 && (ports[0] ?? 0) <= 60999]).toEqual([1, true]);
  });
});
