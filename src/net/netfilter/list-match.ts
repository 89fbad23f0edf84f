/**
 * Matches and targets as the last column of `iptables -L` shows them (the `print` functions of libxt_*.c, not the `save` ones).
 */
import { assertNever } from '../../lib/assert.ts';
import { ipFromU32 } from '../../lib/ip.ts';
import type {
  AddressMask,
  AddrtypeMatch,
  ConntrackMatch,
  IcmpMatch,
  Match,
  PortRange,
  Range,
  RecentMatch,
  TcpMatch,
  UdpMatch,
  Words,
} from './match.ts';
import {
  addressMaskText,
  hex,
  ipRangeText,
  maskedText,
  physdevWords,
  probabilityText,
  rangeText,
  rpfilterWords,
  setWords,
} from './match-print.ts';
import { ICMP_TYPES, serviceName, tcpFlagWords } from './names.ts';
import { limitRate } from './parse-values.ts';
import type { LogTarget, MarkTarget, Target } from './target.ts';
import { natFlags, natToText } from './target-print.ts';

/** Whether numbers stay numbers (`-n`). */
export interface Names {
  readonly numeric: boolean;
}

type Transport = 'tcp' | 'udp' | 'sctp';

function portText(port: number, protocol: Transport, names: Names): string {
  return names.numeric ? String(port) : serviceName(port, protocol);
}

function ports(word: string, range: PortRange | null, protocol: Transport, names: Names): string {
  if (range === null) return '';
  const not = range.invert ? '!' : '';
  const { min, max } = range;
  if (min === max) return ` ${word}:${not}${portText(min, protocol, names)}`;
  return ` ${word.replace('pt', 'pts')}:${not}${portText(min, protocol, names)}:${portText(max, protocol, names)}`;
}

function flagText(bits: number, names: Names): string {
  return names.numeric ? `0x${bits.toString(16).toUpperCase().padStart(2, '0')}` : tcpFlagWords(bits);
}

function transport(match: TcpMatch | UdpMatch, names: Names): string {
  const flags = match.kind === 'tcp' ? match.flags : null;
  const flagWords =
    flags === null ? '' : ` flags:${flags.invert ? '!' : ''}${flagText(flags.mask, names)}/${flagText(flags.set, names)}`;
  return ` ${match.kind}${ports('spt', match.sport, match.kind, names)}${ports('dpt', match.dport, match.kind, names)}${flagWords}`;
}

function icmp(match: IcmpMatch, names: Names): string {
  const { type, code } = match;
  const named = [...ICMP_TYPES].find(([, [t, c]]) => t === type && c === code)?.[0];
  if (!names.numeric && named !== undefined) return ` icmp ${match.invert ? '!' : ''}${named}`;
  const typeText = match.invert ? ` icmp !type ${type}` : ` icmptype ${type}`;
  return code === null ? typeText : `${typeText} code ${code}`;
}

function list(word: string, words: Words<string> | null): string {
  return words === null ? '' : `${words.invert ? ' !' : ''} ${word} ${words.words.join(',')}`;
}

function address(word: string, value: AddressMask | null): string {
  if (value === null) return '';
  return `${value.invert ? ' !' : ''} ${word} ${value.mask === 0xffffffff ? ipFromU32(value.addr) : addressMaskText(value)}`;
}

function range(word: string, value: Range | null): string {
  return value === null ? '' : `${value.invert ? ' !' : ''} ${word} ${rangeText(value)}`;
}

function conntrack(match: ConntrackMatch): string {
  const { ctproto } = match;
  return (
    list('ctstate', match.ctstate) +
    (ctproto === null ? '' : `${ctproto.invert ? ' !' : ''} ctproto ${ctproto.protocol}`) +
    address('ctorigsrc', match.ctorigsrc) +
    address('ctorigdst', match.ctorigdst) +
    address('ctreplsrc', match.ctreplsrc) +
    address('ctrepldst', match.ctrepldst) +
    range('ctorigsrcport', match.ctorigsrcport) +
    range('ctorigdstport', match.ctorigdstport) +
    range('ctreplsrcport', match.ctreplsrcport) +
    range('ctrepldstport', match.ctrepldstport) +
    list('ctstatus', match.ctstatus) +
    range('ctexpire', match.ctexpire) +
    (match.ctdir === null ? '' : ` ctdir ${match.ctdir}`)
  );
}

