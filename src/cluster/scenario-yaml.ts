/**
 * Reads YAML of a given shape: plain values out, every departure from the shape as an error at its line and column.
 *
 * The text is untrusted: its size and depth are limited before it is composed, and aliases and tags are refused, so that no
 * text can grow when it is read.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, Parser, parseDocument, type CST, type Node, type Pair } from 'yaml';
import { FORMATS, type FieldShape, type Shape } from './scenario-shape.ts';

/** A problem of a scenario at its place; line and column are 1-based. */
export interface ScenarioError {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `cluster.nodes[0].ip`, or null where the text itself is wrong. */
  readonly field: string | null;
  readonly message: string;
}

/** A value and where each of its fields stands. */
export interface ReadYaml {
  readonly value: unknown;
  /** Adds an error at a field read before. */
  readonly at: (field: string, message: string) => ScenarioError;
}

/** Longer texts are no scenario. */
const MAX_LENGTH = 200_000;
const MAX_DEPTH = 20;

interface Reading {
  readonly file: string;
  readonly lines: LineCounter;
  readonly errors: ScenarioError[];
  /** Offset of each field's value. */
  readonly offsets: Map<string, number>;
}

/** The value of `text`, or why it is not of `shape`: all reasons, in the order of the text. */
export function readYaml(
  file: string,
  text: string,
  shape: Shape,
): { readonly read: ReadYaml; readonly errors: readonly ScenarioError[] } {
  const lines = new LineCounter();
  const reading: Reading = { file, lines, errors: [], offsets: new Map() };
  const at = (field: string, message: string): ScenarioError => errorAt(reading, offsetOf(reading, field), field, message);
  const refuse = (error: ScenarioError) => ({ read: { value: null, at }, errors: [error] });
  if (text.length > MAX_LENGTH)
    return refuse({ file, line: 1, column: 1, field: null, message: `longer than ${MAX_LENGTH} characters` });
  if (tooDeep(text))
    return refuse({ file, line: 1, column: 1, field: null, message: `nested deeper than ${MAX_DEPTH} levels` });
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  for (const error of document.errors) reading.errors.push(errorAt(reading, error.pos[0], null, error.message));
  const value = reading.errors.length > 0 ? null : valueOf(reading, document.contents, shape, '');
  return { read: { value, at }, errors: reading.errors };
}

function errorAt({ file, lines }: Reading, offset: number, field: string | null, message: string): ScenarioError {
  const { line, col } = lines.linePos(offset);
  return { file, line: Math.max(1, line), column: Math.max(1, col), field: field === '' ? null : field, message };
}

