/**
 * CoreDNS' cache (plugin/cache): answers, and that there are none, for as long as they and the Corefile allow.
 *
 * Simplification: no prefetch, no serve_stale, no limit of entries.
 */
import { NS_PER_S, type Instant } from '../../sim/sim.ts';
import type { DnsAnswer, DnsQuestion, DnsRecord } from '../../net/wire/dns.ts';

export interface CacheLimits {
  /** Longest an answer is kept, seconds. */
  readonly success: number;
  /** Longest that "no such name" and "no data" are. */
  readonly denial: number;
}

/** Shortest that anything is kept, and how long a failure is. */
const MIN_SECONDS = 5;

interface Entry {
  readonly answer: DnsAnswer;
  readonly until: Instant;
}

export class DnsCache {
  #entries: ReadonlyMap<string, Entry> = new Map();

  /** The kept answer with what is left of its time; null when there is none. */
  get({ name, type }: DnsQuestion, now: Instant): DnsAnswer | null {
    const entry = this.#entries.get(`${type} ${name}`);
    if (entry === undefined || entry.until <= now) return null;
    const ttl = Math.floor((entry.until - now) / NS_PER_S);
    const aged = (records: readonly DnsRecord[] = []): readonly DnsRecord[] => records.map((record) => ({ ...record, ttl }));
    const { answers, authority, additional } = entry.answer;
    // Some clients throw away what is not authoritative, so a cached answer says it is (cache/item.go toMsg).
    return { ...entry.answer, aa: true, answers: aged(answers), authority: aged(authority), additional: aged(additional) };
  }

  put({ name, type }: DnsQuestion, answer: DnsAnswer, limits: CacheLimits, now: Instant): void {
    const seconds = secondsOf(answer, limits);
    if (seconds > 0)
      this.#entries = new Map([...this.#entries, [`${type} ${name}`, { answer, until: now + seconds * NS_PER_S }]]);
  }

  /** Returns a closure that forgets what was learnt since. */
  checkpoint(): () => void {
    const entries = this.#entries;
    return () => {
      this.#entries = entries;
    };
  }
}

function secondsOf({ rcode = 'NOERROR', answers = [], authority = [] }: DnsAnswer, limits: CacheLimits): number {
  if (rcode === 'SERVFAIL') return MIN_SECONDS;
  if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN') return 0;
  const denies = rcode === 'NXDOMAIN' || answers.length === 0;
  const soa = authority.find((record) => record.type === 'SOA');
  // A denial without authority says nothing about how long it holds.
  if (denies && soa === undefined) return 0;
  const own = denies && soa?.type === 'SOA' ? Math.min(soa.ttl, soa.minimum) : Math.min(...answers.map(({ ttl }) => ttl));
  return Math.max(MIN_SECONDS, Math.min(own, denies ? limits.denial : limits.success));
}
