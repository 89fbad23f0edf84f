/** What stands in front of a device and behind it: its root qdisc, and where `tc` sends what comes in (net/sched/sch_api.c qdisc_graft). */
import type { Instant } from '../../sim/sim.ts';
import type { NetDevice } from './device.ts';
import type { Netem } from './netem.ts';
import { TbfQueue, type Tbf } from './tbf.ts';

export interface QdiscChanges {
  /** The root qdisc: netem, or null for the one the device came with. */
  readonly netem?: Netem | null;
  /** The root qdisc: tbf. */
  readonly tbf?: Tbf;
  /** The ifb that what comes in is redirected to. */
  readonly redirect?: string;
}

/** A device has one root qdisc: a new one takes the place of the old. */
export function changeQdisc(dev: NetDevice, { netem, tbf, redirect }: QdiscChanges, now: Instant): void {
  if (netem !== undefined || tbf !== undefined) {
    dev.setQdisc({ netem: netem ?? null, tbf: tbf === undefined ? null : new TbfQueue(tbf, now) });
  }
  if (redirect !== undefined) dev.redirect = redirect;
}
