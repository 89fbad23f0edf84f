/**
 * Walks a packet through one table at one hook (net/ipv4/netfilter/ip_tables.c ipt_do_table, nft_do_chain).
 *
 * Rules that fail by matches that only read are recorded as runs; a rule that matched, or whose stateful match was asked, is a
 * step of its own. Long chains are tried by their index (`index.ts`), which changes nothing but the time it takes.
 * Simplification: rules of a table that was never written do not exist (nf_tables makes base chains on first use).
 */
import { assert, assertExists, assertNever } from '../../lib/assert.ts';
import type { Place } from '../trace/recorder.ts';
import type { FailedMatch, RuleVerdict } from '../trace/trace.ts';
import type { Skb } from '../skb.ts';
import type { Ipv4Packet } from '../wire/packet.ts';
import type { Counters } from './counters.ts';
import type { Hook, RejectWith, RuleRef, TableName } from './hooks.ts';
import { buildIndex, candidates, type ChainIndex } from './index.ts';
import { isStateful, type Match } from './match.ts';
import { explainFailure, passes } from './match-eval.ts';
import { packetBytes, type PacketFacts } from './packet-facts.ts';
import { addressTypesOf, asksForReversePath, asksForSets, asksForTypes } from './expand.ts';
import type { Chain, Rule, Table } from './ruleset.ts';
import type { StatefulMatches, StatefulOutcome } from './stateful.ts';
import { isNat, type NatTarget, type Target } from './target.ts';

/** What became of the packet in a table. */
export type TableVerdict =
  | { readonly kind: 'ACCEPT' }
  | { readonly kind: 'DROP'; readonly at: RuleRef | null }
  | { readonly kind: 'REJECT'; readonly at: RuleRef; readonly with: RejectWith }
  | { readonly kind: 'NAT'; readonly at: RuleRef; readonly target: NatTarget };

/** Where the walk happens and what it may change. */
export interface Walk {
  readonly hook: Hook;
  readonly skb: Skb;
  readonly place: Place;
  readonly facts: PacketFacts;
}

/** A chain being walked; `next` is the 0-based rule to go on with. */
interface Frame {
  readonly chain: Chain;
  /** Rules worth trying, null for all. */
  readonly tries: readonly number[] | null;
  /** What rules of the chain ask the namespace for. */
  readonly asks: ChainInfo['asks'];
  /** Position in `tries`, or rule number when it is null. */
  cursor: number;
  next: number;
}

/** Jumps deeper than this cannot be loaded, so only a broken invariant gets here. */
const MAX_DEPTH = 1024;

export class TableWalker {
  readonly #state: RunState;
  readonly #indexed: boolean;
  readonly #known = new WeakMap<Chain, ChainInfo>();

  /** `indexed: false` walks every chain rule by rule; for tests and measurements. */
  constructor(options: { readonly counters: Counters; readonly stateful: StatefulMatches; readonly indexed: boolean }) {
    const { counters, stateful } = options;
    this.#state = { counters, stateful, enter: (chain, facts) => this.#enter(chain, facts) };
    this.#indexed = options.indexed;
  }

  run(table: Table, walk: Walk): TableVerdict {
    const base = assertExists(table.chains.get(walk.hook), () => `table ${table.name} has no chain ${walk.hook}`);
    return new TableRun(table, walk, this.#state).run(base);
  }

  #enter(chain: Chain, facts: PacketFacts): Frame {
    let info = this.#known.get(chain);
    if (info === undefined) {
      info = {
        index: this.#indexed ? buildIndex(chain) : null,
        asks: { types: asksForTypes(chain), sets: asksForSets(chain), reversePath: asksForReversePath(chain) },
      };
      this.#known.set(chain, info);
    }
    const tries = info.index === null ? null : candidates(info.index, facts);
    return { chain, tries, asks: info.asks, cursor: 0, next: 0 };
  }
}

/** What is found out about a chain once. */
interface ChainInfo {
  readonly index: ChainIndex | null;
  readonly asks: { readonly types: boolean; readonly sets: boolean; readonly reversePath: boolean };
}

interface RunState {
  readonly counters: Counters;
  readonly stateful: StatefulMatches;
  enter(chain: Chain, facts: PacketFacts): Frame;
}

/** One packet in one table. */
class TableRun {
  readonly #table: Table;
  readonly #walk: Walk;
  readonly #state: RunState;
  readonly #stack: Frame[] = [];
  readonly #bytes: number;
  #draw: StatefulOutcome['draw'] = null;
  #failed: FailedMatch | null = null;

