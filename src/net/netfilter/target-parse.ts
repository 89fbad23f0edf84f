/**
 * Parses targets, in the words of iptables 1.8.9 (libxt_NAME.c, libipt_NAME.c).
 */
import { assertNever } from '../../lib/assert.ts';
import type { RejectWith } from './hooks.ts';
import type { NextWord } from './match-draft.ts';
import { portNumber } from './names.ts';
import { addressU32, integer, Refusal, u32, valueMask } from './parse-values.ts';
import type { NatRange, Target } from './target.ts';
import { owned } from './words.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const REFUSED = new Set([
  'AUDIT',
  'CHECKSUM',
  'CLASSIFY',
  'CLUSTERIP',
  'CONNSECMARK',
  'DNPT',
  'DSCP',
  'ECN',
  'HL',
  'HMARK',
  'IDLETIMER',
  'LED',
  'NETMAP',
  'NFQUEUE',
  'QUEUE',
  'RATEEST',
  'SECMARK',
  'SET',
  'SYNPROXY',
  'TCPOPTSTRIP',
  'TEE',
  'TOS',
  'TPROXY',
  'TRACE',
  'TTL',
  'ULOG',
]);

/** Targets with options, while these are read. */
export type TargetDraft =
  | { readonly kind: 'ACCEPT' | 'DROP' | 'RETURN' | 'NOTRACK' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  | { readonly kind: 'REJECT'; with: RejectWith }
  | { readonly kind: 'MARK'; value: number | null; mask: number }
  | { readonly kind: 'CONNMARK'; op: 'set' | 'save' | 'restore' | null; value: number; ctmask: number; nfmask: number }
  | { readonly kind: 'DNAT' | 'SNAT' | 'MASQUERADE' | 'REDIRECT'; given: boolean; range: Mutable<NatRange> }
  | { readonly kind: 'LOG'; prefix: string; level: number; flags: string[] }
  | { readonly kind: 'NFLOG'; prefix: string; group: number; size: number | null; threshold: number | null }
  | { readonly kind: 'CT'; notrack: boolean }
  | { readonly kind: 'TCPMSS'; mss: number | null; clamp: boolean };

function emptyRange(): Mutable<NatRange> {
  return {
    minAddr: null,
    maxAddr: null,
    minPort: null,
    maxPort: null,
    basePort: null,
    random: false,
    randomFully: false,
    persistent: false,
  };
}

/** Opens `-j name`; a name that is no target is a chain. */
export function openTarget(name: string): TargetDraft {
  switch (name) {
    case 'ACCEPT':
    case 'DROP':
    case 'RETURN':
    case 'NOTRACK':
      return { kind: name };
    case 'REJECT':
      return { kind: 'REJECT', with: 'icmp-port-unreachable' };
    case 'MARK':
      return { kind: 'MARK', value: null, mask: 0 };
    case 'CONNMARK':
      return { kind: 'CONNMARK', op: null, value: 0, ctmask: 0xffffffff, nfmask: 0xffffffff };
    case 'DNAT':
    case 'SNAT':
    case 'MASQUERADE':
    case 'REDIRECT':
      return { kind: name, given: false, range: emptyRange() };
    case 'LOG':
      return { kind: 'LOG', prefix: '', level: 4, flags: [] };
    case 'NFLOG':
      return { kind: 'NFLOG', prefix: '', group: 0, size: null, threshold: null };
    case 'CT':
      return { kind: 'CT', notrack: false };
    case 'TCPMSS':
      return { kind: 'TCPMSS', mss: null, clamp: false };
    default:
      if (REFUSED.has(name)) throw new Refusal(`target \`${name}' is not simulated`);
      if (name.length > 28) throw new Refusal(`Invalid target name \`${name}' (28 chars max)`);
      return { kind: 'jump', chain: owned(name) };
  }
}

const REJECT_TYPES: readonly (readonly [with_: RejectWith, alias: string])[] = [
  ['icmp-net-unreachable', 'net-unreach'],
  ['icmp-host-unreachable', 'host-unreach'],
  ['icmp-proto-unreachable', 'proto-unreach'],
  ['icmp-port-unreachable', 'port-unreach'],
  ['icmp-net-prohibited', 'net-prohib'],
  ['icmp-host-prohibited', 'host-prohib'],
  ['tcp-reset', 'tcp-rst'],
  ['icmp-admin-prohibited', 'admin-prohib'],
];

const LOG_LEVELS: readonly (readonly [word: string, level: number])[] = [
  ['alert', 1],
  ['crit', 2],
  ['debug', 7],
  ['emerg', 0],
  ['error', 3],
  ['info', 6],
  ['notice', 5],
  ['panic', 0],
  ['warning', 4],
];

const LOG_FLAGS = ['log-tcp-sequence', 'log-tcp-options', 'log-ip-options', 'log-uid', 'log-macdecode'];

/** Reads `option` into the draft; false when the target has no such option. */
export function readTargetOption(draft: TargetDraft, option: string, next: NextWord): boolean {
  switch (draft.kind) {
    case 'REJECT': {
      if (option !== '--reject-with') return false;
      const word = next(option);
      const type = REJECT_TYPES.find(([name, alias]) => name === word || alias === word);
      if (type === undefined) throw new Refusal(`unknown reject type "${word}"`);
      draft.with = type[0];
      return true;
    }
    case 'MARK':
      return readMark(draft, option, next);
    case 'CONNMARK':
      return readConnmark(draft, option, next);
    case 'DNAT':
    case 'SNAT':
    case 'MASQUERADE':
    case 'REDIRECT':
      return readNat(draft, option, next);
    case 'LOG':
      return readLog(draft, option, next);
    case 'NFLOG':
      return readNflog(draft, option, next);
    case 'CT':
      if (option === '--notrack') {
        draft.notrack = true;
        return true;
      }
      if (['--zone', '--zone-orig', '--zone-reply', '--helper', '--ctevents', '--expevents', '--timeout'].includes(option)) {
        throw new Refusal(`option \`${option}' of target \`CT' is not simulated`);
      }
      return false;
    case 'TCPMSS':
      if (option === '--clamp-mss-to-pmtu') draft.clamp = true;
      else if (option === '--set-mss') draft.mss = integer(next(option), 'TCPMSS', option, 0, 65495);
      else return false;
      return true;
    default:
      return false;
  }
}

function markWords(option: string, word: string, module: string): { value: number; mask: number } | null {
  switch (option) {
    case '--set-xmark':
      return valueMask(word, module, option);
    case '--set-mark': {
      const { value, mask } = valueMask(word, module, option);
      return { value, mask: (mask | value) >>> 0 };
    }
    case '--or-mark': {
      const { value } = valueMask(word, module, option);
      return { value, mask: value };
    }
    case '--and-mark':
      return { value: 0, mask: ~valueMask(word, module, option).value >>> 0 };
    case '--xor-mark':
      return { value: valueMask(word, module, option).value, mask: 0 };
    default:
      return null;
  }
}

const MARK_OPTIONS = new Set(['--set-xmark', '--set-mark', '--or-mark', '--and-mark', '--xor-mark']);

function readMark(draft: TargetDraft & { kind: 'MARK' }, option: string, next: NextWord): boolean {
  if (!MARK_OPTIONS.has(option)) return false;
  if (draft.value !== null) throw new Refusal(`MARK: option "${option}" cannot be used together with another mark option.\n`);
  Object.assign(draft, markWords(option, next(option), 'MARK'));
  return true;
}

function readConnmark(draft: TargetDraft & { kind: 'CONNMARK' }, option: string, next: NextWord): boolean {
  if (MARK_OPTIONS.has(option)) {
    const mark = markWords(option, next(option), 'CONNMARK');
    draft.op = 'set';
    draft.value = mark?.value ?? 0;
    draft.ctmask = mark?.mask ?? 0;
    return true;
  }
  switch (option) {
    case '--save-mark':
    case '--restore-mark':
      draft.op = option === '--save-mark' ? 'save' : 'restore';
      return true;
    case '--mask':
    case '--nfmask':
    case '--ctmask': {
      const mask = u32(next(option));
      if (mask === null) throw new Refusal(`CONNMARK: bad integer value for option "${option}", or out of range.\n`);
      if (option !== '--nfmask') draft.ctmask = mask;
      if (option !== '--ctmask') draft.nfmask = mask;
      return true;
    }
    default:
      return false;
  }
}

type NatDraft = TargetDraft & { kind: 'DNAT' | 'SNAT' | 'MASQUERADE' | 'REDIRECT' };

function readNat(draft: NatDraft, option: string, next: NextWord): boolean {
  const { kind, range } = draft;
  switch (option) {
    case '--to-destination':
    case '--to-source':
    case '--to':
      if (kind !== (option === '--to-source' ? 'SNAT' : 'DNAT') && !(option === '--to' && kind === 'SNAT')) return false;
      if (draft.given) throw new Refusal(`${kind}: Multiple --to-${kind === 'SNAT' ? 'source' : 'destination'} not supported`);
      draft.given = true;
      readTo(range, next(option), kind === 'DNAT');
      return true;
    case '--to-ports':
    case '--to-port':
      if (kind !== 'MASQUERADE' && kind !== 'REDIRECT') return false;
      readPorts(range, next(option), false);
      return true;
    case '--random':
      range.random = true;
      return true;
    case '--random-fully':
      if (kind !== 'SNAT' && kind !== 'MASQUERADE') return false;
      range.randomFully = true;
      return true;
    case '--persistent':
      if (kind !== 'SNAT' && kind !== 'DNAT') return false;
      range.persistent = true;
      return true;
    default:
      return false;
  }
}

function natPort(word: string): number {
  const value = portNumber(word);
  if (value === null) throw new Refusal(`Port \`${word}' not valid`);
  return value;
}

/** `[addr[-addr]][:port[-port[/base]]]`. */
function readTo(range: Mutable<NatRange>, word: string, shifts: boolean): void {
  const colon = word.indexOf(':');
  if (colon >= 0) readPorts(range, word.slice(colon + 1), shifts);
  const addresses = colon < 0 ? word : word.slice(0, colon);
  if (addresses === '') return;
  const dash = addresses.indexOf('-');
  const min = addressU32(dash < 0 ? addresses : addresses.slice(0, dash));
  const max = dash < 0 ? min : addressU32(addresses.slice(dash + 1));
  if (min === null || max === null) throw new Refusal(`Bad IP address "${addresses}"`);
  range.minAddr = min;
  range.maxAddr = max;
}

function readPorts(range: Mutable<NatRange>, word: string, shifts: boolean): void {
  const slash = word.indexOf('/');
  if (slash >= 0 && !shifts) throw new Refusal(`Port \`${word}' not valid`);
  const ports = slash < 0 ? word : word.slice(0, slash);
  const dash = ports.indexOf('-');
  range.minPort = natPort(dash < 0 ? ports : ports.slice(0, dash));
  range.maxPort = dash < 0 ? range.minPort : natPort(ports.slice(dash + 1));
  range.basePort = slash < 0 ? null : natPort(word.slice(slash + 1));
  if (range.minPort > range.maxPort) throw new Refusal(`Port range \`${ports}' funky`);
}

function readLog(draft: TargetDraft & { kind: 'LOG' }, option: string, next: NextWord): boolean {
  if (option === '--log-prefix') draft.prefix = next(option);
  else if (option === '--log-level') {
    const word = next(option);
    const level = u32(word) ?? LOG_LEVELS.find(([name]) => name.startsWith(word.toLowerCase()))?.[1];
    if (level === undefined || level > 7) throw new Refusal(`log-level \`${word}' unknown`);
    draft.level = level;
  } else {
    const flag = LOG_FLAGS.find((name) => `--${name}` === option);
    if (flag === undefined) return false;
    if (!draft.flags.includes(flag)) draft.flags = LOG_FLAGS.filter((name) => name === flag || draft.flags.includes(name));
  }
  return true;
}

function readNflog(draft: TargetDraft & { kind: 'NFLOG' }, option: string, next: NextWord): boolean {
  switch (option) {
    case '--nflog-prefix':
      draft.prefix = next(option);
      return true;
    case '--nflog-group':
      draft.group = integer(next(option), 'NFLOG', option, 0, 65535);
      return true;
    case '--nflog-size':
      draft.size = integer(next(option), 'NFLOG', option, 0, 0xffffffff);
      return true;
    case '--nflog-threshold':
      draft.threshold = integer(next(option), 'NFLOG', option, 0, 65535);
      return true;
    default:
      return false;
  }
}

const PORT_PROTOCOLS = new Set([6, 17, 33, 132]);

/** Closes a draft; `protocol` is the rule's, or null. */
export function finishTarget(draft: TargetDraft, protocol: number | null): Target {
  switch (draft.kind) {
    case 'MARK':
      if (draft.value === null) throw new Refusal('MARK: One of the --set-xmark, --{and,or,xor,set}-mark options is required');
      return { kind: 'MARK', value: draft.value, mask: draft.mask };
    case 'CONNMARK':
      if (draft.op === null) throw new Refusal('CONNMARK target: No operation specified');
      return { ...draft, op: draft.op };
    case 'DNAT':
    case 'SNAT':
    case 'MASQUERADE':
    case 'REDIRECT': {
      const to = draft.kind === 'SNAT' ? '--to-source' : '--to-destination';
      if (!draft.given && (draft.kind === 'DNAT' || draft.kind === 'SNAT')) {
        throw new Refusal(`${draft.kind}: option "${to}" must be specified\n`);
      }
      if (draft.range.minPort !== null && (protocol === null || !PORT_PROTOCOLS.has(protocol))) {
        throw new Refusal('Need TCP, UDP, SCTP or DCCP with port specification');
      }
      return { kind: draft.kind, range: draft.range };
    }
    case 'CT':
      if (!draft.notrack) throw new Refusal("target `CT' without `--notrack' is not simulated");
      return { kind: 'CT' };
    case 'TCPMSS':
      if (draft.mss === null && !draft.clamp) throw new Refusal('TCPMSS target: At least one parameter is required');
      return { kind: 'TCPMSS', mss: draft.mss };
    case 'NOTRACK':
    case 'ACCEPT':
    case 'DROP':
    case 'RETURN':
    case 'jump':
    case 'goto':
    case 'REJECT':
    case 'LOG':
    case 'NFLOG':
      return draft;
    default:
      return assertNever(draft);
  }
}