function addrtype(match: AddrtypeMatch): string {
  const side = (word: string, words: Words<string> | null): string =>
    words === null ? '' : ` ${word} ${words.invert ? '!' : ''}${words.words.join(',')}`;
  return ` ADDRTYPE match${side('src-type', match.src)}${side('dst-type', match.dst)}${match.limit === null ? '' : ` limit-${match.limit}`}`;
}

const RECENT_WORDS = { set: 'SET', rcheck: 'CHECK', update: 'UPDATE', remove: 'REMOVE' } as const;

function recent(match: RecentMatch): string {
  return (
    ` ${match.invert ? '! ' : ''}recent: ${RECENT_WORDS[match.op]}` +
    (match.seconds === null ? '' : ` seconds: ${match.seconds}`) +
    (match.reap ? ' reap' : '') +
    (match.hitcount === null ? '' : ` hit_count: ${match.hitcount}`) +
    (match.rttl ? ' TTL-Match' : '') +
    ` name: ${match.name} side: ${match.side === 'rsource' ? 'source' : 'dest'} mask: ${ipFromU32(match.mask)}`
  );
}

function iprange(word: string, value: Range | null): string {
  return value === null ? '' : ` ${word} IP range${value.invert ? ' !' : ''} ${ipRangeText(value)}`;
}

const TTL_SIGNS = { eq: '==', ne: '!=', lt: '<', gt: '>' } as const;

/** A match with the blank before it; nothing for those that have columns of their own. */
export function listMatch(match: Match, protocol: 'tcp' | 'udp' | 'sctp', names: Names): string {
  switch (match.kind) {
    case 'source':
    case 'destination':
    case 'in':
    case 'out':
    case 'protocol':
    case 'fragment':
      return '';
    case 'tcp':
    case 'udp':
    case 'sctp':
      return transport(match, names);
    case 'icmp':
      return icmp(match, names);
    case 'multiport': {
      const numbers = match.ports.map(({ min, max }) =>
        min === max ? portText(min, protocol, names) : `${portText(min, protocol, names)}:${portText(max, protocol, names)}`,
      );
      return ` multiport ${match.side} ${match.invert ? ' !' : ''}${numbers.join(',')}`;
    }
    case 'comment':
      return ` /* ${match.text} */`;
    case 'mark':
      return ` mark match ${match.invert ? '! ' : ''}${maskedText(match)}`;
    case 'connmark':
      return ` connmark match ${match.invert ? '!' : ''} ${maskedText(match)}`;
    case 'conntrack':
      return conntrack(match);
    case 'state':
      return list('state', match);
    case 'addrtype':
      return addrtype(match);
    case 'random':
      return ` statistic mode random${match.invert ? ' !' : ''} probability ${probabilityText(match.threshold)}`;
    case 'nth':
      return ` statistic mode nth${match.invert ? ' !' : ''} every ${match.every} packet ${match.packet}`;
    case 'recent':
      return recent(match);
    case 'physdev':
      return ` PHYSDEV match${physdevWords(match)}`;
    case 'pkttype':
      return ` PKTTYPE ${match.invert ? '!=' : '='} ${match.type}`;
    case 'limit':
      return ` limit: avg ${limitRate(match.cost)} burst ${match.burst}`;
    case 'mac':
      return ` MAC${match.invert ? ' !' : ''} ${match.address}`;
    case 'tcpmss':
      return ` tcpmss match ${match.invert ? '!' : ''}${rangeText(match)}`;
    case 'length':
      return ` length ${match.invert ? '!' : ''}${rangeText(match)}`;
    case 'iprange':
      return iprange('source', match.src) + iprange('destination', match.dst);
    case 'ttl':
      return ` TTL match TTL ${TTL_SIGNS[match.op]} ${match.ttl}`;
    case 'set':
      return `${match.invert ? ' !' : ''} ${setWords(match)}`;
    case 'rpfilter':
      return ` rpfilter${rpfilterWords(match, '')}`;
    default:
      return assertNever(match);
  }
}

