/**
 * The memory of matches: nth counters, limit buckets and the `recent` lists of one namespace (/proc/net/xt_recent).
 *
 * Models xt_statistic.c, xt_limit.c and xt_recent.c. Simplification: a recent list keeps 20 stamps of an address and 100
 * addresses (ip_list_tot, ip_pkt_list_tot), whatever --hitcount asks for; rttl compares the TTL the packet has here.
 */
import { ipFromU32 } from '../../lib/ip.ts';
import { NS_PER_S, type Instant } from '../../sim/sim.ts';
import type { FailedMatch } from '../trace/trace.ts';
import type { LimitMatch, NthMatch, RandomMatch, RecentMatch, StatefulMatch } from './match.ts';
import { printMatch } from './match-print.ts';
import { LIMIT_SCALE } from './parse-values.ts';
import type { PacketFacts } from './packet-facts.ts';

const MAX_STAMPS = 20;
const MAX_ADDRESSES = 100;
/** Keys of a rule's matches: its id times this, and the match's place. */
const KEYS_PER_RULE = 64;

interface RecentEntry {
  readonly stamps: readonly Instant[];
  readonly ttl: number;
}

interface Bucket {
  /** Credit in nanoseconds of waiting. */
  readonly credit: number;
  readonly at: Instant;
}

/** The outcome of a stateful match. */
export interface StatefulOutcome {
  readonly passed: boolean;
  readonly draw: { readonly value: number; readonly probability: number } | null;
  /** Null when passed. */
  readonly failed: FailedMatch | null;
}

export class StatefulMatches {
  #nth = new Map<number, number>();
  #buckets = new Map<number, Bucket>();
  /** By list name, then address; insertion order is least recently used first. */
  #recent = new Map<string, Map<string, RecentEntry>>();
  readonly #draw: (probability: number) => number;

  /** `draw` gives a u32 for a match of that probability. */
  constructor(draw: (probability: number) => number) {
    this.#draw = draw;
  }

  /** Evaluates a match of rule `ruleId`, the `index`th of the rule. */
  evaluate(match: StatefulMatch, ruleId: number, index: number, facts: PacketFacts): StatefulOutcome {
    const key = ruleId * KEYS_PER_RULE + index;
    switch (match.kind) {
      case 'random':
        return this.#random(match);
      case 'nth':
        return this.#countNth(match, key);
      case 'limit':
        return this.#spend(match, key, facts.now);
      case 'recent':
        return this.#checkRecent(match, facts);
    }
  }

