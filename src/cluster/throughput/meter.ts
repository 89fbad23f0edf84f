/** A measurement while it runs: what was written at one end and read at the other, second by second, and how it ended. */
import type { ClientErrno } from '../../net/socket/spec.ts';
import type { Endpoint } from '../../net/socket/tcp-state.ts';
import { NS_PER_S, type Instant } from '../../sim/sim.ts';

/** A second of the measurement, or what was left of the last; times in seconds since its start. */
export interface Interval {
  readonly from: number;
  readonly to: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Segments or datagrams written. */
  readonly packets: number;
  /** Segments sent again. */
  readonly retransmitted: number;
}

type Second = { -readonly [K in Exclude<keyof Interval, 'from' | 'to'>]: Interval[K] };

export class Meter {
  /** When the first byte was written; null until the connection stands. */
  startedAt: Instant | null = null;
  /** When the client stopped writing. */
  writtenAt: Instant | null = null;
  /** When the server read the end. */
  readAt: Instant | null = null;
  /** The packets were used up before the time. */
  cutShort = false;
  error: ClientErrno | null = null;
  /** The client's own end. */
  local: Endpoint | null = null;
  readonly total: Second = nothing();
  /** Datagrams read. */
  arrived = 0;
  /** The last byte read. */
  lastArrival: Instant = 0;
  #seconds: readonly Second[] = [];

  sent(bytes: number, now: Instant): void {
    for (const counted of [this.total, this.#second(now)]) {
      counted.sentBytes += bytes;
      counted.packets++;
    }
  }

  received(bytes: number, now: Instant): void {
    this.arrived++;
    this.lastArrival = now;
    for (const counted of [this.total, this.#second(now)]) counted.receivedBytes += bytes;
  }

  /** So many segments were sent again until now. */
  retransmitted(total: number, now: Instant): void {
    const more = total - this.total.retransmitted;
    if (more > 0) for (const counted of [this.total, this.#second(now)]) counted.retransmitted += more;
  }

  /** Seconds since the start. */
  elapsed(now: Instant): number {
    return (now - (this.startedAt ?? now)) / NS_PER_S;
  }

  /** Whole seconds of writing, and what is left behind them. */
  intervals(): readonly Interval[] {
    const whole = this.elapsed(this.writtenAt ?? 0);
    return Array.from({ length: Math.ceil(whole) }, (_, index) => ({
      from: index,
      to: Math.min(index + 1, whole),
      ...(this.#seconds[index] ?? nothing()),
    }));
  }

  #second(now: Instant): Second {
    const index = Math.floor(this.elapsed(now));
    const missing = Math.max(0, index + 1 - this.#seconds.length);
    if (missing > 0) this.#seconds = [...this.#seconds, ...Array.from({ length: missing }, nothing)];
    return this.#seconds[index] ?? nothing();
  }
}

function nothing(): Second {
  return { sentBytes: 0, receivedBytes: 0, packets: 0, retransmitted: 0 };
}