/** `or 0x1`, `xor 0x1`, `and 0x1`, `set 0x1` or `xset 0x1/0x3` of a mark operation. */
function markWords({ value, mask }: Pick<MarkTarget, 'value' | 'mask'>): string {
  if (mask === 0) return `xor ${hex(value)}`;
  if (mask === 0xffffffff) return `set ${hex(value)}`;
  if (value === 0) return `and ${hex(~mask >>> 0)}`;
  return value === mask ? `or ${hex(value)}` : `xset ${hex(value)}/${hex(mask)}`;
}

function connmark(target: Target & { kind: 'CONNMARK' }): string {
  const { op, ctmask, nfmask } = target;
  if (op === 'set') return ` CONNMARK ${markWords({ value: target.value, mask: ctmask })}`;
  if (nfmask === 0xffffffff && ctmask === 0xffffffff) return ` CONNMARK ${op}`;
  return nfmask === ctmask
    ? ` CONNMARK ${op} mask ${hex(ctmask)}`
    : ` CONNMARK ${op} nfmask ${hex(nfmask)} ctmask ~${hex(ctmask)}`;
}

const LOG_BITS: Readonly<Record<string, number>> = {
  'log-tcp-sequence': 1,
  'log-tcp-options': 2,
  'log-ip-options': 4,
  'log-uid': 8,
  'log-macdecode': 32,
};

const LOG_LEVELS = ['emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug'] as const;

function log(target: LogTarget, names: Names): string {
  const prefix = target.prefix === '' ? '' : ` prefix "${target.prefix}"`;
  if (names.numeric) {
    const flags = target.flags.reduce((bits, flag) => bits | (LOG_BITS[flag] ?? 0), 0);
    return ` LOG flags ${flags} level ${target.level}${prefix}`;
  }
  const flags = target.flags.map((flag) => ` ${flag.replace('log-', '')}`).join('');
  return ` LOG level ${LOG_LEVELS[target.level] ?? target.level}${flags}${prefix}`;
}

/** A target's options, with the blank before them. */
export function listTarget(target: Target | null, names: Names): string {
  if (target === null) return '';
  switch (target.kind) {
    case 'goto':
      return '[goto] ';
    case 'ACCEPT':
    case 'DROP':
    case 'RETURN':
    case 'jump':
      return '';
    case 'NOTRACK':
      return ' NOTRACK';
    case 'CT':
      return ' CT notrack';
    case 'REJECT':
      return ` reject-with ${target.with}`;
    case 'MARK':
      return ` MARK ${markWords(target)}`;
    case 'CONNMARK':
      return connmark(target);
    case 'DNAT':
    case 'SNAT':
      return ` to:${natToText(target.kind, target.range)}${natFlags(target.range, '')}`;
    case 'MASQUERADE':
    case 'REDIRECT': {
      const to = natToText(target.kind, target.range);
      const word = target.kind === 'REDIRECT' ? 'redir ports ' : 'masq ports: ';
      return `${to === '' ? '' : ` ${word}${to}`}${natFlags(target.range, '')}`;
    }
    case 'LOG':
      return log(target, names);
    case 'NFLOG':
      return (
        (target.prefix === '' ? '' : ` nflog-prefix "${target.prefix}"`) +
        (target.group === 0 ? '' : ` nflog-group ${target.group}`) +
        (target.size === null ? '' : ` nflog-size ${target.size}`) +
        (target.threshold === null ? '' : ` nflog-threshold ${target.threshold}`)
      );
    case 'TCPMSS':
      return target.mss === null ? ' TCPMSS clamp to PMTU' : ` TCPMSS set ${target.mss}`;
    default:
      return assertNever(target);
  }
}
