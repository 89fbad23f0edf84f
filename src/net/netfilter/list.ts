/**
 * `iptables -L` and its kin `-nvL --line-numbers -x`, as text (xshared.c print_header, print_rule_details).
 *
 * Simplification: addresses are never resolved to host names.
 */
import { ipFromU32 } from '../../lib/ip.ts';
import type { Counter, Counters } from './counters.ts';
import { listMatch, listTarget, type Names } from './list-match.ts';
import type { AddressMask, InterfaceMatch, Match } from './match.ts';
import { addressMaskText } from './match-print.ts';
import { protocolName } from './names.ts';
import type { Chain, Rule, Table } from './ruleset.ts';
import { targetName } from './target.ts';

export interface ListOptions {
  readonly numeric: boolean;
  readonly verbose: boolean;
  readonly lineNumbers: boolean;
  /** `-x`: counters in full. */
  readonly exact: boolean;
}

/** A counter in at most five characters (xtables_print_num). */
function shortNumber(value: number): string {
  if (value <= 99999) return String(value);
  for (const unit of ['K', 'M', 'G']) {
    value = Math.round(value / 1000);
    if (value <= 9999) return `${value}${unit}`;
  }
  return `${Math.round(value / 1000)}T`;
}

function counterColumns({ packets, bytes }: Counter, options: ListOptions): string {
  if (options.exact) return `${String(packets).padStart(8)} ${String(bytes).padStart(8)} `;
  const column = (value: number): string => shortNumber(value).padStart(5);
  return `${column(packets)} ${column(bytes)} `;
}

function header(chain: Chain, policy: Counter, references: ReadonlyMap<string, number>, options: ListOptions): string {
  if (chain.policy === null) return `Chain ${chain.name} (${references.get(chain.name) ?? 0} references)`;
  if (!options.verbose) return `Chain ${chain.name} (policy ${chain.policy})`;
  const count = (value: number): string => (options.exact ? String(value) : shortNumber(value));
  return `Chain ${chain.name} (policy ${chain.policy} ${count(policy.packets)} packets, ${count(policy.bytes)} bytes)`;
}

function columns(options: ListOptions): string {
  const counters = options.exact ? '    pkts      bytes ' : ' pkts bytes ';
  return (
    (options.lineNumbers ? 'num  ' : '') +
    (options.verbose ? counters : '') +
    'target     prot opt ' +
    (options.verbose ? 'in     out     ' : '') +
    'source               destination         '
  );
}

function find<K extends Match['kind']>(rule: Rule, kind: K): Extract<Match, { kind: K }> | null {
  return (rule.matches.find((match) => match.kind === kind) as Extract<Match, { kind: K }> | undefined) ?? null;
}

const TRANSPORTS: ReadonlyMap<number, 'tcp' | 'udp' | 'sctp'> = new Map([
  [6, 'tcp'],
  [17, 'udp'],
  [132, 'sctp'],
]);

/** What /etc/hosts and /etc/networks of every machine know. */
const KNOWN_ADDRESSES: ReadonlyMap<string, string> = new Map([
  ['127.0.0.1', 'localhost'],
  ['127.0.0.0/8', 'loopback/8'],
  ['169.254.0.0/16', 'link-local/16'],
]);

function addressColumn(address: AddressMask | null, options: ListOptions): string {
  if (address === null) return (options.numeric ? '0.0.0.0/0' : 'anywhere').padEnd(19);
  const text = address.mask === 0xffffffff ? ipFromU32(address.addr) : addressMaskText(address);
  return (options.numeric ? text : (KNOWN_ADDRESSES.get(text) ?? text)).padEnd(19);
}

function deviceColumn(device: InterfaceMatch | null, options: ListOptions): string {
  if (device === null) return options.numeric ? '*' : 'any';
  return device.invert ? `!${device.name}` : device.name;
}

function protocolColumn(rule: Rule, options: ListOptions): string {
  const match = find(rule, 'protocol');
  const number = match?.protocol ?? 0;
  const name = number === 0 ? 'all' : protocolName(number);
  return `${match?.invert === true ? '!' : ' '}${(options.numeric ? String(number) : name).padEnd(4)}`;
}

function fragmentColumn(rule: Rule): string {
  const match = find(rule, 'fragment');
  if (match === null) return '--';
  return match.invert ? '!f' : '-f';
}

/** One rule as `iptables -L` prints it. */
function ruleLine(rule: Rule, number: number, counter: Counter, options: ListOptions): string {
  const source = find(rule, 'source');
  const destination = find(rule, 'destination');
  const devices = `${deviceColumn(find(rule, 'in'), options).padEnd(6)} ${deviceColumn(find(rule, 'out'), options).padEnd(6)} `;
  return (
    (options.lineNumbers ? `${String(number).padEnd(4)} ` : '') +
    (options.verbose ? counterColumns(counter, options) : '') +
    `${targetName(rule.target).padEnd(9)} ` +
    `${protocolColumn(rule, options)} ${fragmentColumn(rule)} ` +
    (options.verbose ? ` ${devices}` : '') +
    `${source?.invert === true ? '!' : ' '}${addressColumn(source, options)} ` +
    `${destination?.invert === true ? '!' : ' '}${addressColumn(destination, options)}` +
    ` ${ruleExtra(rule, options)}`
  );
}

/** What follows the destination in a line of `iptables -L`: matches without a column and the target's options. */
export function ruleExtra(rule: Rule, names: Names): string {
  const transport = TRANSPORTS.get(find(rule, 'protocol')?.protocol ?? 6) ?? 'tcp';
  const extensions = rule.matches.map((match) => listMatch(match, transport, names)).join('');
  const target = listTarget(rule.target, names);
  return rule.target?.kind === 'goto' ? `${target}${extensions}` : `${extensions}${target}`;
}

function referencesOf(table: Table): Map<string, number> {
  const references = new Map<string, number>();
  for (const chain of table.chains.values()) {
    for (const { target } of chain.rules) {
      if (target?.kind !== 'jump' && target?.kind !== 'goto') continue;
      references.set(target.chain, (references.get(target.chain) ?? 0) + 1);
    }
  }
  return references;
}

/** `iptables -t TABLE -L [CHAIN]` in full; '' when there is no such chain. */
export function listTable(table: Table, chain: string | null, counters: Counters, options: ListOptions): string {
  const references = referencesOf(table);
  const blocks: string[] = [];
  for (const each of table.chains.values()) {
    if (chain !== null && each.name !== chain) continue;
    const lines = [header(each, counters.policy(table.name, each.name), references, options), columns(options)];
    for (const [index, rule] of each.rules.entries()) lines.push(ruleLine(rule, index + 1, counters.rule(rule.id), options));
    blocks.push(`${lines.join('\n')}\n`);
  }
  return blocks.join('\n');
}
