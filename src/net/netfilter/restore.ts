/**
 * `iptables-restore` text: tables, chains, rules, COMMIT (iptables 1.8.9 xtables-restore.c).
 *
 * Each table section is applied whole at its COMMIT or not at all. Reading goes on after an error, so that all errors are
 * reported, but like the tool nothing behind the first one is applied.
 */
import type { Provenance } from '../../lib/provenance.ts';
import type { Counter } from './counters.ts';
import type { TableDraft } from './draft.ts';
import type { TableName } from './hooks.ts';
import { integer, Refusal, type RefusalKind } from './parse-values.ts';
import type { RuleCache } from './rule-cache.ts';
import { parseRule, type ParsedRule, type RuleSpec } from './rule-parse.ts';
import { owned, restoreWords } from './words.ts';

export interface RestoreError {
  /** 1-based line of the text. */
  readonly line: number;
  readonly kind: RefusalKind;
  readonly message: string;
  /** What the tool prints on standard error. */
  readonly text: string;
}

export interface RestoreOptions {
  /** Keep what the text does not name (`--noflush`). */
  readonly noflush: boolean;
  /** Take the counters of the text (`--counters`). */
  readonly counters: boolean;
  readonly by: Provenance;
  /** A closer maker of single lines, for example the Service a rule was written for. */
  readonly provenanceOf?: (chain: string, line: string) => Provenance;
}

/** What a section asks for beside the rules: counters of base chains and rules. */
export interface Section {
  readonly draft: TableDraft;
  readonly policyCounters: ReadonlyMap<string, Counter>;
  readonly ruleCounters: ReadonlyMap<number, Counter>;
}

/** Where sections come from and go to. */
export interface RestoreSink {
  readonly cache: RuleCache;
  open(table: TableName): TableDraft;
  /** Applies a section; throws Refusal when the kernel does not take it. */
  commit(section: Section): void;
}

const TOOL = 'iptables-restore';
export const VERSION = 'v1.8.9 (nf_tables)';

/** The standard error text of a refusal at a line. */
function errorText(line: number, refusal: Refusal, chain: string): string {
  switch (refusal.kind) {
    case 'failed':
      return refusal.message === '' ? `${TOOL}: line ${line} failed\n` : `${TOOL}: line ${line} failed: ${refusal.message}\n`;
    case 'kernel':
      return `${TOOL} ${VERSION}: \nline ${line}: ${refusal.message.includes(' failed (') ? refusal.message : `RULE_APPEND failed (${refusal.message}): rule in chain ${chain}`}\n`;
    case 'bad-argument':
      return `${refusal.message}\n${usage(line)}`;
    case 'usage':
    case 'no-table':
    case 'no-chain':
      return `${TOOL} ${VERSION}: ${refusal.message}\n${usage(line)}`;
  }
}

function usage(line: number): string {
  return `Error occurred at line: ${line}\nTry \`${TOOL} -h' or '${TOOL} --help' for more information.\n`;
}

const TABLES: ReadonlySet<string> = new Set<TableName>(['raw', 'mangle', 'nat', 'filter']);

function isTable(name: string): name is TableName {
  return TABLES.has(name);
}

function chainTooLong(name: string): string {
  return `chain name \`${name}' too long (must be under 29 chars)`;
}

const COUNTERS = /^\[(\d+):(\d+)\]/;

class RestoreReader {
  readonly #options: RestoreOptions;
  readonly #sink: RestoreSink;
  readonly errors: RestoreError[] = [];
  #line = 0;
  #chain = '';
  #draft: TableDraft | null = null;
  #policyCounters = new Map<string, Counter>();
  #ruleCounters = new Map<number, Counter>();

  constructor(options: RestoreOptions, sink: RestoreSink) {
    this.#options = options;
    this.#sink = sink;
  }

  read(text: string): void {
    let start = 0;
    while (start < text.length) {
      let end = text.indexOf('\n', start);
      if (end < 0) end = text.length;
      this.#line++;
      if (end > start) this.#guarded(text.slice(start, end));
      start = end + 1;
    }
    if (this.#draft !== null) {
      this.errors.push({
        line: this.#line + 1,
        kind: 'failed',
        message: 'COMMIT expected',
        text: `${TOOL}: COMMIT expected at line ${this.#line + 1}\n`,
      });
    }
  }