  constructor(table: Table, walk: Walk, state: RunState) {
    this.#table = table;
    this.#walk = walk;
    this.#state = state;
    this.#bytes = packetBytes(walk.facts);
  }

  run(base: Chain): TableVerdict {
    let frame = this.#enter(base);
    for (;;) {
      const at = nextTry(frame);
      if (at === null) {
        this.#recordRun(frame, frame.chain.rules.length);
        const outer = this.#leave(frame, base);
        if (outer === null) return this.#policy(base);
        frame = outer;
        continue;
      }
      const rule = assertExists(frame.chain.rules[at], 'a rule to try is not in its chain');
      const matched = this.#matches(rule);
      if (!matched) {
        if (this.#failed !== null) {
          this.#recordRun(frame, at);
          frame.next = at + 1;
          this.#recordRule(frame, at, rule, null);
        }
        continue;
      }
      this.#recordRun(frame, at);
      frame.next = at + 1;
      const { target } = rule;
      const packets = this.#state.counters.countRule(rule.id, this.#bytes);
      this.#recordRule(frame, at, rule, packets);
      const verdict = target === null ? null : this.#decide(target, frame.chain, at, rule);
      if (verdict !== null) return verdict;
      if (target === null) continue;
      if (target.kind === 'jump') {
        this.#stack.push(frame);
        frame = this.#enter(this.#chain(target.chain));
      } else if (target.kind === 'goto') frame = this.#enter(this.#chain(target.chain));
      else if (target.kind === 'RETURN') {
        const outer = this.#stack.pop();
        if (outer === undefined) return this.#policy(base);
        frame = outer;
      }
    }
  }

  #chain(name: string): Chain {
    assert(this.#stack.length < MAX_DEPTH, `jump stack of ${MAX_DEPTH} is full`);
    return assertExists(this.#table.chains.get(name), () => `no chain ${name} in ${this.#table.name}`);
  }

  #enter(chain: Chain): Frame {
    return this.#state.enter(chain, this.#walk.facts);
  }

  /** The end of a chain: back to the caller, or null at the end of the base chain. */
  #leave(frame: Frame, base: Chain): Frame | null {
    const outer = this.#stack.pop();
    if (outer !== undefined || frame.chain !== base)
      this.#recordEnd(frame.chain.name, 'RETURN', this.#stack.length + (outer === undefined ? 0 : 1));
    return outer ?? null;
  }

  #policy(base: Chain): TableVerdict {
    const policy = base.policy ?? 'ACCEPT';
    this.#state.counters.countPolicy(this.#table.name, base.name, this.#bytes);
    this.#recordEnd(base.name, policy, 0);
    return policy === 'DROP' ? { kind: 'DROP', at: null } : { kind: 'ACCEPT' };
  }

  /** Tries the matches in order; leaves why a stateful one failed in #failed, and what was drawn in #draw. */
  #matches(rule: Rule): boolean {
    this.#failed = null;
    this.#draw = null;
    const { matches } = rule;
    for (let i = 0; i < matches.length; i++) {
      const match = matches[i] as Match;
      if (!isStateful(match)) {
        if (!passes(match, this.#walk.facts)) {
          // A draw was made, so the rule is told by itself although a match that only reads failed it.
          if (this.#draw !== null) this.#failed = explainFailure(match, this.#walk.facts);
          return false;
        }
        continue;
      }
      const outcome = this.#state.stateful.evaluate(match, rule.id, i, this.#walk.facts);
      this.#draw = outcome.draw ?? this.#draw;
      if (!outcome.passed) {
        this.#failed = outcome.failed;
        return false;
      }
    }
    return true;
  }

  /** Carries out a target; null when the walk goes on. */
  #decide(target: Target, chain: Chain, at: number, rule: Rule): TableVerdict | null {
    const { skb, facts } = this.#walk;
    switch (target.kind) {
      case 'ACCEPT':
        return { kind: 'ACCEPT' };
      case 'DROP':
        return { kind: 'DROP', at: this.#ref(chain, at, rule) };
      case 'REJECT':
        return { kind: 'REJECT', at: this.#ref(chain, at, rule), with: target.with };
      case 'DNAT':
      case 'SNAT':
      case 'MASQUERADE':
      case 'REDIRECT':
        return { kind: 'NAT', at: this.#ref(chain, at, rule), target };
      case 'MARK':
        skb.mark = ((skb.mark & ~target.mask) ^ target.value) >>> 0;
        facts.mark = skb.mark;
        return null;
      case 'CONNMARK':
        applyConnmark(target, skb);
        facts.mark = skb.mark;
        return null;
      case 'CT':
      case 'NOTRACK':
        if (skb.nfct === null) skb.nfct = 'untracked';
        return null;
      case 'TCPMSS':
        clampMss(target.mss, skb);
        return null;
      case 'jump':
      case 'goto':
      case 'RETURN':
      case 'LOG':
      case 'NFLOG':
        return null;
      default:
        return assertNever(target);
    }
  }

  #ref(chain: Chain, at: number, rule: Rule): RuleRef {
    return { table: this.#table.name, chain: chain.name, number: at + 1, text: rule.text };
  }

  /** The rules from `frame.next` up to `until`, which failed by matches that only read. */
  #recordRun(frame: Frame, until: number): void {
    const { skb, hook, place, facts } = this.#walk;
    const count = until - frame.next;
    if (skb.recorder === null || count <= 0) return;
    skb.recorder.step(facts.now, place, skb, {
      kind: 'nf.run',
      hook,
      table: this.#table.name,
      chain: frame.chain,
      from: frame.next + 1,
      count,
      depth: this.#stack.length,
      iif: facts.iif,
      oif: facts.oif,
      physin: skb.physin,
      physout: skb.physout,
      ctstate: facts.ctstate,
      conn: facts.conn,
      addressTypes: frame.asks.types ? addressTypesOf(facts) : null,
      sets: frame.asks.sets ? facts.sets : null,
      reversePath: frame.asks.reversePath ? facts.reversePath : null,
    });
  }

  #recordRule(frame: Frame, at: number, rule: Rule, packets: number | null): void {
    const { skb, hook, place, facts } = this.#walk;
    if (skb.recorder === null) return;
    const matched = packets !== null;
    const { target } = rule;
    skb.recorder.step(facts.now, place, skb, {
      kind: 'nf.rule',
      hook,
      rule: this.#ref(frame.chain, at, rule),
      matched,
      failed: matched ? null : this.#failed,
      draw: this.#draw,
      verdict: matched ? verdictOf(target) : null,
      toChain: matched && target !== null && (target.kind === 'jump' || target.kind === 'goto') ? target.chain : null,
      packets: packets ?? this.#state.counters.rule(rule.id).packets,
      depth: this.#stack.length,
      madeBy: rule.madeBy,
    });
  }

  #recordEnd(chain: string, policy: 'ACCEPT' | 'DROP' | 'RETURN', depth: number): void {
    const { skb, hook, place, facts } = this.#walk;
    const table: TableName = this.#table.name;
    skb.recorder?.step(facts.now, place, skb, { kind: 'nf.end', hook, table, chain, policy, depth });
  }
}

