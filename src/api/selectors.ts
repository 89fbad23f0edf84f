/**
 * Label and field selectors: parsing and matching (apimachinery labels/selector.go, meta/v1 helpers.go, fields/selector.go).
 * As given to `kubectl get -l 'app in (web,api),tier!=db'` and `--field-selector status.phase=Running`.
 */
import { err, ok, type Result } from '../lib/result.ts';
import { isRecord } from './json.ts';
import type { LabelSelector, Labels } from './types/meta.ts';

export type SelectorOperator = '=' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

/** One condition on a label. `values` has one entry for `=`, `!=`, `gt`, `lt`, none for `exists` and `!`. */
export interface Requirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  readonly values: readonly string[];
}

/** Conditions that must all hold; none selects everything. */
export type Selector = readonly Requirement[];

export function matchesRequirement(requirement: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  switch (requirement.operator) {
    case '=':
    case 'in':
      return value !== undefined && requirement.values.includes(value);
    case '!=':
    case 'notin':
      return value === undefined || !requirement.values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt':
      return value !== undefined && comparesAs(requirement, value);
  }
}

function comparesAs(requirement: Requirement, value: string): boolean {
  const [bound] = requirement.values;
  if (bound === undefined || !/^-?\d+$/.test(value) || !/^-?\d+$/.test(bound)) return false;
  return requirement.operator === 'gt' ? Number(value) > Number(bound) : Number(value) < Number(bound);
}

/** True when `labels` satisfy every requirement. */
export function matchesSelector(selector: Selector, labels: Labels | undefined): boolean {
  return selector.every((requirement) => matchesRequirement(requirement, labels ?? {}));
}

/** The selector of equality pairs (a Service's spec.selector). */
export function selectorFromMap(map: Labels): Selector {
  return Object.entries(map).map(([key, value]) => ({ key, operator: '=', values: [value] }));
}

const SET_OPERATOR: Readonly<Record<string, SelectorOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
};

/** The selector of a LabelSelector; an empty one selects everything (a null one, which selects nothing, is the caller's). */
export function selectorFromLabelSelector(selector: LabelSelector): Selector {
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }): Requirement => ({
    key,
    operator: SET_OPERATOR[operator] ?? 'exists',
    values: values ?? [],
  }));
  return [...selectorFromMap(selector.matchLabels ?? {}), ...expressions];
}

/** True when a LabelSelector matches; null (absent) selects nothing. */
export function labelSelectorMatches(selector: LabelSelector | null | undefined, labels: Labels | undefined): boolean {
  return selector !== null && selector !== undefined && matchesSelector(selectorFromLabelSelector(selector), labels);
}

/** Text of a LabelSelector as kubectl prints it: `app=web,tier in (a,b)`; `<none>` when it is empty. */
export function formatLabelSelector(selector: LabelSelector): string {
  const parts = [...selectorFromLabelSelector(selector)]
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(formatRequirement);
  return parts.length === 0 ? '<none>' : parts.join(',');
}

function formatRequirement({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${[...values].sort().join(',')})`;
    case 'gt':
    case 'lt':
      return `${key}${operator === 'gt' ? '>' : '<'}${values[0] ?? ''}`;
    case '=':
    case '!=':
      return `${key}${operator}${values[0] ?? ''}`;
  }
}

const TOKEN = /\s*(==|=|!=|!|<|>|\(|\)|,|[^\s,=!()<>]+)/y;

function tokens(text: string): readonly string[] | null {
  const found: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (match?.[1] === undefined) return null;
    found.push(match[1]);
  }
  return found;
}

const WORD = /^[^\s,=!()<>]+$/;

/** Reads tokens of a label selector, left to right. */
class SelectorParser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(list: readonly string[]) {
    this.#tokens = list;
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length;
  }

  next(): string {
    return this.#tokens[this.#at++] ?? '';
  }

  peek(): string {
    return this.#tokens[this.#at] ?? '';
  }

  requirement(): Requirement | null {
    if (this.peek() === '!') {
      this.next();
      const key = this.next();
      return WORD.test(key) ? { key, operator: '!', values: [] } : null;
    }
    const key = this.next();
    if (!WORD.test(key)) return null;
    if (this.done || this.peek() === ',') return { key, operator: 'exists', values: [] };
    return this.#condition(key, this.next());
  }

  #condition(key: string, operator: string): Requirement | null {
    switch (operator) {
      case '=':
      case '==':
        return { key, operator: '=', values: [this.#value()] };
      case '!=':
        return { key, operator: '!=', values: [this.#value()] };
      case '>':
      case '<':
        return { key, operator: operator === '>' ? 'gt' : 'lt', values: [this.#value()] };
      case 'in':
      case 'notin': {
        const values = this.#set();
        return values === null ? null : { key, operator, values };
      }
      default:
        return null;
    }
  }

  /** A value, which may be empty (`app=`). */
  #value(): string {
    return WORD.test(this.peek()) ? this.next() : '';
  }

  #set(): readonly string[] | null {
    if (this.next() !== '(') return null;
    const values: string[] = [];
    for (;;) {
      values.push(this.#value());
      const separator = this.next();
      if (separator === ')') return values;
      if (separator !== ',') return null;
    }
  }
}

/** Parses `-l` text; the error is kubectl's. */
export function parseSelector(text: string): Result<Selector, string> {
  const failed = err(
    `unable to parse requirement: found '${text}', expected: identifier, '!', 'in', 'notin', '=', '==', '!=', '>' or '<'`,
  );
  const list = tokens(text);
  if (list === null) return failed;
  if (list.length === 0) return ok([]);
  const parser = new SelectorParser(list);
  const requirements: Requirement[] = [];
  for (;;) {
    const requirement = parser.requirement();
    if (requirement === null) return failed;
    requirements.push(requirement);
    if (parser.done) return ok(requirements);
    if (parser.next() !== ',') return failed;
  }
}

/** One `path=value` or `path!=value` of a field selector. */
export interface FieldRequirement {
  readonly path: readonly string[];
  readonly equal: boolean;
  readonly value: string;
}

/** Parses `--field-selector` text: comma-separated `=`, `==` or `!=` terms. */
export function parseFieldSelector(text: string): Result<readonly FieldRequirement[], string> {
  const requirements: FieldRequirement[] = [];
  for (const term of text.split(',').filter((part) => part !== '')) {
    const match = /^([A-Za-z0-9.]+)(!=|==|=)(.*)$/.exec(term);
    if (match?.[1] === undefined) return err(`invalid selector: '${text}'; can't understand '${term}'`);
    requirements.push({ path: match[1].split('.'), equal: match[2] !== '!=', value: match[3] ?? '' });
  }
  return ok(requirements);
}

/** True when every term holds; an absent field compares as empty text. */
export function matchesFields(requirements: readonly FieldRequirement[], object: unknown): boolean {
  return requirements.every(({ path, equal, value }) => (fieldText(object, path) === value) === equal);
}

function fieldText(object: unknown, path: readonly string[]): string {
  let value = object;
  for (const segment of path) value = isRecord(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
