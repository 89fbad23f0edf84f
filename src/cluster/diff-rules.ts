/**
 * The iptables side of what a command changed: chains and rules added and removed, each with who did it.
 */
import type { TableName } from '../net/netfilter/hooks.ts';
import type { Chain, Rule, Ruleset } from '../net/netfilter/ruleset.ts';
import type { NetnsView } from '../net/view.ts';
import { actorName, type ChangeGroups } from './change-groups.ts';
import type { Ref } from './snapshot.ts';

const NO_CHAINS: ReadonlyMap<string, Chain> = new Map();

/** Chains and rules of a namespace that came or went. */
export function diffRules(groups: ChangeGroups, node: string, before: NetnsView | null, after: NetnsView | null): void {
  const old = before?.netfilter.ruleset;
  const now = after?.netfilter.ruleset;
  if (old === now) return;
  for (const table of ['raw', 'mangle', 'nat', 'filter'] as const) {
    if (old?.[table] !== now?.[table]) diffTable(groups, node, table, old, now);
  }
}

function diffTable(
  groups: ChangeGroups,
  node: string,
  table: TableName,
  old: Ruleset | undefined,
  now: Ruleset | undefined,
): void {
  const oldChains = old?.[table].chains ?? NO_CHAINS;
  const nowChains = now?.[table].chains ?? NO_CHAINS;
  for (const [name, chain] of nowChains) {
    const before = oldChains.get(name);
    if (before === chain) continue;
    const ref: Ref = { kind: 'chain', node, netns: 'root', table, chain: name };
    const maker = chain.rules[0]?.madeBy ?? before?.rules[0]?.madeBy;
    if (before === undefined)
      groups.add(maker === undefined ? chainOwner(name) : actorName(maker), node, {
        op: 'added',
        what: 'chain',
        text: `${table} ${name}`,
        ref,
      });
    diffChain(groups, node, table, name, before?.rules ?? [], chain.rules);
  }
  for (const [name, chain] of oldChains) {
    if (nowChains.has(name)) continue;
    const maker = chain.rules[0]?.madeBy;
    groups.add(maker === undefined ? chainOwner(name) : actorName(maker), node, {
      op: 'removed',
      what: 'chain',
      text: `${table} ${name}`,
      ref: null,
    });
    diffChain(groups, node, table, name, chain.rules, []);
  }
}

function diffChain(
  groups: ChangeGroups,
  node: string,
  table: TableName,
  chain: string,
  old: readonly Rule[],
  now: readonly Rule[],
): void {
  const oldTexts = new Set(old.map((rule) => rule.text));
  const nowTexts = new Set(now.map((rule) => rule.text));
  for (const [index, rule] of now.entries()) {
    if (oldTexts.has(rule.text)) continue;
    const ref: Ref = { kind: 'rule', node, netns: 'root', table, chain, number: index + 1 };
    groups.add(actorName(rule.madeBy), node, { op: 'added', what: 'rule', text: `${table} ${rule.text}`, ref });
  }
  for (const rule of old) {
    if (!nowTexts.has(rule.text))
      groups.add(actorName(rule.madeBy), node, { op: 'removed', what: 'rule', text: `${table} ${rule.text}`, ref: null });
  }
}

/** Whose chains begin with what. */
const CHAIN_OWNERS: readonly (readonly [prefix: string, owner: string])[] = [
  ['KUBE-', 'kube-proxy'],
  ['FLANNEL-', 'flanneld'],
  ['KIND-MASQ-', 'kindnetd'],
  ['WEAVE-NPC', 'weave-npc'],
  ['WEAVE', 'weave'],
];

/** Chains without rules name no maker; their prefix does. */
function chainOwner(name: string): string {
  return CHAIN_OWNERS.find(([prefix]) => name.startsWith(prefix))?.[1] ?? 'user';
}
