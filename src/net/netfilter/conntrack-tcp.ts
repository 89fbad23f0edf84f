/**
 * The TCP state machine of conntrack (net/netfilter/nf_conntrack_proto_tcp.c tcp_conntracks, nf_conntrack_tcp_packet).
 *
 * Simplification: windows are not checked (as with nf_conntrack_tcp_be_liberal=1), so no segment is INVALID for its sequence
 * numbers; retransmissions do not shorten timeouts (nf_conntrack_tcp_max_retrans).
 */
import { segmentLength } from '../socket/reset.ts';
import { hasFlag, type TcpSegment } from '../wire/packet.ts';
import type { TcpCtState } from './conntrack-types.ts';

type Kind = 'syn' | 'synack' | 'fin' | 'ack' | 'rst' | 'none';
type Next = TcpCtState | 'IGNORE' | 'INVALID';

const STATES = [
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'SYN_SENT2',
] as const;

const SHORT: Readonly<Record<string, Next>> = {
  IV: 'INVALID',
  IG: 'IGNORE',
  SS: 'SYN_SENT',
  SR: 'SYN_RECV',
  ES: 'ESTABLISHED',
  FW: 'FIN_WAIT',
  CW: 'CLOSE_WAIT',
  LA: 'LAST_ACK',
  TW: 'TIME_WAIT',
  CL: 'CLOSE',
  S2: 'SYN_SENT2',
};

function row(text: string): ReadonlyMap<TcpCtState, Next> {
  const cells = text.split(' ');
  return new Map(STATES.map((state, i) => [state, SHORT[cells[i] ?? ''] ?? 'INVALID']));
}

/** New state by direction, segment and old state; columns in the order of STATES. */
const TRANSITIONS: Readonly<Record<'original' | 'reply', Readonly<Record<Kind, ReadonlyMap<TcpCtState, Next>>>>> = {
  original: {
    syn: row('SS SS IG IG IG IG IG SS SS S2'),
    synack: row('IV IV SR IV IV IV IV IV IV SR'),
    fin: row('IV IV FW FW LA LA LA TW CL IV'),
    ack: row('ES IV ES ES CW CW TW TW CL IV'),
    rst: row('IV CL CL CL CL CL CL CL CL CL'),
    none: row('IV IV IV IV IV IV IV IV IV IV'),
  },
  reply: {
    syn: row('IV S2 IV IV IV IV IV SS IV S2'),
    synack: row('IV SR IG IG IG IG IG IG IG SR'),
    fin: row('IV IV FW FW LA LA LA TW CL IV'),
    ack: row('IV IG SR ES CW CW TW TW CL IG'),
    rst: row('IV CL CL CL CL CL CL CL CL CL'),
    none: row('IV IV IV IV IV IV IV IV IV IV'),
  },
};

/** What conntrack remembers of a TCP connection beside its state (struct ip_ct_tcp). */
export interface TcpTrack {
  lastKind: Kind;
  lastDirection: 'original' | 'reply';
  /** Sequence number after the last segment that was let through without understanding it. */
  lastEnd: number;
  closeInit: boolean;
  /** Highest sequence number sent, by direction; null before the first segment. */
  end: { original: number | null; reply: number | null };
  unacknowledged: { original: boolean; reply: boolean };
}

export function newTcpTrack(): TcpTrack {
  return {
    lastKind: 'none',
    lastDirection: 'original',
    lastEnd: 0,
    closeInit: false,
    end: { original: null, reply: null },
    unacknowledged: { original: false, reply: false },
  };
}

export function copyTcpTrack(track: TcpTrack): TcpTrack {
  return { ...track, end: { ...track.end }, unacknowledged: { ...track.unacknowledged } };
}

function kindOf(segment: TcpSegment): Kind {
  if (hasFlag(segment, 'RST')) return 'rst';
  if (hasFlag(segment, 'SYN')) return hasFlag(segment, 'ACK') ? 'synack' : 'syn';
  if (hasFlag(segment, 'FIN')) return 'fin';
  return hasFlag(segment, 'ACK') ? 'ack' : 'none';
}

