import { describe, expect, test } from 'vitest';
import { cidr } from '../../lib/cidr.ts';
import { ip } from '../../lib/ip.ts';
import { conntrackLine } from '../netfilter/conntrack-print.ts';
import { BY_TEST, crossings, lab, stepsOf, type LabNetns } from '../testing/lab.ts';

/** Two machines that route to each other's range through tunl0, as Calico's BIRD writes the routes; a Pod behind each. */
function tunnel(): Readonly<Record<'a' | 'b' | 'p' | 'q', LabNetns>> {
  const { a, b } = lab().machines({ a: '192.168.1.1/24', b: '192.168.1.2/24' });
  const end = (side: LabNetns, own: string, far: { readonly range: string; readonly node: string }): void => {
    side.netns.kernel.modprobe('ipip');
    side.up('tunl0', `${own}/32`).sysctl('net.ipv4.ip_forward', 1);
    side.netns.addRoute({ dst: cidr(far.range), via: ip(far.node), dev: 'tunl0', proto: 'bird', onlink: true }, BY_TEST);
  };
  end(a, '10.1.0.0', { range: '10.2.0.0/24', node: '192.168.1.2' });
  end(b, '10.2.0.0', { range: '10.1.0.0/24', node: '192.168.1.1' });
  a.bridge('br', { address: '10.1.0.1/24' });
  b.bridge('br', { address: '10.2.0.1/24' });
  const p = a.pod('p', { address: '10.1.0.2/24', via: '10.1.0.1', master: 'br' });
  const q = b.pod('q', { address: '10.2.0.2/24', via: '10.2.0.1', master: 'br' });
  return { a, b, p, q };
}

describe('tunl0', () => {
  test('is in every namespace once the module is loaded: second in those made after, with the next number in those before', () => {
    const { a, p } = tunnel();
    expect(a.netns.view().links.find(({ name }) => name === 'tunl0')).toMatchObject({
      ifindex: 3,
      kind: 'ipip',
      mtu: 1480,
      flags: ['NOARP', 'UP', 'LOWER_UP'],
      operstate: 'UNKNOWN',
    });
    expect(p.netns.view().links.map(({ ifindex, name, flags }) => `${ifindex}: ${name} ${flags.join()}`)).toEqual([
      '1: lo LOOPBACK,UP,LOWER_UP',
      '2: tunl0 NOARP',
      '3: eth0 BROADCAST,MULTICAST,UP,LOWER_UP',
    ]);
  });

  test('cannot be deleted', () => {
    const { a } = tunnel();
    expect(a.netns.deleteLink('tunl0', BY_TEST).ok).toBe(true);
    expect(a.netns.link('tunl0')).toBeDefined();
  });

  test('puts the packet behind a header to the next hop, TTL and DF as inside; the other end takes it off', () => {
    const { a, b, p } = tunnel();
    for (const side of [a, b]) side.iptables('-t mangle -A OUTPUT -j RETURN').iptables('-A INPUT -p 4 -j ACCEPT');
    const flow = p.ping('10.2.0.2');
    expect([flow.outcome, crossings(flow.trace).slice(2, 11)]).toEqual([
      'answered',
      [
        'a br in ICMP 8/0',
        'a tunl0 out ICMP 8/0',
        'a eth0 out IPIP',
        'b eth0 in IPIP',
        'b tunl0 in ICMP 8/0',
        'b br out ICMP 8/0',
        'b veth-q out ICMP 8/0',
        'q eth0 in ICMP 8/0',
        'q eth0 out ICMP 0/0',
      ],
    ]);
    const outer = stepsOf(flow.trace, 'dev.tx').find(({ l3 }) => l3.kind === 'ipv4' && l3.l4.kind === 'ipencap');
    expect(outer?.l3).toMatchObject({ src: '192.168.1.1', dst: '192.168.1.2', ttl: 63, df: true });
    const id = flow.trace.packets.find(({ relation }) => relation === 'encapsulates')?.id;
    expect(stepsOf(flow.trace, 'nf.hook').flatMap(({ packetId, hook }) => (packetId === id ? [hook] : []))).toEqual([
      'OUTPUT',
      'POSTROUTING',
      'PREROUTING',
      'INPUT',
    ]);
    expect(stepsOf(flow.trace, 'encap')[0]).toMatchObject({ vni: null, port: null, overheadBytes: 20 });
  });

  test('counts without a link header, and its envelope is 20 bytes longer', () => {
    const { a, p } = tunnel();
    p.ping('10.2.0.2');
    const [tunl0, eth0] = ['tunl0', 'eth0'].map((name) => a.netns.link(name)?.counters);
    expect(tunl0?.txBytes).toBe(84);
    // The echo in its envelope, and ARP.
    expect(eth0?.txBytes).toBe(14 + 20 + 84 + 42);
  });

  test('both ways are one flow without ports to conntrack, which has no name for it', () => {
    const { a, p } = tunnel();
    a.iptables('-t nat -A POSTROUTING -j ACCEPT');
    p.ping('10.2.0.2');
    const lines = a.netns.view().conntrack.map((entry) => conntrackLine(entry, a.netns.now));
    expect(lines).toContainEqual(
      expect.stringMatching(/^unknown {2}4 599 src=192.168.1.1 dst=192.168.1.2 src=192.168.1.2 dst=192.168.1.1 mark=0 use=1$/),
    );
  });

  test('a packet of protocol 4 with no device up is answered with port unreachable, which nobody inside hears of', () => {
    const { b, p } = tunnel();
    b.netns.setLink('tunl0', { up: false }, BY_TEST);
    const flow = p.ping('10.2.0.2', 2);
    expect(flow.outcome).toBe('silence');
    expect(stepsOf(flow.trace, 'icmp.error')).toMatchObject([{ type: 3, code: 3, to: '192.168.1.1' }]);
  });

  test('what is longer than 1480 bytes with DF is refused before it is sealed', () => {
    const { a } = tunnel();
    const flow = a.tcp('10.2.0.2', 80);
    expect(flow.outcome).toBe('ECONNREFUSED');
    const tunl0 = a.netns.view().links.find(({ name }) => name === 'tunl0');
    expect(tunl0?.mtu).toBe(1480);
  });

  test('a node that has no route to the next hop loses the packet at the tunnel', () => {
    const { a, p } = tunnel();
    a.netns.addRoute({ dst: cidr('10.3.0.0/24'), via: ip('172.31.0.1'), dev: 'tunl0', onlink: true }, BY_TEST);
    const flow = p.ping('10.3.0.2', 2);
    expect([flow.outcome, stepsOf(flow.trace, 'drop').map(({ reason }) => reason)]).toEqual(['silence', ['IP_OUTNOROUTES']]);
  });
});
