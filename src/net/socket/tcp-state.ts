/** What a TCP socket is: its ends, its state by RFC 9293's names, and all that changes in it (struct tcp_sock). */
import type { IpAddr } from '../../lib/ip.ts';
import type { Timer } from '../../sim/sim.ts';
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
  /** The peer's clock as it was last heard (ts_recent). */
  tsRecent: number;
  /** MSS the peer announced. */
  peerMss: number;
  /** The last packet that came in, parent of what answers it. */
  lastPacketId: number | null;
}
