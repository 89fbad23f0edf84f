import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NS_PER_S } from '../../sim/sim.ts';
import type { Skb } from '../skb.ts';
import { appData, type IcmpMessage, type Ipv4Packet } from '../wire/packet.ts';
import { conntrackLine } from './conntrack-print.ts';
import { relatedNfct } from './conntrack.ts';
import type { Hook } from './hooks.ts';
import { BY_TEST, packet, skbOf, tcp, testHost, type TestHost } from './lab.ts';
import { Netfilter } from './netfilter.ts';

const AT = { node: 'n1', netns: 'root' };

/** Rules of one Service 10.96.0.100:80 with one back end, and masquerade of marked traffic. */
const SERVICE = `*nat
:SVC - [0:0]
-A PREROUTING -d 10.96.0.100/32 -p tcp -m tcp --dport 80 -j SVC
-A OUTPUT -d 10.96.0.100/32 -p tcp -m tcp --dport 80 -j SVC
-A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE --random-fully
-A SVC -s 10.244.0.3/32 -j MARK --set-xmark 0x4000/0x4000
-A SVC -p tcp -m tcp -j DNAT --to-destination 10.244.0.3:8080
COMMIT
`;

class Lab {
  readonly host: TestHost = testHost();
  readonly netfilter = new Netfilter(this.host);

  constructor(rules: string) {
    expect(this.netfilter.restore(rules, { noflush: true, counters: false, by: BY_TEST })).toMatchObject({ ok: true });
  }

  /** Runs hooks on a packet in order; returns the skb, or null when it was dropped. */
  through(hooks: readonly Hook[], l3: Ipv4Packet, start?: Partial<Skb>): Skb | null {
    const skb = { ...skbOf(l3, { iif: 'cni0', oif: 'cni0' }), ...start };
    for (const hook of hooks) if (this.netfilter.run(hook, skb, AT).verdict === 'DROP') return null;
    return skb;
  }

  forward(l3: Ipv4Packet): Ipv4Packet | null {
    return (this.through(['PREROUTING', 'FORWARD', 'POSTROUTING'], l3)?.l3 as Ipv4Packet | undefined) ?? null;
  }

  lines(): string[] {
    return this.netfilter.conntrack.view().map((entry) => conntrackLine(entry, this.host.time));
  }
}

function ends(l3: Ipv4Packet | null): string {
  if (l3 === null) return 'dropped';
  const { l4 } = l3;
  if (l4.kind === 'ipencap') return `${l3.src} > ${l3.dst}`;
  return l4.kind === 'icmp' ? `${l3.src} > ${l3.dst} id ${l4.id}` : `${l3.src}:${l4.sport} > ${l3.dst}:${l4.dport}`;
}

