/**
 * Options of matches that ask about more than the packet's headers: its connection, the type of its addresses, chance, and who was
 * seen before (libxt_conntrack.c, libxt_addrtype.c, libxt_statistic.c, libxt_recent.c).
 */
import type { CtState } from './conntrack-types.ts';
import type { AddrType } from './hooks.ts';
import type { Mutable, NextWord, StatisticDraft, WithUnset } from './match-draft.ts';
import type { AddrtypeMatch, ConntrackMatch, CtStatus, RecentMatch, Words } from './match.ts';
import { protocolNumber } from './names.ts';
import { addressMask, addressU32, integer, numberRange, portRange, Refusal } from './parse-values.ts';
import { owned } from './words.ts';

const CTSTATE_WORDS: readonly CtState[] = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT'];
export const STATE_WORDS: readonly CtState[] = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED'];
const CTSTATUS_WORDS: readonly CtStatus[] = ['NONE', 'EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'];

/** Words of a list in the tool's own order; refuses others. */
function listed<T extends string>(word: string, known: readonly T[], refuse: (word: string) => string): T[] {
  const given = word.toUpperCase().split(',');
  for (const item of given) if (!known.some((name) => name === item)) throw new Refusal(refuse(item));
  return known.filter((name) => given.includes(name));
}

export function ctStates(word: string, known: readonly CtState[], option: string): CtState[] {
  switch (word) {
    case 'NEW':
      return ['NEW'];
    case 'RELATED,ESTABLISHED':
      return ['RELATED', 'ESTABLISHED'];
    default:
      return listed(word, known, () => `Bad ${option} "${word}"`);
  }
}

export function readConntrack(draft: Mutable<ConntrackMatch>, option: string, invert: boolean, next: NextWord): boolean {
  switch (option) {
    case '--ctstate':
      draft.ctstate = { words: ctStates(next(option), CTSTATE_WORDS, 'ctstate'), invert };
      return true;
    case '--ctproto': {
      const word = next(option);
      const protocol = protocolNumber(word);
      if (protocol === null) throw new Refusal(`unknown protocol "${word}" specified`);
      draft.ctproto = { protocol, invert };
      return true;
    }
    case '--ctorigsrc':
      draft.ctorigsrc = addressMask(next(option), invert);
      return true;
    case '--ctorigdst':
      draft.ctorigdst = addressMask(next(option), invert);
      return true;
    case '--ctreplsrc':
      draft.ctreplsrc = addressMask(next(option), invert);
      return true;
    case '--ctrepldst':
      draft.ctrepldst = addressMask(next(option), invert);
      return true;
    case '--ctorigsrcport':
      draft.ctorigsrcport = portRange(next(option), invert);
      return true;
    case '--ctorigdstport':
      draft.ctorigdstport = portRange(next(option), invert);
      return true;
    case '--ctreplsrcport':
      draft.ctreplsrcport = portRange(next(option), invert);
      return true;
    case '--ctrepldstport':
      draft.ctrepldstport = portRange(next(option), invert);
      return true;
    case '--ctstatus':
      draft.ctstatus = { words: listed(next(option), CTSTATUS_WORDS, (word) => `Bad ctstatus "${word}"`), invert };
      return true;
    case '--ctexpire':
      draft.ctexpire = { ...numberRange(next(option), 'conntrack', option, 0xffffffff), invert };
      return true;
    case '--ctdir': {
      const word = next(option);
      const dir = word.toUpperCase();
      if (dir !== 'ORIGINAL' && dir !== 'REPLY') throw new Refusal(`conntrack: Bad value for "--ctdir" option: "${word}"`);
      draft.ctdir = dir;
      return true;
    }
    default:
      return false;
  }
}

const ADDR_TYPES: readonly AddrType[] = [
  'UNSPEC',
  'UNICAST',
  'LOCAL',
  'BROADCAST',
  'ANYCAST',
  'MULTICAST',
  'BLACKHOLE',
  'UNREACHABLE',
  'PROHIBIT',
];

function addrTypes(word: string, invert: boolean): Words<AddrType> {
  return { words: listed(word, ADDR_TYPES, (item) => `addrtype: bad type "${item}"`), invert };
}

export function readAddrtype(draft: Mutable<AddrtypeMatch>, option: string, invert: boolean, next: NextWord): boolean {
  switch (option) {
    case '--src-type':
      draft.src = addrTypes(next(option), invert);
      return true;
    case '--dst-type':
      draft.dst = addrTypes(next(option), invert);
      return true;
    case '--limit-iface-in':
    case '--limit-iface-out':
      if (draft.limit !== null) {
        throw new Refusal('addrtype: option "--limit-iface-in" cannot be used together with "--limit-iface-out".\n');
      }
      draft.limit = option === '--limit-iface-in' ? 'in' : 'out';
      return true;
    default:
      return false;
  }
}

export function readStatistic(draft: StatisticDraft, option: string, invert: boolean, next: NextWord): boolean {
  switch (option) {
    case '--mode': {
      const mode = next(option);
      if (mode !== 'random' && mode !== 'nth') throw new Refusal(`Bad mode "${mode}"`);
      draft.mode = mode;
      return true;
    }
    case '--probability': {
      const value = Number(next(option));
      if (!(value >= 0 && value <= 1))
        throw new Refusal('statistic: bad value for option "--probability", or out of range (0-1).\n');
      draft.probability = Math.round(value * 0x80000000);
      draft.invert = invert;
      return true;
    }
    case '--every':
      draft.every = integer(next(option), 'statistic', option, 1, 0xffffffff);
      draft.invert = invert;
      return true;
    case '--packet':
      draft.packet = integer(next(option), 'statistic', option, 0, 0xffffffff);
      return true;
    default:
      return false;
  }
}

const RECENT_OPS: ReadonlyMap<string, RecentMatch['op']> = new Map([
  ['--set', 'set'],
  ['--rcheck', 'rcheck'],
  ['--update', 'update'],
  ['--remove', 'remove'],
]);

export function readRecent(draft: WithUnset<RecentMatch, 'op'>, option: string, invert: boolean, next: NextWord): boolean {
  const op = RECENT_OPS.get(option);
  if (op !== undefined) {
    if (draft.op !== null) {
      const [first, second] = [...RECENT_OPS.values()].filter((each) => each === op || each === draft.op);
      throw new Refusal(`recent: option "--${first ?? op}" cannot be used together with "--${second ?? op}".\n`);
    }
    draft.op = op;
    draft.invert = invert;
    return true;
  }
  switch (option) {
    case '--seconds':
      draft.seconds = integer(next(option), 'recent', option, 1, 0xffffffff);
      return true;
    case '--hitcount':
      draft.hitcount = integer(next(option), 'recent', option, 1, 0xffffffff);
      return true;
    case '--reap':
      draft.reap = true;
      return true;
    case '--rttl':
      draft.rttl = true;
      return true;
    case '--name':
      draft.name = owned(next(option));
      return true;
    case '--rsource':
      draft.side = 'rsource';
      return true;
    case '--rdest':
      draft.side = 'rdest';
      return true;
    case '--mask': {
      const word = next(option);
      const mask = addressU32(word);
      if (mask === null) throw new Refusal(`recent: bad value for option "--mask": ${word}`);
      draft.mask = mask;
      return true;
    }
    default:
      return false;
  }
}
