/**
 * Packets and bytes per rule and per base chain: what `iptables -nvL` shows. Bytes are the length of the IP packet.
 *
 * Counters stand apart from the rules because they move with every packet. A reader's snapshot is the map itself; the next
 * count makes a copy first, so a snapshot costs nothing until the counters move.
 */
import { TABLES_OF_HOOK, type TableName } from './hooks.ts';

export interface Counter {
  readonly packets: number;
  readonly bytes: number;
}

/** Counters as they were at one moment: rules by id, policies by `table/CHAIN`. A missing entry is zero. */
export interface CounterSnapshot {
  readonly rules: ReadonlyMap<number, Counter>;
  readonly policies: ReadonlyMap<string, Counter>;
}

export const ZERO: Counter = { packets: 0, bytes: 0 };

/** `table/CHAIN` of every base chain, by table and chain: each packet counts on several. */
const POLICY_KEYS: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  [...new Set(Object.values(TABLES_OF_HOOK).flat())].map((table) => [
    table,
    new Map(Object.keys(TABLES_OF_HOOK).map((hook) => [hook, `${table}/${hook}`])),
  ]),
);

function policyKey(table: TableName, chain: string): string {
  return POLICY_KEYS.get(table)?.get(chain) ?? `${table}/${chain}`;
}

export class Counters {
  #rules = new Map<number, Counter>();
  #policies = new Map<string, Counter>();
  /** Handed out: copy before writing. */
  #shared: CounterSnapshot | null = null;

  #own(): void {
    if (this.#shared === null) return;
    this.#rules = new Map(this.#rules);
    this.#policies = new Map(this.#policies);
    this.#shared = null;
  }

  rule(id: number): Counter {
    return this.#rules.get(id) ?? ZERO;
  }

  policy(table: TableName, chain: string): Counter {
    return this.#policies.get(policyKey(table, chain)) ?? ZERO;
  }

  /** Counts one packet of `bytes` on a rule and returns its packets so far. */
  countRule(id: number, bytes: number): number {
    this.#own();
    const now = this.rule(id);
    this.#rules.set(id, { packets: now.packets + 1, bytes: now.bytes + bytes });
    return now.packets + 1;
  }

  countPolicy(table: TableName, chain: string, bytes: number): void {
    this.#own();
    const key = policyKey(table, chain);
    const now = this.#policies.get(key) ?? ZERO;
    this.#policies.set(key, { packets: now.packets + 1, bytes: now.bytes + bytes });
  }

  setRule(id: number, counter: Counter): void {
    this.#own();
    if (counter.packets === 0 && counter.bytes === 0) this.#rules.delete(id);
    else this.#rules.set(id, counter);
  }

  setPolicy(table: TableName, chain: string, counter: Counter): void {
    this.#own();
    this.#policies.set(policyKey(table, chain), counter);
  }

  /** Rules that a packet has matched since their counters were last zero. */
  countedRules(): readonly number[] {
    return [...this.#rules.keys()];
  }

  /** Forgets rules that no longer exist. */
  drop(ids: Iterable<number>): void {
    this.#own();
    for (const id of ids) this.#rules.delete(id);
  }

  snapshot(): CounterSnapshot {
    this.#shared ??= { rules: this.#rules, policies: this.#policies };
    return this.#shared;
  }

  restore(snapshot: CounterSnapshot): void {
    this.#rules = new Map(snapshot.rules);
    this.#policies = new Map(snapshot.policies);
    this.#shared = null;
  }
}
