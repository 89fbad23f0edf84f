/**
 * What Felix hands to iptables-restore: the difference between the chains it wants and those that stand, told by their rules' comments
 * (felix/iptables/table.go applyUpdates). Its jumps are put first in their base chains and put there again when others got before them.
 */
import type { Ruleset, Table } from '../../../net/netfilter/ruleset.ts';
import { renderChain, type FelixChain } from './felix-chain.ts';
import type { FelixTable, FelixTableRules } from './felix-rules.ts';

const TABLES = ['raw', 'mangle', 'filter', 'nat'] as const;

/** Hash in the comment of one of Felix's rules. */
const HASH = /--comment "?(cali:[-\w]{16})"?/;

/** The text for `iptables-restore --noflush`; empty when all is in place. */
export function felixRestoreText(wanted: Readonly<Record<FelixTable, FelixTableRules>>, ruleset: Ruleset): string {
  return TABLES.map((table) => tableText(table, wanted[table], ruleset[table])).join('');
}

function tableText(name: FelixTable, { chains, inserts, appends }: FelixTableRules, table: Table): string {
  const written = chains.filter((chain) => !same(hashesOf(table, chain.name), renderChain(chain)));
  const names = new Set(chains.map((chain) => chain.name));
  const gone = [...table.chains.keys()].filter((chain) => chain.startsWith('cali-') && !names.has(chain));
  const lines = [
    ...[...written.map((chain) => chain.name), ...gone].map((chain) => `:${chain} - -`),
    ...written.flatMap((chain) => renderChain(chain)),
    ...inserts.flatMap((chain) => insertLines(table, chain)),
    ...appends.flatMap((chain) => appendLines(table, chain)),
    ...gone.map((chain) => `--delete-chain ${chain}`),
  ];
  return lines.length === 0 ? '' : `*${name}\n${lines.join('\n')}\nCOMMIT\n`;
}

function insertLines(table: Table, chain: FelixChain): readonly string[] {
  const lines = renderChain(chain);
  const standing = hashesOf(table, chain.name) ?? [];
  if (same(standing.slice(0, lines.length), lines)) return [];
  return [...strayLines(table, chain, lines), ...[...lines].reverse().map((line) => line.replace('-A', '-I'))];
}

function appendLines(table: Table, chain: FelixChain): readonly string[] {
  const lines = renderChain(chain, `${chain.name}*appends*`);
  const standing = hashesOf(table, chain.name) ?? [];
  if (same(standing.slice(-lines.length), lines)) return [];
  return [...strayLines(table, chain, lines), ...lines];
}

/** Rules of ours that stand in the wrong place. */
function strayLines(table: Table, chain: FelixChain, lines: readonly string[]): readonly string[] {
  const ours = new Set(lines.map(hashOf));
  const rules = table.chains.get(chain.name)?.rules ?? [];
  return rules.filter(({ text }) => ours.has(hashOf(text))).map(({ text }) => text.replace('-A', '-D'));
}

/** The hashes of a chain's rules, null where they have none; null when there is no such chain. */
function hashesOf(table: Table, name: string): readonly (string | null)[] | null {
  return table.chains.get(name)?.rules.map(({ text }) => hashOf(text)) ?? null;
}

function hashOf(line: string): string | null {
  return HASH.exec(line)?.[1] ?? null;
}

function same(standing: readonly (string | null)[] | null, lines: readonly string[]): boolean {
  return standing?.length === lines.length && lines.every((line, i) => hashOf(line) === standing[i]);
}
