/**
 * `-m conntrack`: what a rule asks about the packet's connection (net/netfilter/xt_conntrack.c conntrack_mt).
 */
import { ipFromU32, ipToU32 } from '../../lib/ip.ts';
import { NS_PER_S } from '../../sim/sim.ts';
import { inAddress, inRange, type Part } from './comparison.ts';
import type { CtState, Tuple } from './conntrack-types.ts';
import type { ConntrackMatch, CtStatus, Words } from './match.ts';
import { rangeText } from './match-print.ts';
import type { ConnFacts, PacketFacts } from './packet-facts.ts';

/** Nearly every rule asks for the state alone: that needs no words. */
export function conntrackHolds(match: ConntrackMatch, facts: PacketFacts): boolean {
  if (match.ctstate !== null && !stateHolds(match.ctstate, facts)) return false;
  return asksStateOnly(match) || conntrackParts(match, facts).every((part) => part.holds);
}

function stateHolds({ words, invert }: Words<CtState>, facts: PacketFacts): boolean {
  const found =
    words.includes(facts.ctstate) ||
    (words.includes('SNAT') && facts.conn?.srcNat === true) ||
    (words.includes('DNAT') && facts.conn?.dstNat === true);
  return found !== invert;
}

function asksStateOnly(match: ConntrackMatch): boolean {
  return (
    match.ctdir === null &&
    match.ctproto === null &&
    match.ctstatus === null &&
    match.ctexpire === null &&
    TUPLE_ADDRESSES.every(([option]) => match[option] === null) &&
    TUPLE_PORTS.every(([option]) => match[option] === null)
  );
}

/** Options that compare one end of a tuple, in the kernel's order. */
const TUPLE_ADDRESSES = [
  ['ctorigsrc', 'original', 'src'],
  ['ctorigdst', 'original', 'dst'],
  ['ctreplsrc', 'reply', 'src'],
  ['ctrepldst', 'reply', 'dst'],
] as const;

const TUPLE_PORTS = [
  ['ctorigsrcport', 'original', 'sport'],
  ['ctorigdstport', 'original', 'dport'],
  ['ctreplsrcport', 'reply', 'sport'],
  ['ctrepldstport', 'reply', 'dport'],
] as const;

/** The comparisons of xt_conntrack in the kernel's order: state, direction, tuples, ports, status, expiry. */
export function conntrackParts(match: ConntrackMatch, facts: PacketFacts): Part[] {
  const parts: Part[] = [];
  const words =
    (invert: boolean, text: string): (() => string) =>
    () =>
      invert ? `! ${text}` : text;
  const { conn } = facts;
  if (match.ctstate !== null) {
    const { words: list, invert } = match.ctstate;
    const states = ctStates(facts);
    parts.push({
      holds: stateHolds(match.ctstate, facts),
      property: 'ctstate',
      text: words(invert, `--ctstate ${list.join(',')}`),
      packet: () => states.join(','),
    });
  }
  const others = otherConntrackParts(match, facts, conn);
  return conn === null
    ? parts.concat(others.map((part) => ({ ...part, holds: false, packet: () => 'no connection' })))
    : parts.concat(others);
}

/** The states a packet is in for --ctstate: one of the four, and SNAT or DNAT beside it. */
function ctStates(facts: PacketFacts): CtState[] {
  const states: CtState[] = [facts.ctstate];
  if (facts.conn?.srcNat === true) states.push('SNAT');
  if (facts.conn?.dstNat === true) states.push('DNAT');
  return states;
}

function ctStatuses(conn: ConnFacts): CtStatus[] {
  const statuses: CtStatus[] = [];
  if (conn.related) statuses.push('EXPECTED');
  if (conn.seenReply) statuses.push('SEEN_REPLY');
  if (conn.assured) statuses.push('ASSURED');
  if (conn.confirmed) statuses.push('CONFIRMED');
  return statuses;
}

function otherConntrackParts(match: ConntrackMatch, facts: PacketFacts, conn: ConnFacts | null): Part[] {
  const parts: Part[] = [];
  const add = (holds: boolean, property: string, invert: boolean, text: string, packet: string): void => {
    parts.push({ holds, property, text: () => (invert ? `! ${text}` : text), packet: () => packet });
  };
  if (match.ctdir !== null) {
    const dir = conn?.direction === 'original' ? 'ORIGINAL' : 'REPLY';
    add(dir === match.ctdir, 'ctdir', false, `--ctdir ${match.ctdir}`, dir);
  }
  for (const [option, side, end] of TUPLE_ADDRESSES) {
    const address = match[option];
    if (address === null) continue;
    const own = tupleOf(conn, side)?.[end];
    add(
      own !== undefined && inAddress(ipToU32(own), address),
      option,
      address.invert,
      `--${option} ${ipFromU32(address.addr)}`,
      own ?? '',
    );
  }
  if (match.ctproto !== null) {
    const { protocol, invert } = match.ctproto;
    add((facts.protocol === protocol) !== invert, 'ctproto', invert, `--ctproto ${protocol}`, String(facts.protocol));
  }
  for (const [option, side, end] of TUPLE_PORTS) {
    const range = match[option];
    if (range === null) continue;
    const own = tupleOf(conn, side)?.[end] ?? -1;
    add(inRange(own, range), option, range.invert, `--${option} ${rangeText(range)}`, String(own));
  }
  if (match.ctstatus !== null && conn !== null) {
    const { words, invert } = match.ctstatus;
    const own = ctStatuses(conn);
    const holds = words.includes('NONE') ? own.length === 0 : own.some((status) => words.includes(status));
    add(holds !== invert, 'ctstatus', invert, `--ctstatus ${words.join(',')}`, own.length === 0 ? 'NONE' : own.join(','));
  }
  if (match.ctexpire !== null && conn !== null) {
    const seconds = Math.max(0, Math.floor((conn.expiresAt - facts.now) / NS_PER_S));
    const { min, max, invert } = match.ctexpire;
    add(
      (seconds >= min && seconds <= max) !== invert,
      'ctexpire',
      invert,
      `--ctexpire ${rangeText(match.ctexpire)}`,
      String(seconds),
    );
  }
  return parts;
}

function tupleOf(conn: ConnFacts | null, side: 'original' | 'reply'): Tuple | undefined {
  return conn === null ? undefined : conn[side];
}