  #random(match: RandomMatch): StatefulOutcome {
    const probability = match.threshold / 0x80000000;
    const drawn = this.#draw(probability) & 0x7fffffff;
    const passed = drawn < match.threshold !== match.invert;
    const draw = { value: drawn / 0x80000000, probability };
    return {
      passed,
      draw,
      failed: passed ? null : { text: words(match), packet: draw.value.toFixed(11), property: 'random draw' },
    };
  }

  #countNth(match: NthMatch, key: number): StatefulOutcome {
    // libxt_statistic starts the count so that the packet of that number is the first to match.
    const count = this.#nth.get(key) ?? match.every - 1 - match.packet;
    const next = count === match.every - 1 ? 0 : count + 1;
    this.#nth.set(key, next);
    return outcome((next === 0) !== match.invert, match, `packet ${next} of ${match.every}`, 'packet count');
  }

  #spend(match: LimitMatch, key: number, now: Instant): StatefulOutcome {
    const cost = (match.cost * NS_PER_S) / LIMIT_SCALE;
    const bucket = this.#buckets.get(key) ?? { credit: cost * match.burst, at: now };
    const credit = Math.min(bucket.credit + (now - bucket.at), cost * match.burst);
    const passed = credit >= cost;
    this.#buckets.set(key, { credit: passed ? credit - cost : credit, at: now });
    return outcome(passed, match, 'over the limit', 'rate');
  }

  #checkRecent(match: RecentMatch, facts: PacketFacts): StatefulOutcome {
    const address = ipFromU32((match.side === 'rsource' ? facts.src : facts.dst) & match.mask);
    const list = this.#recent.get(match.name) ?? new Map<string, RecentEntry>();
    this.#recent.set(match.name, list);
    const { ttl } = facts.packet;
    const found = list.get(address);
    const entry = found !== undefined && match.rttl && found.ttl !== ttl ? undefined : found;
    if (entry === undefined && match.op !== 'set')
      return outcome(match.invert, match, `${address} is not in the list`, 'recent list');
    const hit = this.#hits(match, entry, facts.now);
    const passed = hit !== match.invert;
    if (match.op === 'remove') list.delete(address);
    if (match.reap && (match.op === 'rcheck' || match.op === 'update')) reap(list, facts.now - (match.seconds ?? 0) * NS_PER_S);
    if (match.op === 'set' || (match.op === 'update' && passed))
      remember(list, address, { stamps: entry?.stamps ?? [], ttl }, facts.now);
    const age = entry?.stamps.at(-1);
    const seen = age === undefined ? address : `${address} seen ${Math.floor((facts.now - age) / NS_PER_S)} s ago`;
    return outcome(passed, match, seen, 'recent list');
  }

  #hits(match: RecentMatch, entry: RecentEntry | undefined, now: Instant): boolean {
    if (match.op === 'set' || match.op === 'remove') return true;
    const since = now - (match.seconds ?? 0) * NS_PER_S;
    const stamps = (entry?.stamps ?? []).filter((stamp) => match.seconds === null || stamp >= since);
    return stamps.length >= Math.max(1, match.hitcount ?? 1);
  }

  /** Rules put anew in their place: counts and buckets start again, lists live on under their names. */
  forget(ruleIds: Iterable<number>): void {
    const rules = new Set(ruleIds);
    for (const memory of [this.#nth, this.#buckets])
      for (const key of memory.keys()) if (rules.has(Math.floor(key / KEYS_PER_RULE))) memory.delete(key);
  }

  /** The lists as /proc/net/xt_recent has them: addresses with their stamps. */
  recentLists(): ReadonlyMap<string, ReadonlyMap<string, readonly Instant[]>> {
    return new Map(
      [...this.#recent].map(([name, list]) => [name, new Map([...list].map(([addr, { stamps }]) => [addr, stamps]))]),
    );
  }

  /** Returns a closure that brings this moment back. */
  checkpoint(): () => void {
    const nth = new Map(this.#nth);
    const buckets = new Map(this.#buckets);
    const recent = copyLists(this.#recent);
    return () => {
      this.#nth = new Map(nth);
      this.#buckets = new Map(buckets);
      this.#recent = copyLists(recent);
    };
  }
}

function copyLists(lists: Map<string, Map<string, RecentEntry>>): Map<string, Map<string, RecentEntry>> {
  return new Map([...lists].map(([name, list]) => [name, new Map(list)]));
}

/** Drops the least recently used address when even its last stamp is older than `before` (recent_entry_reap). */
function reap(list: Map<string, RecentEntry>, before: Instant): void {
  const [oldest] = list;
  if (oldest !== undefined && (oldest[1].stamps.at(-1) ?? 0) < before) list.delete(oldest[0]);
}

function remember(list: Map<string, RecentEntry>, address: string, entry: RecentEntry, now: Instant): void {
  list.delete(address);
  const [oldest] = list;
  if (oldest !== undefined && list.size >= MAX_ADDRESSES) list.delete(oldest[0]);
  list.set(address, { stamps: [...entry.stamps, now].slice(-MAX_STAMPS), ttl: entry.ttl });
}

function words(match: StatefulMatch): string {
  return printMatch(match)
    .trim()
    .replace(/^-m \w+ /, '');
}

function outcome(passed: boolean, match: StatefulMatch, packet: string, property: string): StatefulOutcome {
  return { passed, draw: null, failed: passed ? null : { text: words(match), packet, property } };
}
