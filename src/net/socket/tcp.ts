/**
 * A small real TCP (RFC 9293; net/ipv4/tcp_input.c, tcp_output.c, tcp_timer.c): handshake, data, close, reset, retransmission.
 *
 *   client  CLOSED → SYN_SENT → ESTABLISHED → CLOSE_WAIT → LAST_ACK → CLOSED
 *   server  SYN_RECV → ESTABLISHED → FIN_WAIT1 → FIN_WAIT2 → TIME_WAIT → CLOSED   (it answers once and closes)
 *
 * A client may also send a stream, which the peer's window paces, until it closes (stream.ts), or both ends DNS messages (messages.ts).
 * Simplification: no congestion control, a window that neither grows nor closes and that only streams heed, no delayed ACK, no SACK
 * (outside streams, segments out of order are dropped and sent again); the retransmission timeout starts at 1 s for SYN and 200 ms for
 * the rest and doubles.
 */
import type { NetworkEvent } from '../events.ts';
import { NS_PER_MS, NS_PER_S } from '../../sim/sim.ts';
import { routeOutput } from '../ip/route.ts';
import type { Netns } from '../netns.ts';
import type { Skb } from '../skb.ts';
import type { TraceRecorder } from '../trace/recorder.ts';
import type { PacketRole } from '../trace/trace.ts';
import type { DnsMessage } from '../wire/dns.ts';
import { dnsMessageOf, hasFlag, type AppData, type TcpFlag, type TcpSegment } from '../wire/packet.ts';
import { resetFor, segmentLength } from './reset.ts';
import { connectionKey } from './key.ts';
import { heardOver, type MessageFlow } from './messages.ts';
import { cut, messagePieces, pieces, type Unacked } from './segments.ts';
import { advertisedMss, segmentLimit } from './mss.ts';
import { hearAck, keepAhead, leavesHole, mayWrite, offeredBy, retransmissionMs, takeAhead } from './stream.ts';
import type { StreamSink, StreamSource } from './stream.ts';
import { AFTER_ALL_ACKED, AFTER_FIN, closed, retriesSysctl, type Endpoint, type TcpState, type Vars } from './tcp-state.ts';
import { initialWindow, scaled } from './window.ts';
import { segmentName } from './words.ts';
import type { Datagram } from './spec.ts';
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
  /** Where the clock of its timestamps starts (secure_tcp_ts_off). */
  readonly #tsOffset: number;
  readonly #v: Vars = closed();
  #request = '';
  #onEvent: ((event: ClientEvent) => void) | null = null;
  #handler: ((request: ServerRequest) => string) | null = null;
  #source: StreamSource | null = null;
  #sink: StreamSink | null = null;
  #messages: ((message: Datagram) => void) | null = null;

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
    this.#v.recorder = spec.recorder;
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

  /** From now on it carries DNS messages. */
  hearMessages(hears: (message: Datagram) => void): void {
    this.#messages = hears;
  }

  /** Sends a message as part of a flow, at once or when the connection stands. */
  say(message: DnsMessage, { recorder, role, parentId }: MessageFlow, what?: string): void {
    this.#v.recorder = recorder;
    this.#v.role = role;
    this.#v.lastPacketId = parentId;
    if (this.#v.state === 'CLOSED' || this.#v.state === 'SYN_SENT') this.#v.pending = [...this.#v.pending, message];
    else if (this.#v.state === 'ESTABLISHED') this.#sendPieces((limit) => messagePieces(message, limit), what);
  }

  /** Takes a SYN on behalf of a listener and answers it. */
  accept(skb: Skb, segment: TcpSegment, { handler, sink, onDatagram }: ListenSpec): void {
    this.#v.role = this.#answerRole(skb);
    this.#handler = handler;
    this.#sink = sink ?? null;
    this.#messages = onDatagram ?? null;
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

  /** A listener is closed, and its process gone: what it kept open of this one's kind, the kernel closes. */
  serverGone(listener: ListenSpec): void {
    if (this.#messages !== null && this.#messages === listener.onDatagram) this.close();
  }

  /** Forgets the connection at once. */
  abandon(): void {
    this.#destroy();
  }

  /** A segment of this connection has arrived (tcp_v4_do_rcv). */
  receive(skb: Skb, segment: TcpSegment): void {
    this.#v.lastPacketId = skb.packetId;
    if (this.#messages !== null) {
      this.#v.recorder = skb.recorder;
      this.#v.role = this.#answerRole(skb);
    }
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
    const waiting = this.#v.pending;
    this.#v.pending = [];
    for (const message of waiting) this.#sendPieces((limit) => messagePieces(message, limit));
  }

  /** An answer to a packet is part of its flow. */
  #answerRole({ recorder, packetId }: Skb): PacketRole {
    return recorder === null ? 'reply' : recorder.answerRoleOf(packetId);
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
    const next = this.#v.unacked.length === 0 ? AFTER_ALL_ACKED[this.#v.state] : undefined;
    if (next === 'TIME_WAIT') this.#timeWait();
    else if (next === 'CLOSED') this.#finish();
    else if (next !== undefined) this.#setState(next);
  }

  #takeData(segment: TcpSegment): void {
    if (segment.data === null) return;
    if (this.#sink !== null) {
      this.#takeStream(this.#sink, segment.data.bytes);
      return;
    }
    if (this.#messages !== null) {
      this.#takeMessage(this.#messages, segment);
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

  #takeMessage(hears: (message: Datagram) => void, segment: TcpSegment): void {
    this.#v.rcvNxt = (this.#v.rcvNxt + (segment.data?.bytes ?? 0)) >>> 0;
    this.#send(['ACK'], null);
    const message = dnsMessageOf(segment);
    if (segment.data?.dns === undefined) this.#sendFin('FIN_WAIT1');
    if (message !== null) hears(heardOver(this, message, this.#v));
  }

  #takeFin(): void {
    this.#v.rcvNxt = (this.#v.rcvNxt + 1) >>> 0;
    const next = AFTER_FIN[this.#v.state];
    if (next === undefined) return;
    if (next !== 'TIME_WAIT') this.#setState(next);
    if (next === 'CLOSE_WAIT') {
      this.#sink?.onEnd();
      this.#onEvent?.({ kind: 'answered', text: this.#v.received });
      this.#sendFin('LAST_ACK');
      return;
    }
    this.#send(['ACK'], null);
    if (next === 'TIME_WAIT') this.#timeWait();
  }

  #sendFin(next: 'FIN_WAIT1' | 'LAST_ACK'): void {
    this.#setState(next);
    this.#send(['FIN', 'ACK'], null);
  }

  #sendText(text: string): void {
    this.#sendPieces((limit) => pieces(text, limit));
  }

  /** Data cut to what a segment takes; `what` is what the trace calls the last one. */
  #sendPieces(cutTo: (limit: number) => readonly AppData[], what?: string): void {
    const parts = cutTo(segmentLimit(this.#netns, this.remote.addr, this.#v.peerMss));
    parts.forEach((data, index) => {
      if (index === parts.length - 1) this.#send(['PSH', 'ACK'], data, what);
      else this.#send(['ACK'], data);
    });
  }

  #send(flags: readonly TcpFlag[], data: AppData | null, what?: string): void {
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
    const sent = this.#transmit(segment, 'sent', this.#v.lastPacketId, what);
    this.#v.unacked = this.#v.unacked.map((entry) => (entry === packet ? { segment, skb: sent } : entry));
  }

  #transmit(
    segment: TcpSegment,
    relation: 'sent' | 'retransmission',
    parentId: number | null,
    what = segmentName(segment),
  ): Skb {
    const { skb } = this.#sockets.send(
      { src: this.local.addr, dst: this.remote.addr, l4: segment, df: true },
      {
        recorder: this.#v.recorder,
        relation,
        role: this.#v.role,
        parentId: this.#v.recorder === null ? null : parentId,
        process: this.process,
        what,
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
