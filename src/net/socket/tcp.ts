/**
 * A small real TCP (RFC 9293; net/ipv4/tcp_input.c, tcp_output.c, tcp_timer.c): handshake, data, close, reset, retransmission.
 *
 *   client  CLOSED → SYN_SENT → ESTABLISHED → CLOSE_WAIT → LAST_ACK → CLOSED
 *   server  SYN_RECV → ESTABLISHED → FIN_WAIT1 → FIN_WAIT2 → TIME_WAIT → CLOSED   (it answers once and closes)
 *
 * A client may also send a stream, which the peer's window paces, until it closes (stream.ts).
 * Simplification: no congestion control, a window that neither grows nor closes and that only streams heed, no delayed ACK, no SACK
 * (outside streams, segments out of order are dropped and sent again); the retransmission timeout starts at 1 s for SYN and 200 ms for
 * the rest and doubles.
 */
import type { NetworkEvent } from '../events.ts';
import { assertNever } from '../../lib/assert.ts';

import { NS_PER_MS, NS_PER_S } from '../../sim/sim.ts';
import { routeOutput } from '../ip/route.ts';
import type { Netns } from '../netns.ts';
import type { Skb } from '../skb.ts';
import type { TraceRecorder } from '../trace/recorder.ts';
import type { PacketRole } from '../trace/trace.ts';
import { hasFlag, type AppData, type TcpFlag, type TcpSegment } from '../wire/packet.ts';
import { resetFor, segmentLength } from './reset.ts';
import { connectionKey } from './key.ts';
import { cut, pieces, type Unacked } from './segments.ts';
import { advertisedMss, segmentLimit } from './mss.ts';
import { hearAck, keepAhead, leavesHole, mayWrite, offeredBy, retransmissionMs, takeAhead } from './stream.ts';
import type { StreamSink, StreamSource } from './stream.ts';
import { closed, retriesSysctl, type Endpoint, type TcpState, type Vars } from './tcp-state.ts';
import { initialWindow, scaled } from './window.ts';
import type { ClientErrno, ClientEvent, ListenSpec, ServerRequest, Sockets } from './sockets.ts';

const SYN_RTO_NS = NS_PER_S;
const DATA_RTO_MS = 200;
const TIME_WAIT_NS = 60 * NS_PER_S;

export class TcpSocket {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly process: string;
  readonly key: string;
  readonly #netns: Netns;
  readonly #sockets: Sockets;
  readonly #recorder: TraceRecorder | null;
  /** Where the clock of its timestamps starts (secure_tcp_ts_off). */
  readonly #tsOffset: number;
  readonly #v: Vars = closed();
  #role: PacketRole = 'request';
  #request = '';
  #onEvent: ((event: ClientEvent) => void) | null = null;
  #handler: ((request: ServerRequest) => string) | null = null;
  #source: StreamSource | null = null;
  #sink: StreamSink | null = null;

  constructor(
    netns: Netns,
    sockets: Sockets,
    spec: {
      readonly local: Endpoint;
      readonly remote: Endpoint;
      readonly process: string;
      readonly recorder: TraceRecorder | null;
    },
  ) {
    this.#netns = netns;
    this.#sockets = sockets;
    this.local = spec.local;
    this.remote = spec.remote;
    this.process = spec.process;
    this.#recorder = spec.recorder;
    this.#tsOffset = netns.kernel.random('tcp.timestamps').u32();
    this.key = connectionKey('tcp', spec.local.addr, spec.local.port, spec.remote.addr, spec.remote.port);
  }

  get state(): TcpState {
    return this.#v.state;
  }

  /** Segments sent again so far. */
  get retransmitted(): number {
    return this.#v.retransmitted;
  }

  /** Opens the connection; `text` is sent once it stands, or what `source` writes. */
  connect(text: string, onEvent: (event: ClientEvent) => void, source: StreamSource | null = null): void {
    this.#request = text;
    this.#source = source;
    this.#onEvent = onEvent;
    this.#v.sndNxt = this.#initialSequence();
    this.#setState('SYN_SENT');
    this.#send(['SYN'], null);
  }

  /** Takes a SYN on behalf of a listener and answers it. */
  accept(skb: Skb, segment: TcpSegment, { handler, sink }: Pick<ListenSpec, 'handler' | 'sink'>): void {
    this.#role = 'reply';
    this.#handler = handler;
    this.#sink = sink ?? null;
    this.#v.lastPacketId = skb.packetId;
    this.#v.sndNxt = this.#initialSequence();
    this.#v.rcvNxt = (segment.seq + 1) >>> 0;
    this.#v.peerMss = segment.mss ?? 536;
    this.#v.tsRecent = segment.timestamps?.val ?? 0;
    this.#setState('SYN_RECV');
    this.#send(['SYN', 'ACK'], null);
  }

