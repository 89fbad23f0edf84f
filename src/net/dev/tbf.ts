/**
 * `tbf` as a device's root qdisc: a bucket fills with tokens at a rate, a packet leaves when there are tokens for all its bytes, and what
 * waits meanwhile stands in a queue of so many bytes (net/sched/sch_tbf.c tbf_enqueue, tbf_dequeue). Seen with `tc qdisc show dev veth0`.
 *
 * Tokens are counted in the time they took to fill, as the kernel counts them. It sits before the tap, as netem does.
 * Simplification: one rate and no peak rate; a long packet is never cut first (GSO); the bucket is as large as the time tells, which tc
 * gives in ticks of 64 ns.
 */
import type { NetworkEvent } from '../events.ts';
import { NS_PER_S, type Instant } from '../../sim/sim.ts';
import type { Skb } from '../skb.ts';
import { l3Bytes } from '../wire/size.ts';
import type { NetDevice } from './device.ts';

/** What netlink is told (struct tc_tbf_qopt). */
export interface Tbf {
  readonly rateBytes: number;
  /** Size of the bucket, in the time that fills it: ticks of 64 ns. */
  readonly bufferTicks: number;
  /** Most bytes that wait. */
  readonly limitBytes: number;
}

export const TICKS_PER_US = 15.625;
const US_PER_S = 1_000_000;
const NS_PER_TICK = 64;

/** A qdisc at work: the tokens when the last packet left, and what waits. */
export class TbfQueue {
  readonly spec: Tbf;
  /** Time's worth of tokens at `#at`. */
  #tokensNs: number;
  #at: Instant;
  /** Bytes that wait, of the packets from `#first` on. */
  #backlog = 0;
  #waiting: { readonly leavesAt: Instant; readonly bytes: number }[] = [];
  #first = 0;

  constructor(spec: Tbf, now: Instant) {
    this.spec = spec;
    this.#tokensNs = spec.bufferTicks * NS_PER_TICK;
    this.#at = now;
  }

  /** How long a packet of that size waits from now on; null when the queue is full. */
  enqueue(bytes: number, now: Instant): number | null {
    this.#letLeave(now);
    const costNs = Math.ceil((bytes * NS_PER_S) / this.spec.rateBytes);
    const bucketNs = this.spec.bufferTicks * NS_PER_TICK;
    // A packet larger than the bucket would wait for ever (max_size).
    if (this.#backlog + bytes > this.spec.limitBytes || costNs > bucketNs) return null;
    const from = Math.max(now, this.#at);
    const tokens = Math.min(bucketNs, this.#tokensNs + from - this.#at);
    const waitNs = Math.max(0, costNs - tokens);
    const leavesAt = from + waitNs;
    this.#tokensNs = tokens + waitNs - costNs;
    this.#at = leavesAt;
    if (leavesAt > now) {
      this.#waiting.push({ leavesAt, bytes });
      this.#backlog += bytes;
    }
    return leavesAt - now;
  }

  /** They leave in the order they came. */
  #letLeave(now: Instant): void {
    for (let next = this.#waiting[this.#first]; next !== undefined && next.leavesAt <= now; next = this.#waiting[this.#first]) {
      this.#backlog -= next.bytes;
      this.#first++;
    }
    if (this.#first * 2 <= this.#waiting.length) return;
    this.#waiting = this.#waiting.slice(this.#first);
    this.#first = 0;
  }

  checkpoint(): () => void {
    const [tokens, at, backlog, waiting] = [this.#tokensNs, this.#at, this.#backlog, this.#waiting.slice(this.#first)];
    return () => {
      [this.#tokensNs, this.#at, this.#backlog, this.#waiting, this.#first] = [tokens, at, backlog, [...waiting], 0];
    };
  }
}

/** Lets the packet wait for its tokens and go on by `send`, or throws it away. */
export function tbfEnqueue(dev: NetDevice, tbf: TbfQueue, skb: Skb, send: () => void): void {
  const { netns } = dev;
  const text = tbfText(tbf.spec);
  const waitNs = tbf.enqueue(dev.linkHeaderBytes + l3Bytes(skb.l3), netns.now);
  netns.record(skb, { kind: 'qdisc', dev: dev.ref, text, delayNs: waitNs ?? 0, draw: null, lost: waitNs === null });
  if (waitNs === null) {
    dev.counters.txDropped++;
    netns.drop(skb, 'QDISC_DROP', text);
    return;
  }
  if (waitNs === 0) send();
  else netns.kernel.sim.after(waitNs, 'tbf' satisfies NetworkEvent, send);
}

/** The qdisc as `tc qdisc show` ends its line: `tbf rate 1Mbit burst 1000000b lat 25ms` (tc/q_tbf.c tbf_print_opt). */
export function tbfText({ rateBytes, bufferTicks, limitBytes }: Tbf): string {
  const bufferUs = bufferTicks / TICKS_PER_US;
  const burst = Math.floor((rateBytes * Math.floor(bufferUs)) / US_PER_S);
  const latencyUs = Math.floor((US_PER_S * limitBytes) / rateBytes - Math.floor(bufferUs));
  return `tbf rate ${rateText(rateBytes * 8)} burst ${sizeText(burst)} lat ${timeText(latencyUs)}`;
}

/** tc_util.c print_rate: the largest unit that is whole, or that leaves at least four digits. */
function rateText(bits: number): string {
  const units = ['', 'K', 'M', 'G', 'T'];
  let [rate, unit] = [bits, 0];
  while (unit < units.length - 1 && rate >= 1000 && (rate % 1000 === 0 || rate >= 1_000_000)) {
    rate = Math.floor(rate / 1000);
    unit++;
  }
  return `${rate}${units[unit] ?? ''}bit`;
}

/** sprint_size: Mb and Kb where the number is as good as whole. */
function sizeText(bytes: number): string {
  for (const [unit, size, slack] of [
    ['Mb', 1_048_576, 1024],
    ['Kb', 1024, 16],
  ] as const) {
    const whole = Math.round(bytes / size);
    if (bytes >= size && Math.abs(whole * size - bytes) < slack) return `${whole}${unit}`;
  }
  return `${bytes}b`;
}

/** sprint_time (`%.3g`). */
function timeText(us: number): string {
  if (us >= US_PER_S) return `${general(us / US_PER_S)}s`;
  return us >= 1000 ? `${general(us / 1000)}ms` : `${us}us`;
}

function general(value: number): string {
  const text = value.toPrecision(3);
  const [, mantissa, exponent] = /^(.*)e\+(\d)$/.exec(text) ?? [];
  return mantissa === undefined ? String(Number(text)) : `${Number(mantissa)}e+0${exponent ?? ''}`;
}
