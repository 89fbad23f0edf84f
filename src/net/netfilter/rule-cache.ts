/**
 * Rules that were read before, by table and line: every node of a cluster is told much the same text, and a full sync says again what
 * stands. What is kept is immutable, so kernels may share it.
 */
import type { TableName } from './hooks.ts';
import type { ParsedRule } from './rule-parse.ts';
import { owned } from './words.ts';

/** An `-A` line as it was understood. */
export interface ReadRule extends ParsedRule {
  readonly chain: string;
}

/** Beyond this nothing more is kept: 20,000 Services of 10 endpoints. */
const MAX_LINES = 500_000;

export class RuleCache {
  readonly #tables = new Map<TableName, Map<string, ReadRule>>();
  readonly #names = new Map<string, string>();
  #size = 0;

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
}
