/**
 * YAML nodes to plain JSON values, with the range of every field: what lets an API error point at its line.
 *
 * Aliases are expanded under a budget (go-yaml: "document contains excessive aliasing"), nesting has a limit, and merge keys
 * (`<<: *base`) are honoured.
 */
import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Document,
  type LineCounter,
  type Node as YamlNode,
  type Pair,
} from 'yaml';
import { err, ok, type Result } from '../lib/result.ts';
import { setKey } from './json.ts';
import type { TextRange } from './manifest-error.ts';

/** Nodes an alias may bring in, all documents of a file together. */
const MAX_ALIASED_NODES = 10_000;
const MAX_DEPTH = 200;

/** A converted node. */
export interface RangedValue {
  readonly value: unknown;
  /** Ranges of values by field path. */
  readonly fields: Map<string, TextRange>;
  /** Ranges of the keys themselves. */
  readonly keys: Map<string, TextRange>;
}

/** Why a document cannot be read. */
export interface ConversionError {
  readonly message: string;
  readonly range: TextRange;
}

export function rangeOf(node: YamlNode | null | undefined, lines: LineCounter): TextRange | null {
  if (node?.range === null || node?.range === undefined) return null;
  const [from, to] = node.range;
  const start = lines.linePos(from);
  const end = lines.linePos(Math.max(from, to));
  return { line: start.line, column: start.col, endLine: end.line, endColumn: end.col };
}

/** Counts what aliases bring in, over all documents of a file. */
export interface AliasBudget {
  left: number;
}

export function aliasBudget(): AliasBudget {
  return { left: MAX_ALIASED_NODES };
}

class Converter {
  readonly fields = new Map<string, TextRange>();
  readonly keys = new Map<string, TextRange>();
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #budget: AliasBudget;
  #aliased = 0;
  readonly errors: ConversionError[] = [];
  #broken = false;

  constructor(document: Document, lines: LineCounter, budget: AliasBudget) {
    this.#document = document;
    this.#lines = lines;
    this.#budget = budget;
  }

  convert(node: unknown, path: string, depth: number): unknown {
    if (this.#broken) return null;
    if (this.#aliased > 0 && --this.#budget.left < 0) return this.#fail('yaml: document contains excessive aliasing', node);
    if (depth > MAX_DEPTH) return this.#fail(`yaml: exceeded max depth of ${MAX_DEPTH}`, node);
    if (isAlias(node)) return this.#alias(node.resolve(this.#document), node, path, depth);
    if (this.#aliased === 0) this.#note(this.fields, path, node);
    if (isMap(node)) return this.#map(node.items, path, depth);
    if (isSeq(node)) return node.items.map((item, i) => this.convert(item, `${path}[${i}]`, depth + 1));
    return isScalar(node) ? scalarValue(node.value) : null;
  }

  #alias(target: unknown, alias: YamlNode, path: string, depth: number): unknown {
    this.#note(this.fields, path, alias);
    if (target === undefined) return this.#fail('yaml: unknown anchor referenced', alias);
    this.#aliased++;
    const value = this.convert(target, path, depth + 1);
    this.#aliased--;
    return value;
  }

  #map(items: readonly Pair[], path: string, depth: number): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    const merged: Record<string, unknown>[] = [];
    for (const pair of items) {
      if (!isPair(pair)) continue;
      const key = keyText(pair.key);
      const member = path === '' ? key : isPlain(key) ? `${path}.${key}` : `${path}[${key}]`;
      if (this.#aliased === 0) this.#note(this.keys, member, pair.key);
      if (Object.hasOwn(out, key)) this.#duplicate(key, pair.key);
      const value = this.convert(pair.value, member, depth + 1);
      if (key === '<<') merged.push(...mergeSources(value));
      else setKey(out, key, value);
    }
    if (merged.length === 0) return out;
    const base: Record<string, unknown> = {};
    for (const source of merged)
      for (const [key, value] of Object.entries(source)) if (!Object.hasOwn(base, key)) setKey(base, key, value);
    for (const [key, value] of Object.entries(out)) setKey(base, key, value);
    return base;
  }

  #note(table: Map<string, TextRange>, path: string, node: unknown): void {
    const range = rangeOf(node as YamlNode | null, this.#lines);
    if (range !== null) table.set(path, range);
  }

  #fail(message: string, node: unknown): null {
    const range = rangeOf(node as YamlNode | null, this.#lines) ?? { line: 1, column: 1, endLine: 1, endColumn: 1 };
    this.errors.push({ message, range });
    this.#broken = true;
    return null;
  }

  #duplicate(key: string, node: unknown): void {
    const range = rangeOf(node as YamlNode | null, this.#lines) ?? { line: 1, column: 1, endLine: 1, endColumn: 1 };
    this.errors.push({ message: `yaml: unmarshal errors: line ${range.line}: key "${key}" already set in map`, range });
  }
}

function isPlain(key: string): boolean {
  return /^[A-Za-z0-9_$-]+$/.test(key);
}

function keyText(key: unknown): string {
  const value = isScalar(key) ? key.value : key;
  // The parser's merge key.
  if (typeof value === 'symbol') return '<<';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function scalarValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  return value === undefined ? null : value;
}

function mergeSources(value: unknown): readonly Record<string, unknown>[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((one): one is Record<string, unknown> => typeof one === 'object' && one !== null && !Array.isArray(one));
}

/** The document's value and ranges. */
export function convertDocument(
  document: Document,
  lines: LineCounter,
  budget: AliasBudget,
): Result<RangedValue, readonly ConversionError[]> {
  const converter = new Converter(document, lines, budget);
  const value = converter.convert(document.contents, '', 0);
  return converter.errors.length === 0 ? ok({ value, fields: converter.fields, keys: converter.keys }) : err(converter.errors);
}