  /** Gives the connection up without a word, as a client does that has waited long enough. */
  close(): void {
    if (this.#v.state === 'SYN_SENT') this.#destroy();
    else if (this.#v.state === 'ESTABLISHED') this.#sendFin('FIN_WAIT1');
  }

  /** Forgets the connection at once. */
  abandon(): void {
    this.#destroy();
  }

  /** A segment of this connection has arrived (tcp_v4_do_rcv). */
  receive(skb: Skb, segment: TcpSegment): void {
    this.#v.lastPacketId = skb.packetId;
    this.#v.tsRecent = segment.timestamps?.val ?? this.#v.tsRecent;
    this.#v.peerWindow = offeredBy(segment);
    if (this.#v.state === 'SYN_SENT') this.#receiveInSynSent(segment);
    else if (hasFlag(segment, 'RST')) this.#receiveReset(segment);
    else this.#receiveInSequence(segment);
  }

  /** An ICMP error about one of our segments: fatal while connecting (tcp_v4_err). */
  receiveError(errno: ClientErrno): void {
    if (this.#v.state === 'SYN_SENT' || this.#v.state === 'SYN_RECV') this.#fail(errno);
  }

  /** The path takes less than was sent: from the first segment too long on, all is cut anew and sent again (tcp_v4_mtu_reduced). */
  pathNarrowed(): void {
    const limit = segmentLimit(this.#netns, this.remote.addr, this.#v.peerMss);
    const first = this.#v.unacked.findIndex(({ segment }) => (segment.data?.bytes ?? 0) > limit);
    if (first < 0) return;
    const again = this.#v.unacked.slice(first).flatMap((packet) => cut(packet, limit));
    this.#v.unacked = [...this.#v.unacked.slice(0, first), ...again];
    for (const packet of again) this.#transmitAgain(packet);
  }

  /** Returns a closure that puts the socket back as it is now. */
  checkpoint(): () => void {
    const saved = { ...this.#v };
    return () => {
      Object.assign(this.#v, saved);
    };
  }

  #receiveInSynSent(segment: TcpSegment): void {
    const acceptable = hasFlag(segment, 'ACK') && segment.ack === this.#v.sndNxt;
    if (hasFlag(segment, 'RST')) {
      if (acceptable) this.#fail('ECONNREFUSED');
      return;
    }
    if (hasFlag(segment, 'ACK') && !acceptable) {
      this.#reset(segment);
      return;
    }
    if (!acceptable || !hasFlag(segment, 'SYN')) return;
    this.#v.rcvNxt = (segment.seq + 1) >>> 0;
    this.#v.peerMss = segment.mss ?? 536;
    this.#acknowledged(segment.ack);
    this.#setState('ESTABLISHED');
    this.#send(['ACK'], null);
    if (this.#source === null) this.#sendText(this.#request);
    else this.#fill();
  }

  /** Answers a segment of an older connection. */
  #reset(segment: TcpSegment): void {
    const reset = resetFor(segment);
    if (reset !== null) this.#transmit(reset, 'sent', this.#v.lastPacketId);
  }

  #receiveReset(segment: TcpSegment): void {
    if (segment.seq !== this.#v.rcvNxt) return;
    if (this.#onEvent !== null) this.#fail('ECONNRESET');
    else this.#destroy();
  }

  #receiveInSequence(segment: TcpSegment): void {
    if (segment.seq !== this.#v.rcvNxt) {
      this.#receiveOldSegment(segment);
      return;
    }
    if (!hasFlag(segment, 'ACK')) return;
    if (this.#source !== null && hearAck(this.#v, segment, this.#clock())) this.#retransmit();
    this.#acknowledged(segment.ack);
    this.#confirmNeighbour();
    this.#advanceByAck();
    this.#takeData(segment);
    if (hasFlag(segment, 'FIN')) this.#takeFin();
    if (leavesHole(this.#v)) this.#retransmit();
    this.#fill();
  }

  /** Lets a stream write what the peer has room for. */
  #fill(): void {
    if (this.#source === null) return;
    const limit = segmentLimit(this.#netns, this.remote.addr, this.#v.peerMss);
    while (mayWrite(this.#v, limit)) {
      const bytes = this.#source.write(limit);
      if (bytes === 0) return;
      this.#send(['ACK'], { kind: 'data', text: '', bytes });
    }
  }

  /** A repeated SYN gets its SYN-ACK again, anything else old its ACK (tcp_check_req, tcp_send_dupack). */
  #receiveOldSegment(segment: TcpSegment): void {
    if (this.#sink !== null) this.#v.ahead = keepAhead(this.#v, segment);
    if (this.#v.state === 'SYN_RECV' && hasFlag(segment, 'SYN')) this.#retransmit();
    else if (segmentLength(segment) > 0) this.#send(['ACK'], null);
  }

  #advanceByAck(): void {
    const allAcked = this.#v.unacked.length === 0;
    switch (this.#v.state) {
      case 'SYN_RECV':
        if (allAcked) this.#setState('ESTABLISHED');
        return;
      case 'FIN_WAIT1':
        if (allAcked) this.#setState('FIN_WAIT2');
        return;
      case 'CLOSING':
        if (allAcked) this.#timeWait();
        return;
      case 'LAST_ACK':
        if (allAcked) this.#finish();
        return;
      case 'CLOSED':
      case 'SYN_SENT':
      case 'ESTABLISHED':
      case 'FIN_WAIT2':
      case 'CLOSE_WAIT':
      case 'TIME_WAIT':
        return;
      default:
        assertNever(this.#v.state);
    }
  }

  #takeData(segment: TcpSegment): void {
    if (segment.data === null) return;
    if (this.#sink !== null) {
      this.#takeStream(this.#sink, segment.data.bytes);
      return;
    }
    this.#v.rcvNxt = (this.#v.rcvNxt + segment.data.bytes) >>> 0;
    this.#v.received += segment.data.text;
    const last = hasFlag(segment, 'PSH');
    if (this.#handler === null || !last) {
      if (!hasFlag(segment, 'FIN')) this.#send(['ACK'], null);
      return;
    }
    const answer = this.#handler({ text: this.#v.received, peer: this.remote, local: this.local });
    this.#send(['ACK'], null);
    this.#sendText(answer);
    this.#sendFin('FIN_WAIT1');
  }

  #takeStream(sink: StreamSink, bytes: number): void {
    const taken = takeAhead(this.#v, bytes);
    this.#v.rcvNxt = taken.rcvNxt;
    this.#v.ahead = taken.ahead;
    sink.onData(taken.bytes);
    this.#send(['ACK'], null);
  }

  #takeFin(): void {
    this.#v.rcvNxt = (this.#v.rcvNxt + 1) >>> 0;
    switch (this.#v.state) {
      case 'ESTABLISHED':
        this.#setState('CLOSE_WAIT');
        this.#sink?.onEnd();
        this.#onEvent?.({ kind: 'answered', text: this.#v.received });
        this.#sendFin('LAST_ACK');
        return;
      case 'FIN_WAIT1':
        this.#setState('CLOSING');
        this.#send(['ACK'], null);
        return;
      case 'FIN_WAIT2':
        this.#send(['ACK'], null);
        this.#timeWait();
        return;
      case 'CLOSED':
      case 'SYN_SENT':
      case 'SYN_RECV':
      case 'CLOSING':
      case 'CLOSE_WAIT':
      case 'LAST_ACK':
      case 'TIME_WAIT':
        return;
      default:
        assertNever(this.#v.state);
    }
  }

  #sendFin(next: 'FIN_WAIT1' | 'LAST_ACK'): void {
    this.#setState(next);
    this.#send(['FIN', 'ACK'], null);
  }

  #sendText(text: string): void {
    const parts = pieces(text, segmentLimit(this.#netns, this.remote.addr, this.#v.peerMss));
    parts.forEach((data, index) => {
      this.#send(index === parts.length - 1 ? ['PSH', 'ACK'] : ['ACK'], data);
    });
  }

  #send(flags: readonly TcpFlag[], data: AppData | null): void {
    const syn = flags.includes('SYN');
    const segment: TcpSegment = {
      kind: 'tcp',
      sport: this.local.port,
      dport: this.remote.port,
      seq: this.#v.sndNxt,
      ack: flags.includes('ACK') ? this.#v.rcvNxt : 0,
      flags,
      window: this.#window({ syn }),
      mss: syn ? advertisedMss(this.#netns, this.remote.addr) : null,
      timestamps: { val: this.#clock(), ecr: this.#v.tsRecent },
      data,
    };
    const length = segmentLength(segment);
    this.#v.sndNxt = (this.#v.sndNxt + length) >>> 0;
    // Queued before it is sent: what a rule does to it at once (REJECT) finds it there.
    const packet: Unacked = { segment, skb: null };
    if (length > 0) {
      this.#v.unacked = [...this.#v.unacked, packet];
      this.#arm();
    }
    const sent = this.#transmit(segment, 'sent', this.#v.lastPacketId);
    this.#v.unacked = this.#v.unacked.map((entry) => (entry === packet ? { segment, skb: sent } : entry));
  }

  #transmit(segment: TcpSegment, relation: 'sent' | 'retransmission', parentId: number | null): Skb {
    const { skb } = this.#sockets.send(
      { src: this.local.addr, dst: this.remote.addr, l4: segment, df: true },
      {
        recorder: this.#recorder,
        relation,
        role: this.#role,
        parentId: this.#recorder === null ? null : parentId,
        process: this.process,
        what: segment.flags.join('-'),
      },
    );
    return skb;
  }

  #arm(): void {
    if (this.#v.timer !== null) return;
    const handshake = this.#v.state === 'SYN_SENT' || this.#v.state === 'SYN_RECV';
    const rto =
      (handshake ? SYN_RTO_NS : Math.round(retransmissionMs(this.#v, DATA_RTO_MS) * NS_PER_MS)) * 2 ** this.#v.retries;
    this.#v.timer = this.#netns.kernel.sim.background(rto, 'tcp retransmit' satisfies NetworkEvent, () => {
      this.#v.timer = null;
      this.#onTimeout();
    });
  }

  #onTimeout(): void {
    const limit = this.#netns.sysctl.number(retriesSysctl(this.#v.state));
    if (this.#v.retries >= limit) {
      this.#fail('ETIMEDOUT');
      return;
    }
    this.#v.retries++;
    if (this.#source !== null) this.#v.repairUpTo = this.#v.sndNxt;
    this.#arm();
    this.#retransmit();
  }

  #retransmit(): void {
    const first = this.#v.unacked[0];
    if (first === undefined) return;
    // What still waits here for a link address is not sent a second time (skb_still_in_host_queue).
    if (first.skb !== null && this.#netns.neigh.holds(first.skb)) return;
    this.#transmitAgain(first);
  }

  #transmitAgain(packet: Unacked): void {
    this.#v.retransmitted++;
    const segment = {
      ...packet.segment,
      ack: hasFlag(packet.segment, 'ACK') ? this.#v.rcvNxt : 0,
      timestamps: { val: this.#clock(), ecr: this.#v.tsRecent },
    };
    const skb = this.#transmit(segment, 'retransmission', packet.skb?.packetId ?? null);
    this.#v.unacked = this.#v.unacked.map((entry) => (entry === packet ? { segment: packet.segment, skb } : entry));
  }

  /** Takes off the queue what `ack` covers. */
  #acknowledged(ack: number): void {
    const left = this.#v.unacked.filter(({ segment }) => ((segment.seq + segmentLength(segment) - ack) | 0) > 0);
    if (left.length === this.#v.unacked.length) return;
    this.#v.unacked = left;
    this.#v.retries = 0;
    this.#v.timer?.cancel();
    this.#v.timer = null;
    if (left.length > 0) this.#arm();
  }

  #confirmNeighbour(): void {
    const route = routeOutput(this.#netns, { dst: this.remote.addr, src: this.local.addr, oif: null });
    if (route.kind === 'route') this.#netns.neigh.confirm(route.dev, route.nexthop);
  }

  /** What is offered to the peer; on a SYN as it is, later in units of the window scale. */
  #window({ syn }: { readonly syn: boolean }): number {
    const offered = initialWindow(advertisedMss(this.#netns, this.remote.addr), { listener: this.#handler !== null });
    return syn ? offered : scaled(offered);
  }

  /** Milliseconds of this socket's own count (tcp_time_stamp_ts). */
  #clock(): number {
    return (this.#tsOffset + Math.floor(this.#netns.now / NS_PER_MS)) >>> 0;
  }

  #initialSequence(): number {
    return this.#netns.kernel.random('tcp.isn').u32();
  }

  #setState(state: TcpState): void {
    this.#v.state = state;
    this.#netns.touch();
  }

  #timeWait(): void {
    this.#setState('TIME_WAIT');
    this.#v.timer?.cancel();
    this.#v.timer = this.#netns.kernel.sim.background(TIME_WAIT_NS, 'tcp time-wait' satisfies NetworkEvent, () => {
      this.#destroy();
    });
    this.#onEvent?.({ kind: 'closed' });
  }

  #finish(): void {
    this.#destroy();
    this.#onEvent?.({ kind: 'closed' });
  }

  #fail(errno: ClientErrno): void {
    this.#destroy();
    this.#onEvent?.({ kind: 'error', errno });
  }

  #destroy(): void {
    this.#v.timer?.cancel();
    this.#v.timer = null;
    this.#setState('CLOSED');
    this.#sockets.forget(this);
  }
}
