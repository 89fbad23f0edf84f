/**
 * The `iptables` command: one operation on one table, or a listing, with the tool's output and exit codes.
 *
 * Simplification: -w, -W, -M and -v on changes are accepted without effect; -h prints the first line of the help only.
 */
import type { Provenance } from '../../lib/provenance.ts';
import type { CounterSnapshot } from './counters.ts';
import type { TableDraft } from './draft.ts';
import type { TableName } from './hooks.ts';
import type { ListOptions } from './list.ts';
import { applyOperation, VERSION, type Section } from './restore.ts';
import { Refusal } from './parse-values.ts';
import { parseRule } from './rule-parse.ts';
import type { Table } from './ruleset.ts';
import { shellWords } from './words.ts';

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the command works on. */
export interface CommandHost {
  readonly by: Provenance;
  draft(table: TableName): TableDraft;
  commit(section: Section): void;
  list(table: TableName, chain: string | null, options: ListOptions): string;
  table(table: TableName): Table;
  counters(): CounterSnapshot;
  zero(table: TableName, chain: string | null): void;
}

const TABLES: ReadonlySet<string> = new Set<TableName>(['raw', 'mangle', 'nat', 'filter']);
const USAGE = "Try `iptables -h' or 'iptables --help' for more information.\n";

/** Commands by letter, and how many words of their own may follow. */
const COMMANDS: ReadonlyMap<string, string> = new Map([
  ['--append', '-A'],
  ['--insert', '-I'],
  ['--delete', '-D'],
  ['--replace', '-R'],
  ['--check', '-C'],
  ['--list', '-L'],
  ['--list-rules', '-S'],
  ['--flush', '-F'],
  ['--zero', '-Z'],
  ['--new-chain', '-N'],
  ['--delete-chain', '-X'],
  ['--policy', '-P'],
  ['--rename-chain', '-E'],
  ['--version', '-V'],
  ['--help', '-h'],
]);
const LETTERS = new Set(COMMANDS.values());

interface Parsed {
  table: TableName;
  command: string;
  /** The command's own words: chain, number, policy. */
  own: string[];
  /** The rest, which is the rule. */
  rule: string[];
  numeric: boolean;
  verbose: boolean;
  exact: boolean;
  lineNumbers: boolean;
}

function done(stdout: string): CommandResult {
  return { exitCode: 0, stdout, stderr: '' };
}

function failure(refusal: Refusal, chain: string): CommandResult {
  switch (refusal.kind) {
    case 'failed':
      return { exitCode: 1, stdout: '', stderr: `iptables: ${refusal.message}\n` };
    case 'kernel': {
      const text = refusal.message.includes(' failed (')
        ? refusal.message
        : `RULE_APPEND failed (${refusal.message}): rule in chain ${chain}`;
      return { exitCode: 4, stdout: '', stderr: `iptables ${VERSION}:  ${text}\n` };
    }
    case 'bad-argument':
      return { exitCode: 2, stdout: '', stderr: `${refusal.message}\n${USAGE}` };
    case 'usage':
      return { exitCode: 2, stdout: '', stderr: `iptables ${VERSION}: ${refusal.message}\n${USAGE}` };
    case 'no-chain':
      return { exitCode: 1, stdout: '', stderr: `iptables ${VERSION}: ${refusal.message}\n` };
    case 'no-table':
      return { exitCode: 3, stdout: '', stderr: `iptables ${VERSION}: ${refusal.message}\n` };
  }
}

/** Splits `-nvL` into `-n -v -L`; words that are not clusters of known letters stay. */
function spread(word: string): string[] {
  return /^-[LSnvxFZ]{2,}$/.test(word) ? word.slice(1).replace(/./g, ' -$&').trim().split(' ') : [word];
}

function parseCommand(argv: readonly string[]): Parsed {
  const parsed: Parsed = {
    table: 'filter',
    command: '',
    own: [],
    rule: [],
    numeric: false,
    verbose: false,
    exact: false,
    lineNumbers: false,
  };
  const words = argv.flatMap(spread);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const command = COMMANDS.get(word) ?? word;
    if (LETTERS.has(command)) {
      if (parsed.command !== '') throw new Refusal(`Cannot use ${command} with ${parsed.command}`);
      parsed.command = command;
      while (parsed.own.length < 3 && i + 1 < words.length && !/^(-.|!$)/.test(words[i + 1] ?? ''))
        parsed.own.push(words[++i] ?? '');
    } else if (word === '-t' || word === '--table') parsed.table = tableName(words[++i]);
    else if (!readSwitch(parsed, word)) {
      if (word === '-w' || word === '--wait') {
        if (/^\d+$/.test(words[i + 1] ?? '')) i++;
      } else parsed.rule.push(word);
    }
  }
  return parsed;
}

