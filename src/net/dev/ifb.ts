/**
 * `ifb`: a device that gives back what was sent to it to the device it had come in by (drivers/net/ifb.c ifb_ri_tasklet). Frames that
 * come in at another device and are redirected here by `tc` (act_mirred) pass a qdisc that way: one shapes what comes in. The second time
 * they neither meet the redirection again nor the tap (skb_skip_tc_classify). Seen with `ip -d link show type ifb`.
 *
 * Simplification: the filter that redirects takes every frame (u32 match 0 0), and is known by the device alone.
 */
import type { Skb } from '../skb.ts';
import { deliver, NetDevice } from './device.ts';

export class Ifb extends NetDevice {
  readonly kind = 'ifb';

  override get carrier(): boolean {
    return true;
  }

  override get ownQdisc(): 'fq_codel' {
    return 'fq_codel';
  }

  override get typeFlags(): readonly string[] {
    return ['BROADCAST', 'NOARP'];
  }

  override xmit(skb: Skb): void {
    const from = skb.iif === null ? undefined : this.netns.link(skb.iif);
    if (from === undefined) this.netns.endPacket(skb, 'CONSUMED', null);
    else deliver(from, skb);
  }
}
