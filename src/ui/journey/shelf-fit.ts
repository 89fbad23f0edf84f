/** How many columns of the shelf stand one above another so that the chain the packet is in has room. Pure, in px of plain type. */
import { ruleWords } from '../chains/rule-text.ts';
import type { ShelfChain, ShelfRow } from './shelf.ts';

/** Half-width letters of a chain's name, its frame, and the place of its rule (`rule 3 of 8`) behind it. */
const LETTER = 6;
const FRAME = 18;
const PLACE = 66;

/** A chain is as wide as its longest line, within these bounds; a rule's mark and air stand beside its words. */
const LEAST = 146;
const MOST = 252;
const MARK = 36;

/** Between columns, and at the shelf's two ends together. */
const GAP = 24;

function leastWidth(column: readonly ShelfChain[], withPlace: boolean): number {
  const heads = column.map(
    ({ name, count }) => name.length * LETTER + FRAME + (withPlace && count !== null && count > 2 ? PLACE : 0),
  );
  return Math.max(LEAST, ...heads, ...column.map(({ rows }) => Math.min(MOST, Math.max(...rows.map(lineWidth)))));
}

function lineWidth(row: ShelfRow): number {
  if (row.kind === 'gap') return LEAST;
  const { matches, target, targetOptions } = ruleWords(row.rule.text);
  const below = row.matched === null ? '' : `${target ?? ''} ${targetOptions}`;
  return Math.max(matches.join(' ').length, below.length) * LETTER + MARK;
}

/** The column of the chain the walk stands in; the last one between two chains. */
function currentColumn(columns: readonly (readonly ShelfChain[])[]): number {
  const at = columns.findIndex((column) => column.some(({ rows }) => rows.some(({ now }) => now)));
  return at === -1 ? columns.length - 1 : at;
}

/** Columns to fold, from the first: as few as let the rest stand side by side, and never the one the walk stands in. */
export function foldedColumns(columns: readonly (readonly ShelfChain[])[], width: number): number {
  const most = currentColumn(columns);
  // One alone gains nothing.
  const choices = [0, ...Array.from({ length: Math.max(0, most - 1) }, (_, i) => i + 2)];
  const fits = (folded: number): boolean => {
    const trail = folded === 0 ? [] : [leastWidth(columns.slice(0, folded).flat(), false)];
    const rest = columns.slice(folded).map((column) => leastWidth(column, true));
    const all = [...trail, ...rest];
    return all.reduce((sum, each) => sum + each + GAP, 0) <= width;
  };
  return choices.find(fits) ?? choices.at(-1) ?? 0;
}

/** A chain the packet has come through: the rule that took it on, or the last it met. */
export function foldedChain(chain: ShelfChain): ShelfChain {
  const taken = chain.rows.findLast((row) => row.kind === 'rule' && row.matched !== null && row.state !== 'ahead');
  return { ...chain, count: null, rows: taken === undefined ? chain.rows.slice(-1) : [taken] };
}