function readSwitch(parsed: Parsed, word: string): boolean {
  switch (word) {
    case '-n':
    case '--numeric':
      parsed.numeric = true;
      return true;
    case '-v':
    case '--verbose':
      parsed.verbose = true;
      return true;
    case '-x':
    case '--exact':
      parsed.exact = true;
      return true;
    case '--line-numbers':
      parsed.lineNumbers = true;
      return true;
    default:
      return false;
  }
}

function tableName(word: string | undefined): TableName {
  if (word === undefined) throw new Refusal('option "-t" requires an argument');
  if (!TABLES.has(word))
    throw new Refusal(`table '${word}' does not exist\nPerhaps iptables or your kernel needs to be upgraded.`, 'no-table');
  return word as TableName;
}

/** Runs the command; `command` is what follows `iptables`. */
export function runCommand(command: string | readonly string[], host: CommandHost): CommandResult {
  const words = typeof command === 'string' ? shellWords(command) : command;
  let chain = '';
  try {
    if (words === null) throw new Refusal('unterminated quoted string', 'bad-argument');
    const parsed = parseCommand(words[0] === 'iptables' ? words.slice(1) : words);
    chain = parsed.own[0] ?? '';
    return execute(parsed, host);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return failure(error, chain);
  }
}

function execute(parsed: Parsed, host: CommandHost): CommandResult {
  const { command, table, own, rule } = parsed;
  switch (command) {
    case '':
      throw rule[0] === undefined
        ? new Refusal('no command specified')
        : rule[0].startsWith('-')
          ? new Refusal(`unknown option "${rule[0]}"`)
          : new Refusal(`Bad argument \`${rule[0]}'`, 'bad-argument');
    case '-V':
      return done(`iptables ${VERSION}\n`);
    case '-h':
      return done(`iptables ${VERSION}\n\nUsage: iptables -[ACD] chain rule-specification [options]\n`);
    case '-L':
      return done(list(parsed, host));
    case '-S':
      return done(listRules(parsed, host));
    case '-Z':
      host.zero(table, own[0] ?? null);
      return done('');
    case '-C':
      return check(parsed, host);
    default: {
      const draft = host.draft(table);
      const ruleCounters = new Map<number, { packets: number; bytes: number }>();
      applyOperation(draft, [command, ...own, ...rule], {
        by: () => host.by,
        counted: (id, given) => {
          if (given !== null) ruleCounters.set(id, given);
        },
      });
      host.commit({ draft, policyCounters: new Map(), ruleCounters });
      return done('');
    }
  }
}

function known(parsed: Parsed, host: CommandHost): string | null {
  const chain = parsed.own[0] ?? null;
  if (chain !== null && !host.table(parsed.table).chains.has(chain)) {
    throw new Refusal(`chain \`${chain}' in table \`${parsed.table}' is incompatible, use 'nft' tool.`, 'no-chain');
  }
  return chain;
}

function list(parsed: Parsed, host: CommandHost): string {
  const text = host.list(parsed.table, known(parsed, host), parsed);
  const number = parsed.own[1];
  if (number === undefined) return text;
  const line = text.split('\n')[Number(number) + 1];
  return line === undefined || line === '' ? '' : `${line}\n`;
}

function listRules(parsed: Parsed, host: CommandHost): string {
  const only = known(parsed, host);
  const { rules, policies } = host.counters();
  const counted = (counter: { packets: number; bytes: number } | undefined): string =>
    parsed.verbose ? ` -c ${counter?.packets ?? 0} ${counter?.bytes ?? 0}` : '';
  const heads: string[] = [];
  const lines: string[] = [];
  for (const chain of host.table(parsed.table).chains.values()) {
    if (only !== null && chain.name !== only) continue;
    if (chain.policy === null) heads.push(`-N ${chain.name}`);
    else heads.push(`-P ${chain.name} ${chain.policy}${counted(policies.get(`${parsed.table}/${chain.name}`))}`);
    const prefix = `-A ${chain.name}`;
    for (const rule of chain.rules) lines.push(`${prefix}${counted(rules.get(rule.id))}${rule.text.slice(prefix.length)}`);
  }
  const number = parsed.own[1];
  const shown = number === undefined ? heads.concat(lines) : lines.slice(Number(number) - 1, Number(number));
  return shown.map((line) => `${line}\n`).join('');
}

function check(parsed: Parsed, host: CommandHost): CommandResult {
  const chain = parsed.own[0] ?? '';
  const draft = host.draft(parsed.table);
  const bad = new Refusal('Bad rule (does a matching rule exist in that chain?).', 'failed');
  if (!draft.has(chain)) throw bad;
  const { specs } = parseRule(parsed.rule, 0, { table: parsed.table, chain, base: draft.isBase(chain) });
  if (specs.some((spec) => draft.find(chain, spec) < 0)) throw bad;
  return done('');
}
