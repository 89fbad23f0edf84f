/** What both kinds of measurement are given. */
import type { IpAddr } from '../../lib/ip.ts';
import type { NetworkEvent } from '../../net/events.ts';
import type { Netns } from '../../net/netns.ts';
import type { Sim } from '../../sim/sim.ts';
import type { Meter } from './meter.ts';
import type { ServerPlace } from './server.ts';

export interface Run {
  readonly sim: Sim;
  /** The client's namespace, and what it dials. */
  readonly netns: Netns;
  readonly dst: IpAddr;
  readonly port: number;
  readonly seconds: number;
  /** What a client of UDP keeps to (`iperf3 -b`). */
  readonly bitsPerSecond: number;
  readonly server: ServerPlace;
  readonly meter: Meter;
  /** Whether a queue has stood in the way so far. */
  readonly queued: () => boolean;
}

/** Program name of both ends. */
export const IPERF3 = 'iperf3';
export const TIMER: NetworkEvent = 'iperf';
/** Segments or datagrams of one measurement: a bucket of 27 MB, which the bandwidth plugin makes of no burst, holds 18,500. */
export const MAX_PACKETS = 24_000;
/** As many tell all where no queue stands in the way, for the next would be like the last. */
const MAX_FREE_PACKETS = 4_000;

/** Whether the packets are used up before the time. */
export function usedUp({ meter: { total }, queued }: Run): boolean {
  return total.packets >= MAX_PACKETS || (total.packets === MAX_FREE_PACKETS && !queued());
}
