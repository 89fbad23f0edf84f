/**
 * The connection table of a namespace (net/netfilter/nf_conntrack_core.c nf_conntrack_in, __nf_conntrack_confirm), as
 * `conntrack -L` lists it.
 *
 * A connection is made by its first packet, stands in the table under both tuples once that packet has left the namespace
 * or reached a socket (confirmation), and expires on the virtual clock.
 * Simplification: no early drop, expectations, helpers, zones or accounting; a UDP clash with different reply tuples is dropped.
 */
import type { Instant } from '../../sim/sim.ts';
import { NS_PER_S } from '../../sim/sim.ts';
import type { Nfct, Skb } from '../skb.ts';
import type { ConntrackView } from '../view.ts';
import { hasFlag, isIcmpError, type IcmpMessage, type Ipv4Packet, type TcpSegment } from '../wire/packet.ts';
import {
  copyTcpTrack,
  newTcpTrack,
  openingState,
  tcpPacket,
  validTcpFlags,
  type TcpTimeout,
  type TcpTrack,
} from './conntrack-tcp.ts';
import type { Conn, CtInfo, Tuple } from './conntrack-types.ts';
import { conntrackSetting } from './conntrack-settings.ts';
import type { NetfilterHost } from './hooks.ts';
import { ICMP_QUERIES, invertTuple, tupleKey, tupleOf } from './tuple.ts';

type Direction = CtInfo['direction'];

interface Entry {
  readonly conn: Conn;
  readonly direction: Direction;
}

/** Parts of struct nf_conn that nobody outside conntrack and nat reads. */
export interface Track {
  readonly tcp: TcpTrack;
  /** UDP: from when on an answered flow is a stream. */
  streamAt: Instant;
  /** Nanoseconds a fresh entry lives, counted from its confirmation. */
  timeout: number;
  /** The device MASQUERADE chose an address of, else null. */
  masqueradeDev: string | null;
}

/** What conntrack did with a packet. */
export type CtOp = 'new' | 'found' | 'invalid' | 'untracked' | 'related' | 'kept' | 'full';

/** The connection a locally made error or RST about `nfct`'s packet belongs to (nf_conntrack_attach). */
export function relatedNfct(nfct: Nfct): Nfct {
  if (nfct === null || nfct === 'untracked') return null;
  return {
    conn: nfct.conn,
    ctinfo: { state: 'RELATED', direction: nfct.ctinfo.direction === 'original' ? 'reply' : 'original' },
  };
}

function sourceKey({ protocol, src, sport, icmp }: Tuple): string {
  return `${protocol} ${src}:${icmp?.id ?? sport}`;
}

export class ConntrackTable {
  readonly #host: NetfilterHost;
  #entries = new Map<string, Entry>();
  #conns = new Set<Conn>();
  /** Connections by where they come from, for source mappings (nf_nat_bysource). */
  #bySource = new Map<string, Set<Conn>>();
  #tracks = new WeakMap<Conn, Track>();
  #views = new WeakMap<Conn, ConntrackView>();
  #nextId = 1;

  constructor(host: NetfilterHost) {
    this.#host = host;
  }

