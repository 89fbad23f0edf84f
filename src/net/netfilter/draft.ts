/**
 * A table under change: the operations of one iptables-restore section or one command, applied all or not at all.
 *
 * Chains are copied when first written, so what a change does not touch keeps its identity (and with it counters and ids).
 */
import type { Provenance } from '../../lib/provenance.ts';
import type { TableName } from './hooks.ts';
import { Refusal } from './parse-values.ts';
import type { RuleSpec } from './rule-parse.ts';
import type { Chain, Rule, Table } from './ruleset.ts';

/** A chain's first words when it is unknown. */
const NO_CHAIN = 'No chain/target/match by that name.';

interface ChainDraft {
  readonly name: string;
  policy: 'ACCEPT' | 'DROP' | null;
  rules: Rule[];
  /** The chain this was copied from, null when new. */
  readonly origin: Chain | null;
  /** Where its rules lead, once asked for; forgotten when they change. */
  jumps: readonly string[] | null;
}

export interface TableChange {
  readonly table: Table;
  readonly added: readonly Rule[];
  readonly removed: readonly Rule[];
  /** Names of chains that differ from before, deleted ones included. */
  readonly chains: readonly string[];
}

function busy(chain: string): Refusal {
  return new Refusal(`CHAIN_DEL failed (Device or resource busy): chain ${chain}`, 'kernel');
}

/** Chains that rules may jump to, of a chain. */
export function jumpsOf(rules: readonly Rule[]): string[] {
  const names = new Set<string>();
  for (const { target } of rules)
    if (target !== null && (target.kind === 'jump' || target.kind === 'goto')) names.add(target.chain);
  return [...names];
}

/** Makes what a draft puts into its table; what another namespace has too may be the very same. */
interface Maker {
  rule(chain: string, spec: RuleSpec, by: Provenance): Rule;
  chain(name: string, policy: Chain['policy'], rules: readonly Rule[]): Chain;
}

export class TableDraft {
  readonly #base: Table;
  readonly #changed = new Map<string, ChainDraft | null>();
  readonly #make: Maker;
  /** Jump targets of chains of the ruleset in force; they never change. */
  readonly #jumps: WeakMap<Chain, readonly string[]>;

  constructor(base: Table, make: Maker, jumps: WeakMap<Chain, readonly string[]>) {
    this.#base = base;
    this.#make = make;
    this.#jumps = jumps;
  }

  get name(): TableName {
    return this.#base.name;
  }

  has(chain: string): boolean {
    const changed = this.#changed.get(chain);
    return changed === undefined ? this.#base.chains.has(chain) : changed !== null;
  }

  isBase(chain: string): boolean {
    return (this.#base.chains.get(chain)?.policy ?? null) !== null;
  }

  /** The rules of a chain as they stand. */
  rules(chain: string): readonly Rule[] {
    return this.#read(chain).rules;
  }

  #read(chain: string): Chain | ChainDraft {
    const changed = this.#changed.get(chain);
    const found = changed === undefined ? this.#base.chains.get(chain) : changed;
    if (found === undefined || found === null) throw new Refusal(NO_CHAIN, 'failed');
    return found;
  }

