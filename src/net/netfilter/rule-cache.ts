/**
 * Rules that were read before, by table and line: every node of a cluster is told much the same text, and a full sync says again what
 * stands. What is kept is immutable, so kernels share it: the line as it was understood, the rule made of it, and the whole chain.
 *
 * A namespace never has one rule twice, nor again once it was gone: its counters hang on the rule's id (`IdSet`).
 */
import type { Provenance } from '../../lib/provenance.ts';
import type { Instant } from '../../sim/sim.ts';
import type { TableName } from './hooks.ts';
import type { IdSet } from './id-set.ts';
import type { ParsedRule, RuleSpec } from './rule-parse.ts';
import type { Chain, Rule } from './ruleset.ts';
import { owned } from './words.ts';

/** An `-A` line as it was understood. */
export interface ReadRule extends ParsedRule {
  readonly chain: string;
}

/** Beyond this nothing more is kept: 20,000 Services of 10 endpoints. */
const MAX_LINES = 500_000;

/** Who makes rules, when, and which ones that namespace had before. */
export interface RuleMaking {
  readonly madeBy: Provenance;
  readonly madeAt: Instant;
  readonly had: IdSet;
}

export class RuleCache {
  readonly #tables = new Map<TableName, Map<string, ReadRule>>();
  readonly #names = new Map<string, string>();
  /** Rules made last of a line: one, unless a namespace says a line twice. */
  readonly #made = new WeakMap<RuleSpec, Rule[]>();
  /** Chains made last, by their first rule; those without rules by name. */
  readonly #chains = new WeakMap<Rule, Chain>();
  readonly #empty = new Map<string, Chain>();
  #size = 0;
  /** The id of the next rule, over all namespaces. */
  nextRuleId = 1;

  /** One string for a chain's name, however often it is read. */
  name(text: string): string {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const name = owned(text);
    if (this.#names.size < MAX_LINES) this.#names.set(name, name);
    return name;
  }

  get(table: TableName, line: string): ReadRule | undefined {
    return this.#tables.get(table)?.get(line);
  }

  put(table: TableName, line: string, rule: ReadRule): void {
    if (this.#size >= MAX_LINES) return;
    let lines = this.#tables.get(table);
    if (lines === undefined) {
      lines = new Map();
      this.#tables.set(table, lines);
    }
    lines.set(line, rule);
    this.#size++;
  }

  /** A rule of a line that was read: another namespace's, made by the same at the same time, or a new one. */
  rule(chain: string, spec: RuleSpec, { madeBy, madeAt, had }: RuleMaking): Rule {
    // Only lines of this cache come again.
    if (spec.text === undefined) return this.#make(chain, spec, madeBy, madeAt);
    const made = this.#made.get(spec);
    const known = made?.find((rule) => sameMaker(rule.madeBy, madeBy) && rule.madeAt === madeAt && !had.has(rule.id));
    const rule = known ?? this.#make(chain, spec, madeBy, madeAt);
    had.add(rule.id);
    if (known !== undefined) return rule;
    if (made?.[0]?.madeAt === madeAt) made.push(rule);
    else this.#made.set(spec, [rule]);
    return rule;
  }

  /** A chain of these rules: another namespace's where it is the same, else one that takes `rules` as they are. */
  chain(name: string, policy: Chain['policy'], rules: readonly Rule[]): Chain {
    const [first] = rules;
    const known = first === undefined ? this.#empty.get(name) : this.#chains.get(first);
    if (known?.name === name && known.policy === policy && sameRules(known.rules, rules)) return known;
    // A copy is as long as it must be; a list that grew has room to grow.
    const chain: Chain = { name, policy, rules: rules.slice() };
    if (first !== undefined) this.#chains.set(first, chain);
    else if (this.#empty.size < MAX_LINES) this.#empty.set(name, chain);
    return chain;
  }

  #make(chain: string, spec: RuleSpec, madeBy: Provenance, madeAt: Instant): Rule {
    const text = spec.text ?? `-A ${chain}${spec.tail}`;
    return { id: this.nextRuleId++, text, matches: spec.matches, target: spec.target, madeBy, madeAt };
  }
}

function sameRules(a: readonly Rule[], b: readonly Rule[]): boolean {
  return a.length === b.length && a.every((rule, index) => rule === b[index]);
}

/** Every node's kube-proxy words it for itself. */
function sameMaker(a: Provenance, b: Provenance): boolean {
  return a === b || (a.actor === b.actor && a.action === b.action && a.object === b.object && a.field === b.field);
}
