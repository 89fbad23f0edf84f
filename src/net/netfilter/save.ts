/**
 * A table as `iptables-save` prints it, without the comment lines that hold the date.
 */
import type { Counters } from './counters.ts';
import type { Table } from './ruleset.ts';

/** `*nat` … `COMMIT`. The nf_tables tool always prints `[0:0]` for user chains. */
export function saveTable(table: Table, counters: Counters, options: { readonly counters: boolean }): string {
  const heads: string[] = [];
  const rules: string[] = [];
  for (const chain of table.chains.values()) {
    const { packets, bytes } = counters.policy(table.name, chain.name);
    heads.push(`:${chain.name} ${chain.policy ?? '-'} [${packets}:${bytes}]`);
    for (const rule of chain.rules) rules.push(options.counters ? `${counterText(counters, rule.id)} ${rule.text}` : rule.text);
  }
  return `*${table.name}\n${heads.concat(rules).join('\n')}\nCOMMIT\n`;
}

function counterText(counters: Counters, id: number): string {
  const { packets, bytes } = counters.rule(id);
  return `[${packets}:${bytes}]`;
}
