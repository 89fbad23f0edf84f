/**
 * The tables before anybody wrote a rule: base chains in hook order, policy ACCEPT.
 */
import { TABLES_OF_HOOK, type Hook, type TableName } from './hooks.ts';
import type { Chain, Ruleset, Table } from './ruleset.ts';

const HOOKS: readonly Hook[] = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];

/** In the order iptables-save prints them. */
export const TABLE_NAMES: readonly TableName[] = ['mangle', 'raw', 'filter', 'nat'];

function emptyTable(name: TableName): Table {
  const chains = HOOKS.filter((hook) => TABLES_OF_HOOK[hook].includes(name)).map((hook): Chain => ({
    name: hook,
    policy: 'ACCEPT',
    rules: [],
  }));
  return { name, chains: new Map(chains.map((chain) => [chain.name, chain])) };
}

export function emptyRuleset(): Ruleset {
  return { raw: emptyTable('raw'), mangle: emptyTable('mangle'), nat: emptyTable('nat'), filter: emptyTable('filter') };
}