describe('a connection through a Service', () => {
  it('[NF16] [NF17] is translated both ways, and listed as conntrack -L lists it, state by state', () => {
    const lab = new Lab(SERVICE);
    const c = '10.244.0.2';
    expect(ends(lab.forward(packet(c, '10.96.0.100', tcp(33238, 80, ['SYN']))))).toBe('10.244.0.2:33238 > 10.244.0.3:8080');
    const tail = 'src=10.244.0.2 dst=10.96.0.100 sport=33238 dport=80';
    const back = 'src=10.244.0.3 dst=10.244.0.2 sport=8080 dport=33238';
    expect(lab.lines()).toEqual([`tcp      6 120 SYN_SENT ${tail} [UNREPLIED] ${back} mark=0 use=1`]);
    const reply = packet('10.244.0.3', c, tcp(8080, 33238, ['SYN', 'ACK'], { seq: 5000, ack: 1001 }));
    expect(ends(lab.forward(reply))).toBe('10.96.0.100:80 > 10.244.0.2:33238');
    expect(lab.lines()).toEqual([`tcp      6 60 SYN_RECV ${tail} ${back} mark=0 use=1`]);
    const toService = (flags: ('ACK' | 'FIN' | 'PSH')[], seq: number, ack: number): Ipv4Packet =>
      packet(c, '10.96.0.100', tcp(33238, 80, flags, { seq, ack }));
    const toClient = (flags: ('ACK' | 'FIN' | 'PSH')[], seq: number, ack: number): Ipv4Packet =>
      packet('10.244.0.3', c, tcp(8080, 33238, flags, { seq, ack }));
    lab.forward(toService(['ACK'], 1001, 5001));
    expect(lab.lines()).toEqual([`tcp      6 432000 ESTABLISHED ${tail} ${back} [ASSURED] mark=0 use=1`]);
    lab.forward({
      ...toService(['PSH', 'ACK'], 1001, 5001),
      l4: tcp(33238, 80, ['PSH', 'ACK'], { seq: 1001, ack: 5001, data: appData('GET /') }),
    });
    expect(lab.lines()).toEqual([`tcp      6 300 ESTABLISHED ${tail} ${back} [ASSURED] mark=0 use=1`]);
    lab.forward(toClient(['ACK'], 5001, 1006));
    expect(lab.lines()).toEqual([`tcp      6 432000 ESTABLISHED ${tail} ${back} [ASSURED] mark=0 use=1`]);
    lab.forward(toClient(['FIN', 'ACK'], 5001, 1006));
    expect(lab.lines()).toEqual([`tcp      6 120 FIN_WAIT ${tail} ${back} [ASSURED] mark=0 use=1`]);
    lab.forward(toService(['ACK'], 1006, 5002));
    expect(lab.lines()).toEqual([`tcp      6 60 CLOSE_WAIT ${tail} ${back} [ASSURED] mark=0 use=1`]);
    lab.forward(toService(['FIN', 'ACK'], 1006, 5002));
    expect(lab.lines()).toEqual([`tcp      6 30 LAST_ACK ${tail} ${back} [ASSURED] mark=0 use=1`]);
    lab.forward(toClient(['ACK'], 5002, 1007));
    lab.host.time += 3 * NS_PER_S;
    expect(lab.lines()).toEqual([`tcp      6 117 TIME_WAIT ${tail} ${back} [ASSURED] mark=0 use=1`]);
    lab.host.time += 117 * NS_PER_S;
    expect(lab.lines()).toEqual([]);
  });

  it('[NF18] a packet that is not let out leaves no entry, and its next try decides anew', () => {
    const lab = new Lab(`${SERVICE}*filter\n-A FORWARD -d 10.244.0.3/32 -j DROP\nCOMMIT\n`);
    expect(lab.forward(packet('10.244.0.2', '10.96.0.100', tcp(1024, 80, ['SYN'])))).toBeNull();
    expect(lab.netfilter.conntrack.count()).toBe(0);
  });

  it('[NF19] hairpin: marked traffic is masqueraded to a port above 1023 and comes back', () => {
    const lab = new Lab(SERVICE);
    const out = lab.forward(packet('10.244.0.3', '10.96.0.100', tcp(48264, 80, ['SYN'])));
    expect(out === null ? null : [out.src, out.dst]).toEqual(['10.244.0.1', '10.244.0.3']);
    const port = out?.l4.kind === 'tcp' ? out.l4.sport : 0;
    expect(port).toBeGreaterThan(1023);
    expect(ends(lab.forward(packet('10.244.0.3', '10.244.0.1', tcp(8080, port, ['SYN', 'ACK'], { ack: 1001 }))))).toBe(
      '10.96.0.100:80 > 10.244.0.3:48264',
    );
  });

  it('[NF20] a RST as only answer forgets the connection at once, and is still translated', () => {
    const lab = new Lab(SERVICE);
    lab.forward(packet('10.244.0.2', '10.96.0.100', tcp(4000, 80, ['SYN'])));
    expect(ends(lab.forward(packet('10.244.0.3', '10.244.0.2', tcp(8080, 4000, ['RST', 'ACK'], { seq: 0, ack: 1001 }))))).toBe(
      '10.96.0.100:80 > 10.244.0.2:4000',
    );
    expect(lab.lines()).toEqual([]);
  });

  it('[NF21] an ICMP error about a translated packet is RELATED; inside and outside are turned back', () => {
    const lab = new Lab(SERVICE);
    const sent = lab.forward(packet('10.244.0.2', '10.96.0.100', tcp(4000, 80, ['SYN'])));
    const error: IcmpMessage = { kind: 'icmp', type: 3, code: 1, id: 0, seq: 0, mtu: null, quoted: sent, data: null };
    const skb = lab.through(['PREROUTING', 'FORWARD', 'POSTROUTING'], packet('10.244.0.3', '10.244.0.2', error));
    expect(skb?.nfct).toMatchObject({ ctinfo: { state: 'RELATED', direction: 'reply' } });
    const l3 = skb?.l3 as Ipv4Packet;
    expect([l3.src, l3.dst]).toEqual(['10.96.0.100', '10.244.0.2']);
    expect(l3.l4.kind === 'icmp' ? ends(l3.l4.quoted) : '').toBe('10.244.0.2:4000 > 10.96.0.100:80');
    const stray = lab.through(
      ['PREROUTING'],
      packet('10.9.9.9', '10.244.0.2', { ...error, quoted: packet('10.244.0.2', '1.1.1.1', tcp(1, 2, ['SYN'])) }),
    );
    expect(stray?.nfct).toBeNull();
  });

  it('[NF21] an error made here about a packet not yet confirmed belongs to its connection', () => {
    const lab = new Lab(SERVICE);
    const skb = lab.through(['PREROUTING'], packet('10.244.0.2', '10.96.0.100', tcp(4000, 80, ['SYN'])));
    const error: IcmpMessage = {
      kind: 'icmp',
      type: 3,
      code: 3,
      id: 0,
      seq: 0,
      mtu: null,
      quoted: skb?.l3 as Ipv4Packet,
      data: null,
    };
    const answer = lab.through(['OUTPUT', 'POSTROUTING'], packet('10.244.0.3', '10.244.0.2', error), {
      nfct: relatedNfct(skb?.nfct ?? null),
    });
    const l3 = answer?.l3 as Ipv4Packet;
    expect(l3.src).toBe('10.96.0.100');
    expect(l3.l4.kind === 'icmp' ? ends(l3.l4.quoted) : '').toBe('10.244.0.2:4000 > 10.96.0.100:80');
    expect(lab.netfilter.conntrack.count()).toBe(0);
  });

  it('[NF22] a stray segment is INVALID and not translated; one in the middle of a connection is picked up', () => {
    const lab = new Lab(SERVICE);
    expect(lab.through(['PREROUTING'], packet('10.244.0.3', '10.244.0.2', tcp(8080, 9, ['SYN', 'ACK'])))?.nfct).toBeNull();
    expect(lab.through(['PREROUTING'], packet('10.244.0.3', '10.244.0.2', tcp(8080, 9, ['RST'])))?.nfct).toBeNull();
    lab.forward(packet('10.244.0.9', '10.244.1.9', tcp(8080, 9, ['ACK'])));
    expect(lab.lines()).toEqual([
      'tcp      6 300 ESTABLISHED src=10.244.0.9 dst=10.244.1.9 sport=8080 dport=9 [UNREPLIED] src=10.244.1.9 dst=10.244.0.9 sport=9 dport=8080 mark=0 use=1',
    ]);
  });

  it('[NF23] notrack leaves a packet UNTRACKED, without nat or entry', () => {
    const lab = new Lab(`*raw\n-A PREROUTING -d 10.96.0.100/32 -j CT --notrack\nCOMMIT\n${SERVICE}`);
    const skb = lab.through(
      ['PREROUTING', 'FORWARD', 'POSTROUTING'],
      packet('10.244.0.2', '10.96.0.100', tcp(4000, 80, ['SYN'])),
    );
    expect([skb?.nfct, ends(skb?.l3 as Ipv4Packet)]).toEqual(['untracked', '10.244.0.2:4000 > 10.96.0.100:80']);
    expect(lab.netfilter.conntrack.count()).toBe(0);
  });

  it('[NF24] a full table drops new connections', () => {
    const lab = new Lab(SERVICE);
    lab.host.sysctls.set('net.netfilter.nf_conntrack_max', 1);
    expect(lab.forward(packet('10.244.0.2', '10.244.1.2', tcp(1, 2, ['SYN'])))).not.toBeNull();
    expect(lab.forward(packet('10.244.0.2', '10.244.1.2', tcp(2, 2, ['SYN'])))).toBeNull();
  });

  it('[NF25] a new SYN on a closed connection’s tuple opens a new one', () => {
    const lab = new Lab(SERVICE);
    const syn = packet('10.244.0.2', '10.244.1.2', tcp(1, 2, ['SYN']));
    lab.forward(syn);
    const id = lab.netfilter.conntrack.list()[0]?.id;
    lab.forward(packet('10.244.1.2', '10.244.0.2', tcp(2, 1, ['SYN', 'ACK'], { ack: 1001 })));
    lab.forward(packet('10.244.0.2', '10.244.1.2', tcp(1, 2, ['ACK'], { seq: 1001, ack: 1001 })));
    lab.forward(packet('10.244.0.2', '10.244.1.2', tcp(1, 2, ['RST'], { seq: 1001 })));
    expect(lab.lines()[0]).toContain('tcp      6 10 CLOSE ');
    lab.forward(syn);
    expect(lab.lines()).toHaveLength(1);
    expect(lab.lines()[0]).toContain('SYN_SENT');
    expect(lab.netfilter.conntrack.list()[0]?.id).not.toBe(id);
  });

  it('[NF26] checkpoint brings connections back, each the same object, as they were', () => {
    const lab = new Lab(SERVICE);
    lab.forward(packet('10.244.0.2', '10.96.0.100', tcp(4000, 80, ['SYN'])));
    const before = lab.lines();
    const [conn] = lab.netfilter.conntrack.list();
    const counters = lab.netfilter.save('nat', { counters: true });
    const back = lab.netfilter.checkpoint();
    for (let round = 0; round < 2; round++) {
      lab.forward(packet('10.244.0.3', '10.244.0.2', tcp(8080, 4000, ['SYN', 'ACK'], { ack: 1001 })));
      lab.forward(packet('10.244.0.2', '10.96.0.100', tcp(4001, 80, ['SYN'])));
      expect(lab.lines()).toHaveLength(2);
      back();
      expect(lab.lines()).toEqual(before);
      expect(lab.netfilter.conntrack.list()[0]).toBe(conn);
      expect(lab.netfilter.save('nat', { counters: true })).toBe(counters);
    }
  });
});