/** The field's place, or that of the nearest field around it. */
function offsetOf({ offsets }: Reading, field: string): number {
  for (let path = field; path !== ''; path = path.replace(/(\.[^.[]*|\[\d+\]|^[^.[]*)$/, '')) {
    const offset = offsets.get(path);
    if (offset !== undefined) return offset;
  }
  return 0;
}

/** Walks the concrete syntax, which the parser builds without recursion; the composer after it recurses. */
function tooDeep(text: string): boolean {
  const open: { readonly token: CST.Token; readonly depth: number }[] = [...new Parser().parse(text)].map((token) => ({
    token,
    depth: 0,
  }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > MAX_DEPTH) return true;
    if (token.type === 'document' && token.value !== undefined) open.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const item of token.items) {
      for (const child of [item.key, item.value])
        if (child !== null && child !== undefined) open.push({ token: child, depth: depth + 1 });
    }
  }
  return false;
}

function valueOf(reading: Reading, node: Node | null, shape: Shape, path: string): unknown {
  const offset = node?.range?.[0] ?? offsetOf(reading, path);
  reading.offsets.set(path, offset);
  const fail = (message: string): null => {
    reading.errors.push(errorAt(reading, offset, path, message));
    return null;
  };
  if (isAlias(node)) return fail('aliases are not allowed in a scenario');
  if (node?.tag !== undefined && isScalar(node)) return fail(`the tag ${node.tag} is not allowed in a scenario`);
  switch (shape.kind) {
    case 'nullable':
      return isScalar(node) && node.value === null ? null : valueOf(reading, node, shape.of, path);
    case 'object':
      return isMap(node)
        ? objectOf(reading, node.items as Pair<Node, Node | null>[], shape.fields, path, offset)
        : fail('must be a mapping');
    case 'tagged':
      return isMap(node)
        ? taggedOf(reading, node.items as Pair<Node, Node | null>[], shape, path, offset)
        : fail('must be a mapping');
    case 'map':
      return isMap(node)
        ? mapOf(reading, node.items as Pair<Node, Node | null>[], shape.value, path)
        : fail('must be a mapping');
    case 'list':
      if (!isSeq(node)) return fail('must be a list');
      if (node.items.length > shape.max) return fail(`must have at most ${shape.max} entries`);
      if (node.items.length < shape.min)
        return fail(shape.min === 1 ? 'must not be empty' : `must have at least ${shape.min} entries`);
      return node.items.map((item, index) => valueOf(reading, item as Node | null, shape.item, `${path}[${index}]`));
    default:
      return scalarOf(isScalar(node) ? node.value : undefined, shape, fail);
  }
}

function scalarOf(
  value: unknown,
  shape: Extract<Shape, { kind: 'text' | 'integer' | 'boolean' | 'choice' | 'scalar' }>,
  fail: (message: string) => null,
): unknown {
  switch (shape.kind) {
    case 'text':
      if (typeof value !== 'string') return fail('must be text');
      if (value.length > shape.max) return fail(`must be at most ${shape.max} characters`);
      if (shape.format !== null && !new RegExp(FORMATS[shape.format].pattern).test(value))
        return fail(`must be ${FORMATS[shape.format].what}, not ${JSON.stringify(value)}`);
      return value;
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value) && value >= shape.min && value <= shape.max
        ? value
        : fail(`must be a whole number from ${shape.min} to ${shape.max}`);
    case 'boolean':
      return typeof value === 'boolean' ? value : fail('must be true or false');
    case 'choice':
      return typeof value === 'string' && shape.values.includes(value)
        ? value
        : fail(`must be one of ${shape.values.join(', ')}`);
    case 'scalar':
      return typeof value === 'string' || (typeof value === 'number' && Number.isInteger(value))
        ? String(value)
        : fail('must be text or a whole number');
  }
}

function objectOf(
  reading: Reading,
  items: readonly Pair<Node, Node | null>[],
  fields: Extract<Shape, { kind: 'object' }>['fields'],
  path: string,
  offset: number,
): Readonly<Record<string, unknown>> {
  const out = new Map<string, unknown>();
  for (const { key, value } of items) {
    const name = isScalar(key) ? String(key.value) : '';
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const inner = path === '' ? name : `${path}.${name}`;
    if (field === undefined) {
      const known = Object.keys(fields).join(', ');
      reading.errors.push(
        errorAt(reading, key.range?.[0] ?? offset, inner, `unknown field ${JSON.stringify(name)}; there are ${known}`),
      );
    } else {
      reading.offsets.set(inner, key.range?.[0] ?? offset);
      out.set(name, valueOf(reading, value, field.shape, inner));
    }
  }
  for (const [name, field] of Object.entries(fields)) {
    if (field.required && !out.has(name))
      reading.errors.push(errorAt(reading, offset, path, `${JSON.stringify(name)} is missing`));
  }
  return Object.fromEntries(out);
}

/** Reads the tag first: which other fields there are depends on it. */
function taggedOf(
  reading: Reading,
  items: readonly Pair<Node, Node | null>[],
  { tag, cases }: Extract<Shape, { kind: 'tagged' }>,
  path: string,
  offset: number,
): unknown {
  const known = Object.keys(cases);
  const value = items.find(({ key }) => isScalar(key) && key.value === tag)?.value ?? null;
  const name = isScalar(value) ? value.value : null;
  const fields = typeof name === 'string' && Object.hasOwn(cases, name) ? cases[name] : undefined;
  if (fields === undefined) {
    const where = value?.range?.[0] ?? offset;
    reading.errors.push(errorAt(reading, where, `${path}.${tag}`, `must be one of ${known.join(', ')}`));
    return null;
  }
  const choice: FieldShape = { shape: { kind: 'choice', values: known }, required: true, about: '' };
  return objectOf(reading, items, { [tag]: choice, ...fields }, path, offset);
}

function mapOf(
  reading: Reading,
  items: readonly Pair<Node, Node | null>[],
  shape: Shape,
  path: string,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    items.map(({ key, value }) => {
      const name = isScalar(key) ? String(key.value) : '';
      return [name, valueOf(reading, value, shape, `${path}.${name}`)];
    }),
  );
}
