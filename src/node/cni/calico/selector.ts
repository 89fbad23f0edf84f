/**
 * Calico's selectors over labels, as a pool's nodeSelector has them (libcalico-go lib/selector/parser): `all()`, `has(k)`, `k == 'v'`,
 * `k != 'v'`, `k in {'a', 'b'}`, `k not in {…}`, `!`, `&&`, `||`, parentheses.
 * Simplification: `contains`, `starts with`, `ends with` and `global()` are not read; a selector that cannot be read selects nothing.
 */
import type { Labels } from '../../../api/types/meta.ts';

const TOKEN = /\s*(all\(\)|has\(\s*([-.\w/]+)\s*\)|'([^']*)'|"([^"]*)"|&&|\|\||==|!=|not\s+in\b|in\b|[(){},!]|[-.\w/]+)/y;

interface Token {
  readonly text: string;
  /** Content of a quoted string, else null. */
  readonly value: string | null;
  /** Label of `has(label)`, else null. */
  readonly label: string | null;
}

class Unreadable extends Error {}

/** True when the labels fit. */
export function selects(selector: string, labels: Labels): boolean {
  try {
    return new Evaluation(tokensOf(selector), labels).run();
  } catch (error) {
    if (error instanceof Unreadable) return false;
    throw error;
  }
}

function tokensOf(selector: string): readonly Token[] {
  const tokens: Token[] = [];
  const text = selector.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const found = TOKEN.exec(text);
    if (found === null) throw new Unreadable(selector);
    const [, word = '', label, single, double] = found;
    tokens.push({ text: word.replace(/\s+/g, ' '), value: single ?? double ?? null, label: label ?? null });
  }
  return tokens;
}

class Evaluation {
  readonly #tokens: readonly Token[];
  readonly #labels: Labels;
  #at = 0;

  constructor(tokens: readonly Token[], labels: Labels) {
    this.#tokens = tokens;
    this.#labels = labels;
  }

  run(): boolean {
    // An empty selector selects everything.
    if (this.#tokens.length === 0) return true;
    const result = this.#or();
    if (this.#at < this.#tokens.length) throw new Unreadable('trailing text');
    return result;
  }

  #or(): boolean {
    let result = this.#and();
    while (this.#take('||')) {
      const other = this.#and();
      result ||= other;
    }
    return result;
  }

  #and(): boolean {
    let result = this.#term();
    while (this.#take('&&')) {
      const other = this.#term();
      result &&= other;
    }
    return result;
  }

  #term(): boolean {
    if (this.#take('!')) return !this.#term();
    if (this.#take('(')) {
      const result = this.#or();
      this.#expect(')');
      return result;
    }
    const token = this.#next();
    if (token.text === 'all()') return true;
    if (token.label !== null) return Object.hasOwn(this.#labels, token.label);
    return this.#comparison(this.#labels[token.text]);
  }

  #comparison(own: string | undefined): boolean {
    const operator = this.#next().text;
    switch (operator) {
      case '==':
        return own === this.#string();
      case '!=':
        return own !== this.#string();
      case 'in':
        return own !== undefined && this.#set().includes(own);
      case 'not in':
        return own === undefined || !this.#set().includes(own);
      default:
        throw new Unreadable(operator);
    }
  }

  #set(): readonly string[] {
    this.#expect('{');
    const values: string[] = [];
    while (!this.#take('}')) {
      values.push(this.#string());
      this.#take(',');
    }
    return values;
  }

  #string(): string {
    const { value } = this.#next();
    if (value === null) throw new Unreadable('a string is missing');
    return value;
  }

  #next(): Token {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new Unreadable('more is missing');
    return token;
  }

  #take(text: string): boolean {
    if (this.#tokens[this.#at]?.text !== text) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw new Unreadable(`${text} is missing`);
  }
}
