/** What a TCP socket is: its ends, its state by RFC 9293's names, and all that changes in it (struct tcp_sock). */
import type { IpAddr } from '../../lib/ip.ts';
import type { Timer } from '../../sim/sim.ts';
import type { TraceRecorder } from '../trace/recorder.ts';
import type { PacketRole } from '../trace/trace.ts';
import type { DnsMessage } from '../wire/dns.ts';
import type { Unacked } from './segments.ts';

export type TcpState =
  | 'CLOSED'
  | 'SYN_SENT'
  | 'SYN_RECV'
  | 'ESTABLISHED'
  | 'FIN_WAIT1'
  | 'FIN_WAIT2'
  | 'CLOSING'
  | 'CLOSE_WAIT'
  | 'LAST_ACK'
  | 'TIME_WAIT';

export interface Endpoint {
  readonly addr: IpAddr;
  readonly port: number;
}

/** All that changes in a socket, so that it can be put back whole. */
export interface Vars {
  state: TcpState;
  sndNxt: number;
  rcvNxt: number;
  unacked: readonly Unacked[];
  retries: number;
  timer: Timer | null;
  received: string;
  /** The flow that its segments belong to, and their part in it. */
  recorder: TraceRecorder | null;
  role: PacketRole;
  /** Messages that wait for the connection to stand. */
  pending: readonly DnsMessage[];
  /** The peer's clock as it was last heard (ts_recent). */
  tsRecent: number;
  /** MSS the peer announced. */
  peerMss: number;
  /** The last packet that came in, parent of what answers it. */
  lastPacketId: number | null;
  /** Bytes the peer has room for behind what it acknowledged. */
  peerWindow: number;
  /** How often the last ACK has come once more (streams). */
  sameAcks: number;
  /** While a loss is made good: the number behind what was under way when it was noticed (streams). */
  repairUpTo: number | null;
  /** Bytes of segments that came before those in front of them, by sequence number (streams). */
  ahead: ReadonlyMap<number, number>;
  /** The way there and back as measured by timestamps, smoothed, and how much it varies; null before the first (streams). */
  rtt: { readonly smoothMs: number; readonly varianceMs: number } | null;
  /** Segments sent again. */
  retransmitted: number;
}

/** A socket nothing has happened to. */
export function closed(): Vars {
  return {
    state: 'CLOSED',
    sndNxt: 0,
    rcvNxt: 0,
    unacked: [],
    retries: 0,
    timer: null,
    received: '',
    recorder: null,
    role: 'request',
    pending: [],
    tsRecent: 0,
    peerMss: 536,
    lastPacketId: null,
    peerWindow: 0,
    sameAcks: 0,
    repairUpTo: null,
    ahead: new Map(),
    rtt: null,
    retransmitted: 0,
  };
}

/** How often what is not acknowledged is sent again, by name of the setting. */
export function retriesSysctl(state: TcpState): string {
  if (state === 'SYN_SENT') return 'net.ipv4.tcp_syn_retries';
  return state === 'SYN_RECV' ? 'net.ipv4.tcp_synack_retries' : 'net.ipv4.tcp_retries2';
}

type Transitions<T extends TcpState> = Readonly<Partial<Record<TcpState, T>>>;

/** The state after everything sent was acknowledged, where that changes it. */
export const AFTER_ALL_ACKED: Transitions<TcpState> = {
  SYN_RECV: 'ESTABLISHED',
  FIN_WAIT1: 'FIN_WAIT2',
  CLOSING: 'TIME_WAIT',
  LAST_ACK: 'CLOSED',
};

/** The state after the peer's FIN, where one is expected. */
export const AFTER_FIN: Transitions<'CLOSE_WAIT' | 'CLOSING' | 'TIME_WAIT'> = {
  ESTABLISHED: 'CLOSE_WAIT',
  FIN_WAIT1: 'CLOSING',
  FIN_WAIT2: 'TIME_WAIT',
};