describe('UDP and ICMP', () => {
  const udp = (src: string, dst: string, sport: number, dport: number): Ipv4Packet =>
    packet(src, dst, { kind: 'udp', sport, dport, payload: appData('x') });

  it('[NF27] UDP waits 30 s for an answer and becomes a stream after two seconds of both ways', () => {
    const lab = new Lab(SERVICE);
    lab.forward(udp('10.244.0.2', '10.244.1.2', 36115, 53));
    expect(lab.lines()).toEqual([
      'udp      17 30 src=10.244.0.2 dst=10.244.1.2 sport=36115 dport=53 [UNREPLIED] src=10.244.1.2 dst=10.244.0.2 sport=53 dport=36115 mark=0 use=1',
    ]);
    lab.forward(udp('10.244.1.2', '10.244.0.2', 53, 36115));
    lab.forward(udp('10.244.0.2', '10.244.1.2', 36115, 53));
    expect(lab.lines()).toEqual([
      'udp      17 30 src=10.244.0.2 dst=10.244.1.2 sport=36115 dport=53 src=10.244.1.2 dst=10.244.0.2 sport=53 dport=36115 mark=0 use=1',
    ]);
    lab.host.time += 3 * NS_PER_S;
    lab.forward(udp('10.244.0.2', '10.244.1.2', 36115, 53));
    expect(lab.lines()).toEqual([
      'udp      17 120 src=10.244.0.2 dst=10.244.1.2 sport=36115 dport=53 src=10.244.1.2 dst=10.244.0.2 sport=53 dport=36115 [ASSURED] mark=0 use=1',
    ]);
  });

  it('[NF28] an echo through MASQUERADE changes its id only when it must, and its answer comes back', () => {
    const lab = new Lab('*nat\n-A POSTROUTING -s 10.244.0.0/16 -o cni0 -j MASQUERADE\nCOMMIT\n');
    const echo = (src: string, dst: string, type: number, id: number): Ipv4Packet =>
      packet(src, dst, { kind: 'icmp', type, code: 0, id, seq: 1, mtu: null, quoted: null, data: null });
    expect(ends(lab.forward(echo('10.244.0.2', '192.168.0.100', 8, 7)))).toBe('10.244.0.1 > 192.168.0.100 id 7');
    const second = lab.forward(echo('10.244.0.3', '192.168.0.100', 8, 7));
    const id = second?.l4.kind === 'icmp' ? second.l4.id : 7;
    expect(id).not.toBe(7);
    expect(ends(lab.forward(echo('192.168.0.100', '10.244.0.1', 0, id)))).toBe('192.168.0.100 > 10.244.0.3 id 7');
  });
});