/** The next rule to try, 0-based, or null at the end of the chain. */
function nextTry(frame: Frame): number | null {
  if (frame.tries === null) return frame.cursor < frame.chain.rules.length ? frame.cursor++ : null;
  return frame.tries[frame.cursor++] ?? null;
}

function verdictOf(target: Target | null): RuleVerdict {
  if (target === null) return 'CONTINUE';
  if (isNat(target)) return 'NAT';
  switch (target.kind) {
    case 'jump':
      return 'JUMP';
    case 'goto':
      return 'GOTO';
    case 'MARK':
    case 'CONNMARK':
      return 'MARK';
    case 'CT':
    case 'NOTRACK':
      return 'NOTRACK';
    case 'ACCEPT':
    case 'DROP':
    case 'REJECT':
    case 'RETURN':
      return target.kind;
    case 'LOG':
    case 'NFLOG':
    case 'TCPMSS':
      return 'CONTINUE';
    default:
      return assertNever(target);
  }
}

/** xt_connmark connmark_tg. */
function applyConnmark(target: Target & { kind: 'CONNMARK' }, skb: Skb): void {
  if (skb.nfct === null || skb.nfct === 'untracked') return;
  const { conn } = skb.nfct;
  switch (target.op) {
    case 'set':
      conn.mark = ((conn.mark & ~target.ctmask) ^ target.value) >>> 0;
      return;
    case 'save':
      conn.mark = ((conn.mark & ~target.ctmask) ^ (skb.mark & target.nfmask)) >>> 0;
      return;
    case 'restore':
      skb.mark = ((skb.mark & ~target.nfmask) ^ (conn.mark & target.ctmask)) >>> 0;
  }
}

/** TCPMSS --set-mss never raises the option. */
function clampMss(mss: number | null, skb: Skb): void {
  if (mss === null || skb.l3.kind !== 'ipv4' || skb.l3.l4.kind !== 'tcp') return;
  const { l4 } = skb.l3;
  if (l4.mss === null || l4.mss <= mss) return;
  const packet: Ipv4Packet = { ...skb.l3, l4: { ...l4, mss } };
  skb.l3 = packet;
}