  /** Entries alive now, oldest first. */
  list(): readonly Conn[] {
    this.#expire();
    return [...this.#conns];
  }

  count(): number {
    this.#expire();
    return this.#conns.size;
  }

  /** The entries as data; an unchanged entry keeps its view. */
  view(): ConntrackView[] {
    return this.list().map((conn) => {
      const { id, original, reply, tcpState, seenReply, assured, mark, expiresAt, createdAt } = conn;
      const last = this.#views.get(conn);
      if (
        last?.reply === reply &&
        last.tcpState === tcpState &&
        last.seenReply === seenReply &&
        last.assured === assured &&
        last.mark === mark &&
        last.expiresAt === expiresAt
      ) {
        return last;
      }
      const view = { id, original, reply, tcpState, seenReply, assured, mark, expiresAt, createdAt };
      this.#views.set(conn, view);
      return view;
    });
  }

  /** When the view changes next by the clock alone: an entry's time is over. */
  get viewChangesAt(): Instant {
    let next = Infinity;
    for (const { expiresAt } of this.#conns) next = Math.min(next, expiresAt);
    return next;
  }

  /** `conntrack -F`. */
  flush(): void {
    this.#entries = new Map();
    this.#conns = new Set();
    this.#bySource = new Map();
  }

  /** `conntrack -D`: removes the entries that `which` picks and returns them. */
  delete(which: (conn: Conn) => boolean): readonly Conn[] {
    const chosen = this.list().filter(which);
    for (const conn of chosen) this.#remove(conn);
    return chosen;
  }

  track(conn: Conn): Track {
    let track = this.#tracks.get(conn);
    if (track === undefined) {
      track = { tcp: newTcpTrack(), streamAt: 0, timeout: 0, masqueradeDev: null };
      this.#tracks.set(conn, track);
    }
    return track;
  }

  /** True when a connection other than `but` already has this tuple as its reply or original. */
  taken(tuple: Tuple, but: Conn): boolean {
    const found = this.#find(tuple);
    return found !== null && found.conn !== but;
  }

  /** Connections that come from the same address and port. */
  sameSource(original: Tuple): Iterable<Conn> {
    return this.#bySource.get(sourceKey(original)) ?? [];
  }

  /** nf_conntrack_in: gives the packet its connection. `full` means it must be dropped. */
  incoming(skb: Skb, packet: Ipv4Packet): CtOp {
    if (skb.nfct === 'untracked') return 'untracked';
    if (skb.nfct !== null) return 'kept';
    if (isIcmpError(packet.l4)) return this.#relate(skb, packet, packet.l4);
    if (packet.l4.kind === 'tcp' && !validTcpFlags(packet.l4)) return 'invalid';
    for (;;) {
      const tuple = tupleOf(packet);
      const found = this.#find(tuple);
      if (found === null) return this.#open(skb, packet, tuple);
      const verdict = this.#packet(found.conn, packet, found.direction);
      if (verdict === 'reopen') {
        this.#remove(found.conn);
        continue;
      }
      if (verdict === 'invalid') return 'invalid';
      skb.nfct = {
        conn: found.conn,
        ctinfo: {
          state: found.direction === 'reply' || found.conn.seenReply ? 'ESTABLISHED' : 'NEW',
          direction: found.direction,
        },
      };
      if (found.direction === 'reply') found.conn.seenReply = true;
      return 'found';
    }
  }

  /** __nf_conntrack_confirm at the end of INPUT and POSTROUTING. */
  confirm(skb: Skb): 'confirmed' | 'nothing' | 'clash' {
    const { nfct } = skb;
    if (nfct === null || nfct === 'untracked' || nfct.conn.confirmed || nfct.ctinfo.direction !== 'original') return 'nothing';
    const { conn } = nfct;
    const clash = this.#find(conn.original) ?? this.#find(conn.reply);
    if (clash !== null) return this.#resolveClash(skb, conn, clash);
    conn.confirmed = true;
    conn.expiresAt = this.#host.now() + this.track(conn).timeout;
    this.#insert(conn);
    return 'confirmed';
  }

  #resolveClash(skb: Skb, loser: Conn, winner: Entry): 'nothing' | 'clash' {
    const same =
      tupleKey(winner.conn.original) === tupleKey(loser.original) && tupleKey(winner.conn.reply) === tupleKey(loser.reply);
    if (loser.original.protocol === 'tcp' || !same) return 'clash';
    skb.nfct = { conn: winner.conn, ctinfo: { state: winner.conn.seenReply ? 'ESTABLISHED' : 'NEW', direction: 'original' } };
    return 'nothing';
  }

  #insert(conn: Conn): void {
    this.#conns.add(conn);
    this.#entries.set(tupleKey(conn.original), { conn, direction: 'original' });
    this.#entries.set(tupleKey(conn.reply), { conn, direction: 'reply' });
    const key = sourceKey(conn.original);
    const same = this.#bySource.get(key);
    if (same === undefined) this.#bySource.set(key, new Set([conn]));
    else same.add(conn);
  }

  #remove(conn: Conn): void {
    if (!this.#conns.delete(conn)) return;
    this.#entries.delete(tupleKey(conn.original));
    this.#entries.delete(tupleKey(conn.reply));
    const key = sourceKey(conn.original);
    const same = this.#bySource.get(key);
    same?.delete(conn);
    if (same?.size === 0) this.#bySource.delete(key);
  }

  #expire(): void {
    const now = this.#host.now();
    for (const conn of this.#conns) if (conn.expiresAt <= now) this.#remove(conn);
  }

  #find(tuple: Tuple): Entry | null {
    const entry = this.#entries.get(tupleKey(tuple));
    if (entry === undefined) return null;
    if (entry.conn.expiresAt > this.#host.now()) return entry;
    this.#remove(entry.conn);
    return null;
  }