  #guarded(line: string): void {
    try {
      this.#readLine(line);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.errors.push({
        line: this.#line,
        kind: error.kind,
        message: error.message,
        text: errorText(this.#line, error, this.#chain),
      });
    }
  }

  #readLine(line: string): void {
    const first = line.charCodeAt(0);
    if (first === 35 || line.trim() === '') return;
    if (first === 42) {
      this.#openTable(line.slice(1).trim());
      return;
    }
    if (this.#draft === null) throw new Refusal('', 'failed');
    if (line === 'COMMIT' || line.trimEnd() === 'COMMIT') this.#commit(this.#draft);
    else if (first === 58) this.#readChain(this.#draft, line);
    else this.#readOperation(this.#draft, line);
  }

  #openTable(name: string): void {
    if (this.#draft !== null) throw new Refusal(`Bad argument \`*${name}'`, 'bad-argument');
    if (!isTable(name)) throw new Refusal(`${TOOL}: line ${this.#line} table name '${name}' invalid`);
    this.#draft = this.#sink.open(name);
    this.#policyCounters = new Map();
    this.#ruleCounters = new Map();
    if (!this.#options.noflush) this.#draft.clear();
  }

  #commit(draft: TableDraft): void {
    this.#draft = null;
    if (this.errors.length > 0) {
      draft.finish();
      return;
    }
    this.#sink.commit({ draft, policyCounters: this.#policyCounters, ruleCounters: this.#ruleCounters });
  }

  /** `:CHAIN POLICY [packets:bytes]`. */
  #readChain(draft: TableDraft, line: string): void {
    const [name = '', policy = '', counters = ''] = line.slice(1).split(/\s+/);
    this.#chain = name;
    if (name === '') throw new Refusal(`chain name invalid`);
    if (name.length > 28) throw new Refusal(chainTooLong(name));
    if (policy === '') throw new Refusal('policy invalid');
    if (!draft.isBase(name)) {
      draft.reset(this.#sink.cache.name(name));
      return;
    }
    if (policy !== 'ACCEPT' && policy !== 'DROP') {
      if (policy === '-') return;
      throw new Refusal('Bad policy name.', 'failed');
    }
    draft.policy(name, policy);
    const counted = this.#options.counters ? COUNTERS.exec(counters) : null;
    if (counted !== null) this.#policyCounters.set(name, { packets: Number(counted[1]), bytes: Number(counted[2]) });
  }

  #readOperation(draft: TableDraft, line: string): void {
    if (line.startsWith('-A ')) this.#append(draft, line);
    else this.#operate(draft, line);
  }

  /** `-A CHAIN …`, nearly all there is: read once, then remembered. */
  #append(draft: TableDraft, line: string): void {
    const { cache } = this.#sink;
    let read = cache.get(draft.name, line);
    if (read === undefined) {
      const words = restoreWords(line);
      const chain = words[1] ?? '';
      this.#chain = chain;
      if (words.length < 2) throw new Refusal('option "-A" requires an argument');
      const { specs, counters } = parseRule(words, 2, { table: draft.name, chain, base: draft.isBase(chain) });
      read = { chain: cache.name(chain), specs: specs.map((spec) => shared(chain, spec)), counters };
      cache.put(draft.name, owned(line), read);
    }
    this.#chain = read.chain;
    const by = this.#options.provenanceOf?.(read.chain, line) ?? this.#options.by;
    for (const spec of read.specs) {
      const { id } = draft.append(read.chain, spec, by);
      if (read.counters !== null) this.#ruleCounters.set(id, read.counters);
    }
  }

  #operate(draft: TableDraft, line: string): void {
    const counted = line.charCodeAt(0) === 91 ? COUNTERS.exec(line) : null;
    const words = restoreWords(counted === null ? line : line.slice(counted[0].length));
    const counters =
      counted === null || !this.#options.counters ? null : { packets: Number(counted[1]), bytes: Number(counted[2]) };
    this.#chain = words[1] ?? '';
    applyOperation(draft, words, {
      by: (chain) => this.#options.provenanceOf?.(chain, line) ?? this.#options.by,
      counted: (id, given) => {
        const counter = given ?? counters;
        if (counter !== null) this.#ruleCounters.set(id, counter);
      },
    });
  }
}

