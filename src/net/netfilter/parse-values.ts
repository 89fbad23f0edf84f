/**
 * Values in rule text: addresses with masks, port ranges, marks, rates; errors in the words of iptables 1.8.9.
 */
import { maskOf } from '../../lib/cidr.ts';
import { parseU32 } from '../../lib/ip.ts';
import type { AddressMask, PortRange } from './match.ts';
import { portNumber } from './names.ts';

/** Who refuses a rule: the tool while reading it, the kernel when it is committed, or the tool's bare `line N failed`. */
export type RefusalKind = 'usage' | 'bad-argument' | 'kernel' | 'failed' | 'no-table' | 'no-chain';

/** A rule that was refused. Thrown by the parsers and turned into data at their edge. */
export class Refusal extends Error {
  readonly kind: RefusalKind;

  constructor(message: string, kind: RefusalKind = 'usage') {
    super(message);
    this.kind = kind;
  }
}

/** A dotted address; missing trailing octets are zero, as iptables pads them. */
export function addressU32(word: string): number | null {
  const full = parseU32(word);
  if (full !== null) return full;
  if (!/^\d{1,3}(\.\d{1,3}){0,3}$/.test(word)) return null;
  const octets = word.split('.').map(Number);
  if (octets.some((octet) => octet > 255)) return null;
  while (octets.length < 4) octets.push(0);
  return octets.reduce((value, octet) => value * 256 + octet, 0);
}

function maskU32(word: string): number {
  if (/^\d+$/.test(word)) {
    if (Number(word) > 32) throw new Refusal(`invalid mask \`${word}' specified`);
    return maskOf(Number(word));
  }
  const mask = addressU32(word);
  if (mask === null) throw new Refusal(`invalid mask \`${word}' specified`);
  return mask;
}

/** `a.b.c.d[/mask]` with host bits cleared. */
export function addressMask(word: string, invert: boolean): AddressMask {
  const slash = word.indexOf('/');
  const host = slash < 0 ? word : word.slice(0, slash);
  const mask = slash < 0 ? 0xffffffff : maskU32(word.slice(slash + 1));
  const addr = addressU32(host);
  if (addr === null) throw new Refusal(`host/network \`${host}' not found`);
  return { addr: (addr & mask) >>> 0, mask, invert };
}

function port(word: string): number {
  const value = portNumber(word);
  if (value === null) throw new Refusal(`invalid port/service \`${word}' specified`);
  return value;
}

/** `80`, `80:90`, `:90`, `80:` or a service name. */
export function portRange(word: string, invert: boolean): PortRange {
  const colon = word.indexOf(':');
  if (colon < 0) {
    const value = port(word);
    return { min: value, max: value, invert };
  }
  const from = word.slice(0, colon);
  const to = word.slice(colon + 1);
  const min = from === '' ? 0 : port(from);
  const max = to === '' ? 65535 : port(to);
  if (min > max) throw new Refusal('invalid portrange (min > max)');
  return { min, max, invert };
}

/** A u32 in decimal, hexadecimal or octal, or null. */
export function u32(word: string): number | null {
  if (!/^(0[xX][0-9a-fA-F]{1,8}|\d{1,10})$/.test(word)) return null;
  const value = /^0\d/.test(word) ? parseInt(word, 8) : Number(word);
  return Number.isInteger(value) && value <= 0xffffffff ? value : null;
}

/** `value[/mask]`, the mask all ones when absent. */
export function valueMask(word: string, module: string, option: string): { value: number; mask: number } {
  const slash = word.indexOf('/');
  const value = u32(slash < 0 ? word : word.slice(0, slash));
  const mask = slash < 0 ? 0xffffffff : u32(word.slice(slash + 1));
  if (value === null || mask === null)
    throw new Refusal(`${module}: bad integer value for option "${option}", or out of range.\n`);
  return { value, mask };
}

/** An integer option in [min, max]. */
export function integer(word: string, module: string, option: string, min: number, max: number): number {
  const value = u32(word);
  if (value === null || value < min || value > max) {
    throw new Refusal(`${module}: bad value for option "${option}", or out of range (${min}-${max}).\n`);
  }
  return value;
}

const INTERFACE_MAX = 15;

/** An interface name, maybe with a trailing `+`. */
export function interfaceName(word: string): string {
  if (word === '') throw new Refusal('Empty interface is likely to be undesired');
  if (word.length > INTERFACE_MAX) {
    throw new Refusal(`interface name \`${word}' must be shorter than IFNAMSIZ (${INTERFACE_MAX})`);
  }
  return word;
}

/** Units per second of a limit's cost (XT_LIMIT_SCALE). */
export const LIMIT_SCALE = 10000;

const LIMIT_UNITS: readonly (readonly [word: string, seconds: number])[] = [
  ['second', 1],
  ['minute', 60],
  ['hour', 3600],
  ['day', 86400],
];

/** `5/min` as the cost of a packet (libxt_limit parse_rate). */
export function limitCost(word: string): number {
  const slash = word.indexOf('/');
  const unit = slash < 0 ? 'second' : word.slice(slash + 1).toLowerCase();
  const seconds = LIMIT_UNITS.find(([name]) => unit !== '' && name.startsWith(unit))?.[1];
  const rate = parseInt(word, 10);
  if (seconds === undefined || !(rate > 0)) throw new Refusal(`bad rate "${word}"'`);
  if (rate / seconds > LIMIT_SCALE) throw new Refusal(`Rate too fast "${word}"`);
  return Math.floor((LIMIT_SCALE * seconds) / rate);
}

/** The rate of a cost as the tool prints it (libxt_limit print_rate). */
export function limitRate(cost: number): string {
  const rates = [
    ['day', LIMIT_SCALE * 86400],
    ['hour', LIMIT_SCALE * 3600],
    ['min', LIMIT_SCALE * 60],
    ['sec', LIMIT_SCALE],
  ] as const;
  let best: readonly [string, number] = rates[0];
  for (const rate of rates.slice(1)) {
    if (cost > rate[1] || rate[1] / cost < rate[1] % cost) break;
    best = rate;
  }
  return `${Math.floor(best[1] / cost)}/${best[0]}`;
}

/** `5`, `5:9`, `:9` or `5:` up to `limit`. */
export function numberRange(word: string, module: string, option: string, limit: number): { min: number; max: number } {
  const parts = word.split(':');
  const min = u32(parts[0] === '' ? '0' : (parts[0] ?? ''));
  const max = parts.length === 1 ? min : u32(parts[1] === '' ? String(limit) : (parts[1] ?? ''));
  if (min === null || max === null || parts.length > 2 || min > limit || max > limit) {
    throw new Refusal(`${module}: bad value for option "${option}" near "${word}", or out of range (0-${limit}).\n`);
  }
  return { min, max };
}