  /** An ICMP error belongs to the connection of the packet it quotes (nf_conntrack_inet_error). */
  #relate(skb: Skb, packet: Ipv4Packet, error: IcmpMessage): CtOp {
    const inner = error.quoted === null ? null : invertTuple(tupleOf(error.quoted));
    const found = inner === null ? null : this.#find(inner);
    if (found === null || found.conn[found.direction].dst !== packet.dst) return 'invalid';
    skb.nfct = { conn: found.conn, ctinfo: { state: 'RELATED', direction: found.direction } };
    return 'related';
  }

  #open(skb: Skb, packet: Ipv4Packet, tuple: Tuple): CtOp {
    const reply = invertTuple(tuple);
    const tcpState = packet.l4.kind === 'tcp' ? openingState(packet.l4, this.#setting('tcp_loose') !== 0) : null;
    if (reply === null || (packet.l4.kind === 'tcp' && tcpState === null)) return 'invalid';
    if (packet.l4.kind === 'icmp' && !ICMP_QUERIES.has(packet.l4.type)) return 'invalid';
    if (this.#conns.size >= this.#setting('max') && this.count() >= this.#setting('max')) return 'full';
    const conn = this.#newConn(tuple, reply);
    if (tcpState !== null) conn.tcpState = 'NONE';
    this.#packet(conn, packet, 'original');
    skb.nfct = { conn, ctinfo: { state: 'NEW', direction: 'original' } };
    return 'new';
  }

  #newConn(original: Tuple, reply: Tuple): Conn {
    const now = this.#host.now();
    return {
      id: this.#nextId++,
      original,
      reply,
      confirmed: false,
      seenReply: false,
      assured: false,
      srcNatDone: false,
      dstNatDone: false,
      srcNat: false,
      dstNat: false,
      tcpState: null,
      mark: 0,
      expiresAt: now,
      createdAt: now,
      master: null,
    };
  }

  #setting(name: Parameters<typeof conntrackSetting>[1]): number {
    return conntrackSetting(this.#host, name);
  }

  #refresh(conn: Conn, seconds: number): void {
    const timeout = seconds * NS_PER_S;
    this.track(conn).timeout = timeout;
    conn.expiresAt = this.#host.now() + timeout;
  }

  /** The protocol's own tracking of a packet (nf_conntrack_handle_packet). */
  #packet(conn: Conn, packet: Ipv4Packet, direction: Direction): 'ok' | 'invalid' | 'reopen' {
    switch (packet.l4.kind) {
      case 'tcp':
        return this.#tcp(conn, packet.l4, direction);
      case 'udp':
        this.#udp(conn);
        return 'ok';
      case 'icmp':
        this.#refresh(conn, this.#setting('icmp_timeout'));
        return 'ok';
      case 'ipencap':
        this.#refresh(conn, this.#setting('generic_timeout'));
        return 'ok';
    }
  }

  #tcp(conn: Conn, segment: TcpSegment, direction: Direction): 'ok' | 'invalid' | 'reopen' {
    const effect = tcpPacket(this.track(conn).tcp, conn.tcpState ?? 'NONE', segment, direction);
    if (effect.kind === 'ignore') return 'ok';
    if (effect.kind !== 'state') return effect.kind;
    conn.tcpState = effect.to;
    if (!conn.seenReply && hasFlag(segment, 'RST')) {
      // A connection whose only answer is a RST is forgotten at once.
      this.#remove(conn);
      return 'ok';
    }
    if (conn.seenReply && effect.to === 'ESTABLISHED' && (effect.from === 'SYN_RECV' || effect.from === 'ESTABLISHED'))
      conn.assured = true;
    this.#refresh(conn, this.#tcpTimeout(conn, effect.timeout));
    return 'ok';
  }

  #tcpTimeout(conn: Conn, timeout: TcpTimeout): number {
    // A connection picked up in the middle is not trusted for days before it is answered.
    if (!conn.seenReply && timeout === 'ESTABLISHED') return this.#setting('tcp_timeout_unacknowledged');
    return this.#setting(TCP_TIMEOUTS[timeout]);
  }

  #udp(conn: Conn): void {
    const track = this.track(conn);
    const now = this.#host.now();
    if (!conn.confirmed) track.streamAt = now + 2 * NS_PER_S;
    const stream = conn.seenReply && now > track.streamAt;
    this.#refresh(conn, this.#setting(stream ? 'udp_timeout_stream' : 'udp_timeout'));
    if (stream) conn.assured = true;
  }

  /** Returns a closure that brings this moment back; connections keep their identity. */
  checkpoint(): () => void {
    const saved = [...this.#conns].map((conn) => {
      const track = this.track(conn);
      return { conn, fields: { ...conn }, track: { ...track, tcp: copyTcpTrack(track.tcp) } };
    });
    const nextId = this.#nextId;
    return () => {
      this.flush();
      for (const { conn, fields, track } of saved) {
        Object.assign(conn, fields);
        this.#tracks.set(conn, { ...track, tcp: copyTcpTrack(track.tcp) });
        this.#insert(conn);
      }
      this.#nextId = nextId;
    };
  }
}

const TCP_TIMEOUTS = {
  SYN_SENT: 'tcp_timeout_syn_sent',
  SYN_RECV: 'tcp_timeout_syn_recv',
  ESTABLISHED: 'tcp_timeout_established',
  FIN_WAIT: 'tcp_timeout_fin_wait',
  CLOSE_WAIT: 'tcp_timeout_close_wait',
  LAST_ACK: 'tcp_timeout_last_ack',
  TIME_WAIT: 'tcp_timeout_time_wait',
  CLOSE: 'tcp_timeout_close',
  SYN_SENT2: 'tcp_timeout_syn_sent',
  UNACK: 'tcp_timeout_unacknowledged',
} as const;
