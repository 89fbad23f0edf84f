/**
 * The shapes of connection tracking, shared by packets, traces and snapshots.
 */
import type { IpAddr } from '../../lib/ip.ts';
import type { Instant } from '../../sim/sim.ts';
import type { Protocol } from '../wire/packet.ts';

/** One direction of a connection. Ports are 0 for ICMP, whose id, type and code stand in `icmp`, and for protocols without. */
export interface Tuple {
  readonly protocol: Protocol;
  readonly src: IpAddr;
  readonly dst: IpAddr;
  readonly sport: number;
  readonly dport: number;
  /** ICMP only: query id, type, code; null otherwise. */
  readonly icmp: { readonly id: number; readonly type: number; readonly code: number } | null;
}

/** enum ip_conntrack_info, by its iptables word and direction. */
export interface CtInfo {
  readonly state: 'NEW' | 'ESTABLISHED' | 'RELATED';
  readonly direction: 'original' | 'reply';
}

/** What `-m conntrack --ctstate` compares. */
export type CtState = 'INVALID' | 'NEW' | 'ESTABLISHED' | 'RELATED' | 'UNTRACKED' | 'SNAT' | 'DNAT';

/** nf_conntrack TCP states as `conntrack -L` prints them. */
export type TcpCtState =
  | 'NONE'
  | 'SYN_SENT'
  | 'SYN_RECV'
  | 'ESTABLISHED'
  | 'FIN_WAIT'
  | 'CLOSE_WAIT'
  | 'LAST_ACK'
  | 'TIME_WAIT'
  | 'CLOSE'
  | 'SYN_SENT2';

/** A tracked connection (struct nf_conn). Mutable: it lives in one ConntrackTable. */
export interface Conn {
  readonly id: number;
  /** As the first packet had it. */
  readonly original: Tuple;
  /** What a reply is expected to look like: rewritten when NAT is set up. */
  reply: Tuple;
  /** IPS_CONFIRMED: the first packet left the host, the entry is in the table. */
  confirmed: boolean;
  /** IPS_SEEN_REPLY. */
  seenReply: boolean;
  /** IPS_ASSURED. */
  assured: boolean;
  /** IPS_SRC_NAT_DONE / IPS_DST_NAT_DONE: nat was decided in that manip, be it to change nothing. */
  srcNatDone: boolean;
  dstNatDone: boolean;
  /** IPS_SRC_NAT / IPS_DST_NAT: nat changes something. */
  srcNat: boolean;
  dstNat: boolean;
  /** TCP only, else null. */
  tcpState: TcpCtState | null;
  mark: number;
  /** When the entry expires on the virtual clock. */
  expiresAt: Instant;
  readonly createdAt: Instant;
  /** The connection an expectation or ICMP error belongs to; null for masters. */
  readonly master: Conn | null;
}
