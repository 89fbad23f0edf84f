/** CoreDNS' cache: how long what is kept, told to the second before and after. */
import { describe, expect, test } from 'vitest';
import { ip } from '../../lib/ip.ts';
import type { DnsAnswer, DnsQuestion, DnsRecord } from '../../net/wire/dns.ts';
import { NS_PER_S } from '../../sim/sim.ts';
import { DnsCache } from './dns-cache.ts';
import { zoneAuthority } from './kubernetes-zone.ts';

const QUESTION: DnsQuestion = { name: 'web.default.svc.cluster.local', type: 'A' };
/** `success 9984 30`, `denial 9984 5`: the cluster's zone at NodeLocal DNSCache. */
const LIMITS = { success: 30, denial: 5 };

const address = (ttl: number): DnsAnswer => ({
  answers: [{ ...QUESTION, type: 'A', address: ip('10.96.0.20'), ttl }],
});
const denied = (rcode: 'NXDOMAIN' | 'NOERROR', ttl = 30): DnsAnswer => ({
  rcode,
  authority: [zoneAuthority('cluster.local', ttl, 1)],
});

/** Whole seconds an answer is kept, found by asking at each half second. */
function keptSeconds(answer: DnsAnswer): number {
  const cache = new DnsCache();
  cache.put(QUESTION, answer, LIMITS, 0);
  let seconds = 0;
  while (cache.get(QUESTION, (seconds + 0.5) * NS_PER_S) !== null) seconds++;
  return seconds;
}

describe('kept for', () => {
  test.each([
    ['an address as long as it says', address(12), 12],
    ['an address no longer than the Corefile allows', address(300), 30],
    ['an address never shorter than five seconds', address(1), 5],
    ['no such name no longer than the Corefile allows for it', denied('NXDOMAIN'), 5],
    ['no data as no such name', denied('NOERROR'), 5],
    ['a denial that nobody signs for: not at all', { rcode: 'NXDOMAIN' } satisfies DnsAnswer, 0],
    ['a failure five seconds', { rcode: 'SERVFAIL' } satisfies DnsAnswer, 5],
    ['a refusal: not at all', { rcode: 'REFUSED' } satisfies DnsAnswer, 0],
  ])('%s', (_, answer, seconds) => {
    expect(keptSeconds(answer)).toBe(seconds);
  });
});

test('a kept answer tells what is left of its time, and that only', () => {
  const cache = new DnsCache();
  cache.put(QUESTION, address(300), LIMITS, 0);
  const ttls = (at: number): readonly number[] =>
    (cache.get(QUESTION, at * NS_PER_S)?.answers ?? []).map(({ ttl }: DnsRecord) => ttl);
  expect([ttls(0), ttls(10.5), ttls(29.9), ttls(30)]).toEqual([[30], [19], [0], []]);
});

test('another type of the same name is another question', () => {
  const cache = new DnsCache();
  cache.put(QUESTION, address(30), LIMITS, 0);
  expect(cache.get({ ...QUESTION, type: 'AAAA' }, 0)).toBeNull();
});