  #write(chain: string): ChainDraft {
    const changed = this.#changed.get(chain);
    if (changed !== undefined && changed !== null) {
      changed.jumps = null;
      return changed;
    }
    const origin = this.#read(chain);
    const draft: ChainDraft = { name: origin.name, policy: origin.policy, rules: [...origin.rules], origin, jumps: null };
    this.#changed.set(chain, draft);
    return draft;
  }

  create(chain: string): void {
    if (this.has(chain)) throw new Refusal('Chain already exists.', 'failed');
    this.#changed.set(chain, {
      name: chain,
      policy: null,
      rules: [],
      origin: this.#base.chains.get(chain) ?? null,
      jumps: null,
    });
  }

  /** Empties a chain, making it when it is not there (a `:CHAIN` line of iptables-restore). */
  reset(chain: string): void {
    if (!this.has(chain)) {
      this.create(chain);
      return;
    }
    this.#changed.set(chain, {
      name: chain,
      policy: this.#read(chain).policy,
      rules: [],
      origin: this.#base.chains.get(chain) ?? null,
      jumps: null,
    });
  }

  flush(chain: string): void {
    if (this.#read(chain).rules.length > 0) this.#write(chain).rules = [];
  }

  /** Empties the table: no rules, no user chains, policies ACCEPT (iptables-restore without --noflush). */
  clear(): void {
    for (const [name, chain] of this.#base.chains) {
      if (chain.policy === null) this.#changed.set(name, null);
      else if (chain.rules.length > 0 || chain.policy !== 'ACCEPT') {
        this.#changed.set(name, { name, policy: 'ACCEPT', rules: [], origin: chain, jumps: null });
      }
    }
  }

  delete(chain: string): void {
    if (this.isBase(chain)) throw busy(chain);
    if (this.#read(chain).rules.length > 0) throw busy(chain);
    this.#changed.set(chain, null);
  }

  rename(from: string, to: string): void {
    if (this.isBase(from)) throw new Refusal(NO_CHAIN, 'failed');
    if (this.has(to)) throw new Refusal('File exists.', 'failed');
    const { rules } = this.#read(from);
    this.#changed.set(to, {
      name: to,
      policy: null,
      rules: rules.map((rule) => ({ ...rule, text: `-A ${to}${rule.text.slice(3 + from.length)}` })),
      origin: null,
      jumps: null,
    });
    this.#changed.set(from, null);
    for (const name of this.chainNames()) this.#retarget(name, from, to);
  }

  #retarget(name: string, from: string, to: string): void {
    const { rules } = this.#read(name);
    for (const [index, rule] of rules.entries()) {
      const { target } = rule;
      if (target === null || (target.kind !== 'jump' && target.kind !== 'goto') || target.chain !== from) continue;
      const text = rule.text.slice(0, rule.text.length - from.length) + to;
      this.#write(name).rules[index] = { ...rule, text, target: { ...target, chain: to } };
    }
  }

  policy(chain: string, policy: 'ACCEPT' | 'DROP'): void {
    if (!this.isBase(chain)) throw new Refusal('Bad built-in chain name.', 'failed');
    if (this.#read(chain).policy !== policy) this.#write(chain).policy = policy;
  }

  append(chain: string, spec: RuleSpec, by: Provenance): Rule {
    const { name, rules } = this.#write(chain);
    const rule = this.#make.rule(name, spec, by);
    rules.push(rule);
    return rule;
  }

  /** Inserts before the `number`th rule (1-based; one past the end appends). */
  insert(chain: string, number: number, spec: RuleSpec, by: Provenance): Rule {
    const { rules } = this.#write(chain);
    if (number < 1 || number > rules.length + 1) throw new Refusal('Index of insertion too big.', 'failed');
    const rule = this.#make.rule(chain, spec, by);
    rules.splice(number - 1, 0, rule);
    return rule;
  }

  replace(chain: string, number: number, spec: RuleSpec, by: Provenance): Rule {
    const { rules } = this.#write(chain);
    if (number < 1 || number > rules.length) throw new Refusal('Index of replacement too big.', 'failed');
    const rule = this.#make.rule(chain, spec, by);
    rules[number - 1] = rule;
    return rule;
  }

  deleteNumber(chain: string, number: number): void {
    const { rules } = this.#write(chain);
    if (number < 1 || number > rules.length) throw new Refusal('Index of deletion too big.', 'failed');
    rules.splice(number - 1, 1);
  }

  /** 0-based place of the first rule that says the same, or -1. */
  find(chain: string, spec: RuleSpec): number {
    const text = `-A ${chain}${spec.tail}`;
    return this.#read(chain).rules.findIndex((rule) => rule.text === text);
  }

  deleteSpec(chain: string, spec: RuleSpec): void {
    const index = this.find(chain, spec);
    if (index < 0) throw new Refusal('Bad rule (does a matching rule exist in that chain?).', 'failed');
    this.#write(chain).rules.splice(index, 1);
  }

  chainNames(): string[] {
    const names = [...this.#base.chains.keys()].filter((name) => this.has(name));
    for (const name of this.#changed.keys()) if (!this.#base.chains.has(name) && this.has(name)) names.push(name);
    return names;
  }

  #jumpsOf(chain: Chain | ChainDraft): readonly string[] {
    if ('origin' in chain) return (chain.jumps ??= jumpsOf(chain.rules));
    let jumps = this.#jumps.get(chain);
    if (jumps === undefined) {
      jumps = jumpsOf(chain.rules);
      this.#jumps.set(chain, jumps);
    }
    return jumps;
  }

  /** Throws when a jump leads nowhere, a deleted chain is still used, or chains form a loop. Only new jumps need be looked at. */
  #check(): void {
    const done = new Set<string>();
    for (const [name, draft] of this.#changed) {
      if (draft === null) continue;
      const known = new Set(draft.origin === null ? [] : this.#jumpsOf(draft.origin));
      for (const to of this.#jumpsOf(draft)) {
        if (known.has(to)) continue;
        if (!this.has(to)) throw new Refusal(`Chain '${to}' does not exist`);
        if (this.isBase(to)) {
          throw new Refusal(`RULE_APPEND failed (No such file or directory): rule in chain ${name}`, 'kernel');
        }
        this.#checkLoop(to, { from: name, path: new Set([name]), done });
      }
    }
    if ([...this.#changed.values()].some((draft) => draft === null)) this.#checkDeleted();
  }

  #checkDeleted(): void {
    for (const name of this.chainNames()) {
      for (const to of this.#jumpsOf(this.#read(name))) {
        if (!this.has(to)) throw busy(to);
      }
    }
  }

  /** True when a base chain leads to the chain. */
  #reachable(chain: string): boolean {
    const seen = new Set<string>();
    const stack = this.chainNames().filter((name) => this.isBase(name));
    for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
      if (name === chain) return true;
      if (seen.has(name) || !this.has(name)) continue;
      seen.add(name);
      stack.push(...this.#jumpsOf(this.#read(name)));
    }
    return false;
  }

  /**
   * The kernel refuses chains that lead back to themselves once a packet could get there. A loop that was not there before, or
   * not reachable, is found from a changed chain. `done` holds chains known to lead to none.
   */
  #checkLoop(name: string, search: { readonly from: string; readonly path: Set<string>; readonly done: Set<string> }): void {
    const { from, path, done } = search;
    if (done.has(name) || !this.has(name)) return;
    if (path.has(name)) {
      if (!this.#reachable(name)) return;
      throw new Refusal(`RULE_APPEND failed (Too many links): rule in chain ${from}`, 'kernel');
    }
    path.add(name);
    for (const to of this.#jumpsOf(this.#read(name))) this.#checkLoop(to, search);
    path.delete(name);
    done.add(name);
  }

  /** The new table and what changed; throws Refusal and changes nothing when it cannot be. */
  finish(): TableChange {
    this.#check();
    const added: Rule[] = [];
    const removed: Rule[] = [];
    const chains: string[] = [];
    const fresh: Chain[] = [];
    const next = new Map(this.#base.chains);
    for (const [name, draft] of this.#changed) {
      const before = this.#base.chains.get(name) ?? null;
      if (draft === null) {
        if (before === null) continue;
        next.delete(name);
        removed.push(...before.rules);
      } else {
        if (before !== null && draft.policy === before.policy && draft.rules.length === 0 && before.rules.length === 0)
          continue;
        const chain = this.#make.chain(name, draft.policy, draft.rules);
        if (before === null) fresh.push(chain);
        else next.set(name, chain);
        diffRules(before?.rules ?? [], draft.rules, added, removed);
      }
      chains.push(name);
    }
    return { table: { name: this.#base.name, chains: withFresh(next, fresh) }, added, removed, chains };
  }
}

function diffRules(before: readonly Rule[], after: readonly Rule[], added: Rule[], removed: Rule[]): void {
  if (before.length === 0) {
    for (const rule of after) added.push(rule);
    return;
  }
  const kept = new Set(after);
  for (const rule of before) if (!kept.delete(rule)) removed.push(rule);
  for (const rule of kept) added.push(rule);
}

function byName(a: Chain, b: Chain): number {
  return a.name < b.name ? -1 : 1;
}

/** Merges new chains into their place by name, behind the base chains. */
function withFresh(chains: Map<string, Chain>, fresh: Chain[]): ReadonlyMap<string, Chain> {
  if (fresh.length === 0) return chains;
  fresh.sort(byName);
  const merged = new Map<string, Chain>();
  let at = 0;
  for (const chain of chains.values()) {
    if (chain.policy === null) {
      for (let next = fresh[at]; next !== undefined && next.name < chain.name; next = fresh[++at]) merged.set(next.name, next);
    }
    merged.set(chain.name, chain);
  }
  for (const chain of fresh.slice(at)) merged.set(chain.name, chain);
  return merged;
}
