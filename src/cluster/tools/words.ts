/**
 * The words of a command line, taken one after another (iproute2 lib/utils.c NEXT_ARG and its complaints).
 */
import { parseCidr, cidrOf, networkCidr, type Cidr } from '../../lib/cidr.ts';
import { parseIp, type IpAddr } from '../../lib/ip.ts';
import { err, ok, type Result } from '../../lib/result.ts';

/** What a tool prints: standard output, or on standard error why it did nothing. */
export type ToolResult = Result<string, string>;

export const DONE: ToolResult = ok('');

export const INCOMPLETE = err('Command line is not complete. Try option "help"');

export class Words {
  readonly #words: readonly string[];
  #next = 0;

  constructor(line: string) {
    this.#words = line.split(/\s+/).filter((word) => word !== '');
  }

  /** The next word, taken; null at the end. */
  take(): string | null {
    const word = this.peek();
    this.#next++;
    return word;
  }

  peek(): string | null {
    return this.#words[this.#next] ?? null;
  }

  /** Takes the next word if it is `word`. */
  accept(word: string): boolean {
    if (this.peek() !== word) return false;
    this.#next++;
    return true;
  }

  get done(): boolean {
    return this.#next >= this.#words.length;
  }

  /** What is left, as text. */
  rest(): string {
    return this.#words.slice(this.#next).join(' ');
  }
}

/** The first of `names` that `word` begins (iproute2's matches()): `ip r a` is `ip route add`. */
export function abbreviated<T extends string>(word: string, names: readonly T[]): T | null {
  return word === '' ? null : (names.find((name) => name.startsWith(word)) ?? null);
}

export function unknownCommand(word: string, tool: string): ToolResult {
  return err(`Command "${word}" is unknown, try "${tool} help".`);
}

/** What a real tool has and this one does not is said, never guessed at. */
export function notSimulated(what: string): ToolResult {
  return err(`${what}: not simulated`);
}

/** An address with or without its prefix length; a bare one is a host's. */
export function prefixWord(word: string): Result<Cidr, string> {
  const bare = parseIp(word);
  const prefix = bare === null ? parseCidr(word) : cidrOf(bare, 32);
  return prefix === null ? err(`Error: any valid prefix is expected rather than "${word}".`) : ok(prefix);
}

/** A destination: a prefix without host bits, or `default`. */
export function destinationWord(word: string): Result<Cidr | 'default', string> {
  if (word === 'default') return ok('default');
  const prefix = prefixWord(word);
  if (!prefix.ok) return prefix;
  return networkCidr(prefix.value) === prefix.value ? prefix : err('Error: Invalid prefix for given prefix length.');
}

export function addressWord(word: string): Result<IpAddr, string> {
  const addr = parseIp(word);
  return addr === null ? err(`Error: any valid address is expected rather than "${word}".`) : ok(addr);
}
