/**
 * `tc qdisc add|replace|change|del dev DEVICE root netem …` (iproute2 tc/tc_qdisc.c tc_qdisc_modify, tc/q_netem.c netem_parse_opt).
 *
 * Simplification: netem at the root alone, with `delay TIME` and `loss [random] PERCENT`; no classes, filters or other disciplines.
 */
import type { Provenance } from '../../lib/provenance.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Netem } from '../../net/dev/netem.ts';
import type { Netns } from '../../net/netns.ts';
import { abbreviated, DONE, INCOMPLETE, notSimulated, unknownCommand, type ToolResult, type Words } from './words.ts';

const COMMANDS = ['add', 'change', 'replace', 'link', 'delete', 'show', 'list'] as const;
type Command = (typeof COMMANDS)[number];

/** Disciplines a kernel has, which are not modelled. */
const OTHER_KINDS: ReadonlySet<string> = new Set([
  'tbf',
  'htb',
  'fq',
  'fq_codel',
  'pfifo',
  'pfifo_fast',
  'sfq',
  'noqueue',
  'ingress',
  'clsact',
  'prio',
  'hfsc',
  'red',
  'cake',
]);

/** q_netem.c's options beyond those that are simulated. */
const OTHER_OPTIONS: ReadonlySet<string> = new Set([
  'limit',
  'corrupt',
  'duplicate',
  'reorder',
  'gap',
  'rate',
  'slot',
  'distribution',
  'ecn',
  'seed',
]);

/** Nanoseconds of a unit; a bare number is microseconds (tc_util.c get_time). */
const UNITS: Readonly<Record<string, number>> = {
  s: 1e9,
  sec: 1e9,
  secs: 1e9,
  ms: 1e6,
  msec: 1e6,
  msecs: 1e6,
  us: 1e3,
  usec: 1e3,
  usecs: 1e3,
  ns: 1,
  '': 1e3,
};

export function tc(netns: Netns, words: Words, by: Provenance): ToolResult {
  const object = words.take();
  if (object === null) return err('Usage: tc [ OPTIONS ] OBJECT { COMMAND | help }');
  switch (abbreviated(object, ['qdisc', 'class', 'filter', 'chain', 'action', 'monitor', 'exec'])) {
    case 'qdisc':
      break;
    case null:
      return err(`Object "${object}" is unknown, try "tc help".`);
    default:
      return notSimulated(`tc ${object}`);
  }
  const word = words.take() ?? 'show';
  const command = abbreviated(word, COMMANDS);
  if (command === null) return unknownCommand(word, 'tc qdisc');
  return command === 'show' || command === 'list' || command === 'link'
    ? notSimulated(`tc qdisc ${command}`)
    : modify(netns, words, command, by);
}

function modify(netns: Netns, words: Words, command: Exclude<Command, 'show' | 'list' | 'link'>, by: Provenance): ToolResult {
  let name: string | null = null;
  let root = false;
  let kind: string | null = null;
  while (!words.done && kind === null) {
    const word = words.take() ?? '';
    if (word === 'dev') name = words.take();
    else if (word === 'root') root = true;
    else if (word === 'handle') words.take();
    else kind = word;
  }
  if (name === null) return err('RTNETLINK answers: No such device');
  const dev = netns.link(name);
  if (dev === undefined) return err(`Cannot find device "${name}"`);
  if (!root) return err('Error: Handle cannot be zero.');
  if (command === 'delete') {
    return dev.netem === null && dev.tbf === null
      ? err('Error: Cannot delete qdisc with handle of zero.')
      : done(netns.setLink(name, { netem: null }, by));
  }
  if (kind === null) return err('Error: Specified qdisc kind is unknown.');
  if (kind !== 'netem')
    return OTHER_KINDS.has(kind) ? notSimulated(`tc qdisc ${kind}`) : err('Error: Specified qdisc kind is unknown.');
  const options = takeNetem(words);
  if (!options.ok) return options;
  if (command === 'add' && (dev.netem !== null || dev.tbf !== null)) return err('Error: Exclusivity flag on, cannot modify.');
  if (command === 'change' && dev.netem === null) return err('Error: Qdisc not found. To create specify NLM_F_CREATE flag.');
  return done(netns.setLink(name, { netem: options.value }, by));
}

function takeNetem(words: Words): Result<Netem, string> {
  let netem: Netem = { delayNs: 0, loss: 0 };
  while (!words.done) {
    const word = words.take() ?? '';
    if (word === 'delay' || word === 'latency') {
      const delayNs = timeWord(words.take());
      if (!delayNs.ok) return delayNs;
      netem = { ...netem, delayNs: delayNs.value };
      const next = words.peek();
      if (next !== null && /^\d/.test(next)) return err('netem jitter: not simulated');
    } else if (word === 'loss' || word === 'drop') {
      if (words.peek() === 'state' || words.peek() === 'gemodel') return err(`netem loss ${words.peek() ?? ''}: not simulated`);
      words.accept('random');
      const loss = percentWord(words.take());
      if (!loss.ok) return loss;
      netem = { ...netem, loss: loss.value };
      const next = words.peek();
      if (next !== null && /^\d/.test(next)) return err('netem loss correlation: not simulated');
    } else if (OTHER_OPTIONS.has(word)) return err(`netem ${word}: not simulated`);
    else return err(`What is "${word}"?`);
  }
  return ok(netem);
}

function timeWord(text: string | null): Result<number, string> {
  if (text === null) return INCOMPLETE;
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([a-z]*)$/.exec(text) ?? [];
  const scale = UNITS[unit];
  return number === '' || scale === undefined ? err('Illegal "latency"') : ok(Math.round(Number(number) * scale));
}

function percentWord(text: string | null): Result<number, string> {
  if (text === null) return INCOMPLETE;
  if (!/^\d/.test(text)) return err(`Unknown loss parameter: ${text}`);
  const [, number = ''] = /^(\d+(?:\.\d+)?)%?$/.exec(text) ?? [];
  return number === '' || Number(number) > 100 ? err('Illegal "loss percent"') : ok(Number(number) / 100);
}

function done(result: Result<void, string>): ToolResult {
  return result.ok ? DONE : result;
}
