/**
 * `netem` as a device's root qdisc: packets that leave wait, or are lost by chance (net/sched/sch_netem.c netem_enqueue).
 * It sits before the tap: what it loses, tcpdump on this device never sees. Seen with `tc qdisc show dev eth0`.
 *
 * Each device draws from its own stream. Simplification: delay and independent loss only, no jitter, reordering, duplication, corruption
 * or rate; no limit of 1000 packets; devices without netem and tbf send at once, whatever qdisc a real one has.
 */
import type { NetworkEvent } from '../events.ts';
import { NS_PER_MS, NS_PER_S } from '../../sim/sim.ts';
import type { Skb } from '../skb.ts';
import type { NetDevice } from './device.ts';

export interface Netem {
  /** Nanoseconds each packet waits. */
  readonly delayNs: number;
  /** Share of packets lost, 0 to 1. */
  readonly loss: number;
}

const U32 = 2 ** 32;
const NS_PER_US = 1000;

/** The qdisc as `tc qdisc show` ends its line: `netem delay 50ms loss 30%`. */
export function netemText({ delayNs, loss }: Netem): string {
  return ['netem', delayNs === 0 ? '' : `delay ${timeText(delayNs)}`, loss === 0 ? '' : `loss ${percentText(loss)}`]
    .filter((word) => word !== '')
    .join(' ');
}

/** lib/utils_math.c sprint_time: the largest unit that is not below one. */
function timeText(ns: number): string {
  if (ns >= NS_PER_S) return `${significant(ns / NS_PER_S)}s`;
  return ns >= NS_PER_MS ? `${significant(ns / NS_PER_MS)}ms` : `${significant(ns / NS_PER_US)}us`;
}

/** q_netem.c print_percent (`%g%%`). */
function percentText(share: number): string {
  return `${significant(share * 100)}%`;
}

function significant(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** Lets the packet wait and go on by `send`, or loses it. */
export function netemEnqueue(dev: NetDevice, netem: Netem, skb: Skb, send: () => void): void {
  const { netns } = dev;
  const text = netemText(netem);
  const draw = drawLoss(dev, netem.loss);
  const lost = draw !== null && draw.value < draw.probability;
  netns.record(skb, { kind: 'qdisc', dev: dev.ref, text, delayNs: lost ? 0 : netem.delayNs, draw, lost });
  if (lost) {
    dev.counters.txDropped++;
    netns.drop(skb, 'QDISC_DROP', text);
    return;
  }
  netns.kernel.sim.after(netem.delayNs, 'netem' satisfies NetworkEvent, send);
}

/** Null where nothing is left to chance; nothing is lost while outcomes are explored, unless all is. */
function drawLoss(dev: NetDevice, loss: number): { readonly value: number; readonly probability: number } | null {
  if (loss === 0) return null;
  const { kernel, name } = dev.netns;
  if (kernel.chance !== null) return { value: loss >= 1 ? 0 : 1, probability: loss };
  return { value: kernel.random(`netem:${name}:${dev.name}`).u32() / U32, probability: loss };
}