/** A rule whose texts stand alone, not as parts of what was read. */
function shared(chain: string, { matches, target, tail }: RuleSpec): RuleSpec {
  return { matches, target, tail: owned(tail), text: owned(`-A ${chain}${tail}`) };
}

/** What an operation needs to know beside its words. */
export interface OperationContext {
  by(chain: string): Provenance;
  /** Called for each rule made, with the counters of its `-c`. */
  counted(id: number, given: Counter | null): void;
}

function ruleNumber(word: string | undefined): number | null {
  return word !== undefined && /^\d+$/.test(word) ? integer(word, 'iptables', 'rule number', 0, 0xffffffff) : null;
}

/** Applies `-A CHAIN …`, `-I`, `-D`, `-R`, `-F`, `-N`, `-X`, `-P`, `-E`, `-Z` to a table under change. Returns false for another command. */
export function applyOperation(draft: TableDraft, words: readonly string[], context: OperationContext): boolean {
  const chain = words[1];
  const needChain = (): string => {
    if (chain === undefined) throw new Refusal(`option "${words[0] ?? ''}" requires an argument`);
    return chain;
  };
  const parse = (from: number): ParsedRule => {
    const name = needChain();
    return parseRule(words, from, { table: draft.name, chain: name, base: draft.isBase(name) });
  };
  switch (words[0]) {
    case '-A':
    case '--append': {
      const { specs, counters } = parse(2);
      const by = context.by(needChain());
      for (const spec of specs) context.counted(draft.append(needChain(), spec, by).id, counters);
      return true;
    }
    case '-I':
    case '--insert': {
      const number = ruleNumber(words[2]);
      const { specs, counters } = parse(number === null ? 2 : 3);
      for (const spec of [...specs].reverse()) {
        context.counted(draft.insert(needChain(), number ?? 1, spec, context.by(needChain())).id, counters);
      }
      return true;
    }
    case '-R':
    case '--replace': {
      const number = ruleNumber(words[2]);
      if (number === null) throw new Refusal('-R requires a rule number');
      const { specs, counters } = parse(3);
      const spec = specs[0];
      if (specs.length !== 1 || spec === undefined) throw new Refusal('Replacement rule does not specify a unique address');
      context.counted(draft.replace(needChain(), number, spec, context.by(needChain())).id, counters);
      return true;
    }
    case '-D':
    case '--delete': {
      const number = ruleNumber(words[2]);
      if (number !== null && words.length === 3) draft.deleteNumber(needChain(), number);
      else for (const spec of parse(2).specs) draft.deleteSpec(needChain(), spec);
      return true;
    }
    case '-F':
    case '--flush':
      for (const name of chain === undefined ? draft.chainNames() : [chain]) draft.flush(name);
      return true;
    case '-N':
    case '--new-chain':
      if (needChain().length > 28) throw new Refusal(chainTooLong(needChain()));
      draft.create(needChain());
      return true;
    case '-X':
    case '--delete-chain':
      for (const name of chain === undefined ? draft.chainNames().filter((name) => !draft.isBase(name)) : [chain])
        draft.delete(name);
      return true;
    case '-P':
    case '--policy': {
      const policy = words[2];
      if (policy !== 'ACCEPT' && policy !== 'DROP')
        throw new Refusal("Bad policy name. Run `dmesg' for more information.", 'failed');
      draft.policy(needChain(), policy);
      return true;
    }
    case '-E':
    case '--rename-chain':
      draft.rename(needChain(), words[2] ?? '');
      return true;
    default:
      throw new Refusal(
        words[0]?.startsWith('-') === true ? `unknown option "${words[0]}"` : `Bad argument \`${words[0] ?? ''}'`,
        words[0]?.startsWith('-') === true ? 'usage' : 'bad-argument',
      );
  }
}

/** Reads a restore text into `sink`; returns the errors, none when all of it was applied. */
export function readRestore(text: string, options: RestoreOptions, sink: RestoreSink): RestoreError[] {
  const reader = new RestoreReader(options, sink);
  reader.read(text);
  return reader.errors;
}
