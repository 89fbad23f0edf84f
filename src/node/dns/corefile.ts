/**
 * CoreDNS' configuration (corefile(5)): server blocks of plugins, each with words and perhaps a block of its own.
 *
 *   .:53 {
 *       kubernetes cluster.local in-addr.arpa ip6.arpa {
 *           pods insecure
 *       }
 *       forward . /etc/resolv.conf
 *   }
 *
 * Simplification: no snippets, imports or environment variables.
 */
import { err, ok, type Result } from '../../lib/result.ts';

export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  readonly block: readonly Directive[];
}

export interface ServerBlock {
  /** Zones without the last dot; the root is ''. */
  readonly zones: readonly string[];
  readonly port: number;
  readonly directives: readonly Directive[];
}

const DNS_PORT = 53;

interface Line {
  readonly words: readonly string[];
  readonly number: number;
}

/** The server blocks of a Corefile; the error names its line. */
export function parseCorefile(text: string): Result<readonly ServerBlock[], string> {
  const lines = text
    .split('\n')
    .map((line, index): Line => ({ words: wordsOf(line), number: index + 1 }))
    .filter(({ words }) => words.length > 0);
  const reader = new Reader(lines);
  const blocks: ServerBlock[] = [];
  while (!reader.atEnd) {
    const head = reader.directive();
    if (!head.ok) return head;
    blocks.push(serverBlock(head.value));
  }
  return ok(blocks);
}

function wordsOf(line: string): readonly string[] {
  return (line.replace(/(^|\s)#.*$/, '').match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
}

function serverBlock({ name, args, block }: Directive): ServerBlock {
  const keys = [name, ...args].flatMap((word) => word.split(',')).filter((word) => word !== '');
  const ports = keys.map((key) => Number(/:(\d+)$/.exec(key)?.[1] ?? DNS_PORT));
  return { zones: keys.map((key) => zoneName(key.replace(/:\d+$/, ''))), port: ports[0] ?? DNS_PORT, directives: block };
}

/** A zone as it is compared: `cluster.local.` and `cluster.local` are the same, `.` is the root. */
export function zoneName(text: string): string {
  return text.toLowerCase().replace(/\.$/, '');
}

class Reader {
  readonly #lines: readonly Line[];
  #next = 0;

  constructor(lines: readonly Line[]) {
    this.#lines = lines;
  }

  get atEnd(): boolean {
    return this.#next >= this.#lines.length;
  }

  /** A line and, when it ends in a brace, all lines up to the closing one. */
  directive(): Result<Directive, string> {
    const line = this.#lines[this.#next++];
    const [name = '', ...rest] = line?.words ?? [];
    if (name === '{' || name === '}') return err(`Corefile:${line?.number ?? 0} - Error during parsing: Unexpected '${name}'`);
    if (rest.at(-1) !== '{') return ok({ name, args: rest, block: [] });
    const block: Directive[] = [];
    while (this.#lines[this.#next]?.words[0] !== '}') {
      if (this.atEnd) return err(`Corefile:${line?.number ?? 0} - Error during parsing: Unexpected EOF`);
      const inner = this.directive();
      if (!inner.ok) return inner;
      block.push(inner.value);
    }
    this.#next++;
    return ok({ name, args: rest.slice(0, -1), block });
  }
}
