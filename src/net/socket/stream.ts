/**
 * A stream over TCP: data of which only the length counts, written as fast as the peer's window lets it, and read at once
 * (net/ipv4/tcp_output.c tcp_write_xmit with tcp_snd_wnd_test, tcp_input.c tcp_data_queue_ofo, tcp_fastretrans_alert).
 *
 * Simplification: the window alone says how much is under way, for there is no congestion control; a loss is noticed at the third ACK
 * of one number and each hole is sent again by itself (NewReno), without SACK.
 */
import { hasFlag, type TcpSegment } from '../wire/packet.ts';
import { segmentLength } from './reset.ts';
import type { Vars } from './tcp-state.ts';
import { WINDOW_SCALE } from './window.ts';

/** Where a stream comes from. */
export interface StreamSource {
  /** Called when there is room for a segment of `limit` bytes; how many are written, 0 for none until more was acknowledged. */
  readonly write: (limit: number) => number;
}

/** Where a stream goes to. */
export interface StreamSink {
  /** So many bytes more have arrived in their order. */
  readonly onData: (bytes: number) => void;
  /** The sender has closed. */
  readonly onEnd: () => void;
}

/** ACKs of one number that tell of a loss (net.ipv4.tcp_reordering). */
const REORDERING = 3;

/** The window of a segment in bytes; that of a SYN is not scaled. */
export function offeredBy({ window, flags }: TcpSegment): number {
  return flags.includes('SYN') ? window : window * 2 ** WINDOW_SCALE;
}

/** Whether the connection stands and a segment of that many bytes still fits the peer's window (tcp_snd_wnd_test). */
export function mayWrite({ state, unacked, sndNxt, peerWindow }: Vars, bytes: number): boolean {
  if (state !== 'ESTABLISHED') return false;
  const first = unacked[0]?.segment.seq ?? sndNxt;
  return ((sndNxt - first) | 0) + bytes <= peerWindow;
}

/**
 * What an ACK tells a stream beside what it covers; true when the segment it names is missing, for it has come often enough
 * (tcp_fastretrans_alert).
 */
export function hearAck(v: Vars, segment: TcpSegment, nowMs: number): boolean {
  v.rtt = roundTrip(v.rtt, nowMs - (segment.timestamps?.ecr ?? nowMs));
  v.sameAcks = namesFirstAgain(v, segment) ? v.sameAcks + 1 : 0;
  if (v.sameAcks !== REORDERING || v.repairUpTo !== null) return false;
  v.repairUpTo = v.sndNxt;
  return true;
}

/** Whether what was under way when a loss was noticed has another hole: an ACK that ends before it names it (RFC 6582). */
export function leavesHole(v: Vars): boolean {
  const first = v.unacked[0]?.segment;
  if (v.repairUpTo === null || v.sameAcks > 0) return false;
  if (first !== undefined && ((first.seq - v.repairUpTo) | 0) < 0) return true;
  v.repairUpTo = null;
  return false;
}

/** One more measurement of the way there and back (tcp_rtt_estimator). */
function roundTrip(rtt: Vars['rtt'], ms: number): Vars['rtt'] {
  if (rtt === null) return { smoothMs: ms, varianceMs: ms / 2 };
  const varianceMs = rtt.varianceMs + (Math.abs(ms - rtt.smoothMs) - rtt.varianceMs) / 4;
  return { smoothMs: rtt.smoothMs + (ms - rtt.smoothMs) / 8, varianceMs };
}

/** How long an ACK may take before a segment is sent again (tcp_set_rto; the varying part is at least tcp_rto_min). */
export function retransmissionMs({ rtt }: Vars, minMs: number): number {
  return rtt === null ? minMs : rtt.smoothMs + Math.max(minMs, 4 * rtt.varianceMs);
}

/** An ACK of nothing new, with nothing else in it. */
function namesFirstAgain({ unacked }: Vars, segment: TcpSegment): boolean {
  return segmentLength(segment) === 0 && !hasFlag(segment, 'SYN') && segment.ack === unacked[0]?.segment.seq;
}

/** What is kept once `segment`, which does not come next, has arrived. */
export function keepAhead({ ahead, rcvNxt }: Vars, { seq, data }: TcpSegment): Vars['ahead'] {
  return data === null || ((seq - rcvNxt) | 0) <= 0 ? ahead : new Map([...ahead, [seq, data.bytes]]);
}

/** The bytes that are in order once the next `bytes` have come, with what was kept behind them. */
export function takeAhead({ ahead, rcvNxt }: Vars, bytes: number): Pick<Vars, 'ahead' | 'rcvNxt'> & { readonly bytes: number } {
  let next = (rcvNxt + bytes) >>> 0;
  let all = bytes;
  const left = new Map(ahead);
  for (let more = left.get(next); more !== undefined; more = left.get(next)) {
    left.delete(next);
    next = (next + more) >>> 0;
    all += more;
  }
  return { ahead: left.size === ahead.size ? ahead : left, rcvNxt: next, bytes: all };
}