/** Flag combinations that may be (tcp_valid_flags); PSH is looked over. */
const VALID_FLAGS = new Set(['SYN', 'SYN,ACK', 'RST', 'RST,ACK', 'FIN,ACK', 'ACK']);

export function validTcpFlags(segment: TcpSegment): boolean {
  return VALID_FLAGS.has((['SYN', 'RST', 'FIN', 'ACK'] as const).filter((flag) => hasFlag(segment, flag)).join(','));
}

/** The state a first segment opens a connection in, or null when it cannot (tcp_new). */
export function openingState(segment: TcpSegment, loose: boolean): TcpCtState | null {
  const state = TRANSITIONS.original[kindOf(segment)].get('NONE') ?? 'INVALID';
  if (state === 'INVALID' || state === 'IGNORE') return null;
  return state === 'SYN_SENT' || loose ? state : null;
}

/** What a segment does to a connection. */
export type TcpEffect =
  | { readonly kind: 'state'; readonly from: TcpCtState; readonly to: TcpCtState; readonly timeout: TcpTimeout }
  /** Let through without changing the connection. */
  | { readonly kind: 'ignore' }
  | { readonly kind: 'invalid' }
  /** A new connection on the tuple of a closed one: forget the old one and look again. */
  | { readonly kind: 'reopen' };

export type TcpTimeout = Exclude<TcpCtState, 'NONE'> | 'UNACK';

function after(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}

function noteSequence(track: TcpTrack, segment: TcpSegment, direction: 'original' | 'reply'): void {
  const end = (segment.seq + segmentLength(segment)) >>> 0;
  const last = track.end[direction];
  if (last === null) track.end[direction] = end;
  else if (after(end, last)) {
    track.end[direction] = end;
    track.unacknowledged[direction] = true;
  }
  const other = direction === 'original' ? 'reply' : 'original';
  if (hasFlag(segment, 'ACK') && segment.ack === track.end[other]) track.unacknowledged[other] = false;
}

/** Seconds no state with data in flight outlives (nf_conntrack_tcp_timeout_unacknowledged applies to longer ones). */
const LONGER_THAN_UNACK: ReadonlySet<TcpCtState> = new Set(['ESTABLISHED']);

/** Runs a segment through the state machine, changing `track`. */
export function tcpPacket(track: TcpTrack, from: TcpCtState, segment: TcpSegment, direction: 'original' | 'reply'): TcpEffect {
  const kind = kindOf(segment);
  let old = from;
  let to = TRANSITIONS[direction][kind].get(old) ?? 'INVALID';
  if (to === 'INVALID') return { kind: 'invalid' };
  if (to === 'SYN_SENT' && (old === 'TIME_WAIT' || old === 'CLOSE' || old === 'SYN_SENT2')) {
    if (track.closeInit || (track.lastDirection === direction && track.lastKind === 'rst')) return { kind: 'reopen' };
    to = 'IGNORE';
  }
  if (to === 'IGNORE') {
    const answersIgnoredSyn =
      kind === 'synack' && track.lastKind === 'syn' && track.lastDirection !== direction && segment.ack === track.lastEnd;
    if (!answersIgnoredSyn) {
      Object.assign(track, { lastKind: kind, lastDirection: direction, lastEnd: (segment.seq + segmentLength(segment)) >>> 0 });
      return { kind: 'ignore' };
    }
    old = 'SYN_SENT';
    to = 'SYN_RECV';
  }
  noteSequence(track, segment, direction);
  track.lastKind = kind;
  track.lastDirection = direction;
  if (to === 'FIN_WAIT' && old !== to) track.closeInit = true;
  const unacknowledged = track.unacknowledged.original || track.unacknowledged.reply;
  const timeout = unacknowledged && LONGER_THAN_UNACK.has(to) ? 'UNACK' : (to as TcpTimeout);
  return { kind: 'state', from: old, to, timeout };
}
