import { describe, expect, test } from 'vitest';
import { ip } from '../../lib/ip.ts';
import { dnsAnswer, dnsQuery, type DnsRecord } from './dns.ts';
import { dnsText } from './dns-text.ts';

const WEB = 'web.default.svc.cluster.local';
const a = (name: string, address: string): DnsRecord => ({ name, type: 'A', address: ip(address), ttl: 30 });
const soa: DnsRecord = {
  name: 'cluster.local',
  type: 'SOA',
  mname: 'ns.dns.cluster.local',
  rname: 'hostmaster.cluster.local',
  serial: 1,
  refresh: 7_200,
  retry: 1_800,
  expire: 86_400,
  minimum: 30,
  ttl: 30,
};

describe('DNS as tcpdump prints it, with its length', () => {
  // Recorded with tcpdump 4.99.3 from glibc's queries and answers that are not compressed.
  test.each([
    [dnsQuery(63070, { name: WEB, type: 'A' }), '63070+ A? web.default.svc.cluster.local. (47)'],
    [dnsQuery(61530, { name: WEB, type: 'AAAA' }), '61530+ AAAA? web.default.svc.cluster.local. (47)'],
    [dnsQuery(4107, { name: 'nope', type: 'A' }), '4107+ A? nope. (22)'],
    [
      dnsAnswer(dnsQuery(63070, { name: WEB, type: 'A' }), { aa: true, ra: true, answers: [a(WEB, '10.96.5.5')] }),
      '63070* 1/0/0 A 10.96.5.5 (92)',
    ],
    [dnsAnswer(dnsQuery(61530, { name: WEB, type: 'AAAA' }), { aa: true, ra: true, authority: [soa] }), '61530* 0/1/0 (140)'],
    [
      dnsAnswer(dnsQuery(58794, { name: 'nope.default.svc.cluster.local', type: 'A' }), {
        aa: true,
        ra: true,
        rcode: 'NXDOMAIN',
        authority: [soa],
      }),
      '58794 NXDomain* 0/1/0 (141)',
    ],
    [dnsAnswer(dnsQuery(60537, { name: 'web', type: 'A' }), { ra: true, rcode: 'SERVFAIL' }), '60537 ServFail 0/0/0 (21)'],
  ] as const)('%#', (message, text) => {
    expect(dnsText(message)).toBe(text);
  });

  test('an answer without recursion is marked with a dash', () => {
    const message = dnsAnswer(dnsQuery(7, { name: WEB, type: 'A' }), { aa: true, answers: [a(WEB, '10.96.5.5')] });
    expect(dnsText(message)).toBe('7*- 1/0/0 A 10.96.5.5 (92)');
  });

  test('several answers are told one after the other', () => {
    const message = dnsAnswer(dnsQuery(7, { name: '_http._tcp.web.default.svc.cluster.local', type: 'SRV' }), {
      aa: true,
      answers: [
        {
          name: '_http._tcp.web.default.svc.cluster.local',
          type: 'SRV',
          priority: 0,
          weight: 50,
          port: 80,
          target: WEB,
          ttl: 30,
        },
        { name: 'x', type: 'CNAME', target: 'example.com', ttl: 5 },
      ],
    });
    expect(dnsText(message)).toMatch(
      /^7\*- 2\/0\/0 SRV web\.default\.svc\.cluster\.local\.:80 0 50, CNAME example\.com\. \(\d+\)$/,
    );
  });
});

describe('names', () => {
  test('that were written before are pointers where the writer compresses', () => {
    const query = dnsQuery(1, { name: 'www.example.com', type: 'A' });
    const answers: readonly DnsRecord[] = [
      { name: 'www.example.com', type: 'CNAME', target: 'example.com', ttl: 300 },
      a('example.com', '192.168.1.100'),
    ];
    // header 12, question 17 + 4; pointer 2 + 10 + pointer 2; pointer 2 + 10 + 4
    expect(dnsAnswer(query, { answers, compressed: true }).bytes).toBe(33 + 14 + 16);
    expect(dnsAnswer(query, { answers }).bytes).toBe(33 + (17 + 10 + 13) + (13 + 10 + 4));
  });

  test('are compressed when the message would not fit, and what still does not fit is left out', () => {
    const query = dnsQuery(1, { name: WEB, type: 'A' });
    const many = (count: number): readonly DnsRecord[] => Array.from({ length: count }, (_, i) => a(WEB, `10.244.1.${i + 1}`));
    const fits = dnsAnswer(query, { answers: many(20) });
    const cut = dnsAnswer(query, { answers: many(40) });
    expect([fits.compressed, fits.flags.tc, fits.bytes]).toEqual([true, false, 47 + 20 * 16]);
    expect([cut.compressed, cut.flags.tc, cut.answers.length, cut.bytes]).toEqual([true, true, 29, 47 + 29 * 16]);
    expect(dnsText(cut).startsWith('1-| 29/0/0 A 10.244.1.1, ')).toBe(true);
  });
});