describe('choosing a tuple', () => {
  it('[NF29] a source port already taken on the same far end is changed even without a rule', () => {
    const lab = new Lab('*nat\n-A POSTROUTING -d 10.9.9.9/32 -j SNAT --to-source 10.244.0.1\nCOMMIT\n');
    expect(ends(lab.forward(packet('10.244.0.2', '10.9.9.9', tcp(5000, 80, ['SYN']))))).toBe('10.244.0.1:5000 > 10.9.9.9:80');
    const clash = lab.forward(packet('10.244.0.3', '10.9.9.9', tcp(5000, 80, ['SYN'])));
    expect(clash === null ? '' : clash.src).toBe('10.244.0.1');
    expect(clash?.l4.kind === 'tcp' ? clash.l4.sport : 5000).not.toBe(5000);
    const own = lab.through(['OUTPUT', 'POSTROUTING'], packet('10.244.0.1', '10.9.9.9', tcp(5000, 80, ['SYN'])));
    expect(own === null ? '' : (own.l3 as Ipv4Packet).src).toBe('10.244.0.1');
    expect(ends(own?.l3 as Ipv4Packet)).not.toBe('10.244.0.1:5000 > 10.9.9.9:80');
  });

  it('[NF30] REDIRECT goes to the address of the incoming device, and to 127.0.0.1 from here', () => {
    const lab = new Lab(
      '*nat\n-A PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8080\n-A OUTPUT -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8080\nCOMMIT\n',
    );
    expect(
      ends(lab.through(['PREROUTING', 'INPUT'], packet('10.244.0.2', '1.1.1.1', tcp(1, 80, ['SYN'])))?.l3 as Ipv4Packet),
    ).toBe('10.244.0.2:1 > 10.244.0.1:8080');
    expect(ends(lab.through(['OUTPUT'], packet('10.244.0.1', '1.1.1.1', tcp(1, 80, ['SYN'])))?.l3 as Ipv4Packet)).toBe(
      '10.244.0.1:1 > 127.0.0.1:8080',
    );
  });

  it('[NF31] a packet that carries its connection over loopback is not translated twice', () => {
    const lab = new Lab(
      '*nat\n-A OUTPUT -d 192.168.1.11/32 -p tcp -m tcp --dport 30080 -j DNAT --to-destination 192.168.1.11:80\n-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 9.9.9.9:9\nCOMMIT\n',
    );
    const skb = lab.through(
      ['OUTPUT', 'POSTROUTING', 'PREROUTING', 'INPUT'],
      packet('192.168.1.11', '192.168.1.11', tcp(7, 30080, ['SYN'])),
      { iif: 'lo', oif: 'lo' },
    );
    expect(ends(skb?.l3 as Ipv4Packet)).toBe('192.168.1.11:7 > 192.168.1.11:80');
    expect(lab.netfilter.save('nat', { counters: true })).toContain('[0:0] -A PREROUTING');
  });

  it('[NF17] whatever nat does, the answer comes back to the sender as from the address it asked', () => {
    const rules = fc.constantFrom(
      '-A PREROUTING -p tcp -j DNAT --to-destination 10.1.0.1-10.1.0.4:7000-7003',
      '-A PREROUTING -p tcp -j DNAT --to-destination 10.1.0.1:7000 --random',
      '-A POSTROUTING -p tcp -j MASQUERADE --to-ports 2000-2040',
      '-A POSTROUTING -j MASQUERADE --random-fully',
      '-A POSTROUTING -j SNAT --to-source 10.2.0.1-10.2.0.2',
      '-A POSTROUTING -p tcp -j SNAT --to-source 10.2.0.1:3000-3040',
      '-A PREROUTING -p tcp -j REDIRECT --to-ports 8080',
    );
    const clients = fc.array(
      fc.tuple(
        fc.integer({ min: 2, max: 9 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(80, 443),
        fc.constantFrom(600, 5000, 40000),
      ),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(fc.array(rules, { maxLength: 2 }), clients, (chosen, tries) => {
        const lab = new Lab(`*nat\n${chosen.join('\n')}\nCOMMIT\n`);
        const seen = new Set<string>();
        for (const [client, server, dport, sport] of tries) {
          const request = packet(`10.244.0.${client}`, `10.96.0.${server}`, tcp(sport, dport, ['SYN']));
          if (seen.has(ends(request))) continue;
          seen.add(ends(request));
          const out = lab.forward(request);
          if (out === null || out.l4.kind !== 'tcp') throw new Error('dropped');
          const reply = lab.forward(packet(out.dst, out.src, tcp(out.l4.dport, out.l4.sport, ['SYN', 'ACK'], { ack: 1001 })));
          expect(ends(reply)).toBe(`10.96.0.${server}:${dport} > 10.244.0.${client}:${sport}`);
        }
        const replies = lab.netfilter.conntrack
          .list()
          .map(({ reply }) => `${reply.src}:${reply.sport} ${reply.dst}:${reply.dport}`);
        expect(new Set(replies).size).toBe(replies.length);
      }),
      { numRuns: 80 },
    );
  });

  it('[NF32] masquerade without an address of the device drops', () => {
    const lab = new Lab('*nat\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n');
    lab.host.addresses.delete('cni0');
    expect(lab.forward(packet('10.244.0.2', '1.1.1.1', tcp(1, 80, ['SYN'])))).toBeNull();
  });
});
