/**
 * `veth`: one cable, two plugs. What one end sends arrives at the other, scrubbed when it enters another namespace
 * (drivers/net/veth.c veth_xmit, net/core/skbuff.c skb_scrub_packet). Seen with `ip -d link show type veth`.
 */
import type { NetworkEvent } from '../events.ts';
import { BY_KERNEL } from '../../lib/provenance.ts';
import { scrub, type Skb } from '../skb.ts';
import type { PeerView } from '../view.ts';
import { isForwardable, netifReceive, NetDevice, tooLong } from './device.ts';

/** A softirq from one end to the other. */
const VETH_NS = 10_000;

export class Veth extends NetDevice {
  readonly kind = 'veth';
  #peer: Veth | null = null;

  /** Joins the two ends of a new pair. */
  static pair(a: Veth, b: Veth): void {
    a.#peer = b;
    b.#peer = a;
  }

  override get carrier(): boolean {
    return this.#peer !== null && this.#peer.up;
  }

  get peer(): Veth | null {
    return this.#peer;
  }

  override get peerView(): PeerView | null {
    const peer = this.#peer;
    if (peer === null) return null;
    return {
      ifindex: peer.ifindex,
      node: peer.netns.kernel.name,
      netns: peer.netns.name,
      name: peer.name,
      netnsid: peer.netns === this.netns ? null : this.netns.netnsIds.idOf(peer.netns),
    };
  }

  override xmit(skb: Skb): void {
    const peer = this.#peer;
    if (peer?.up !== true) {
      this.counters.txDropped++;
      this.netns.drop(skb, 'SIM_LINK_DOWN', `the other end of ${this.name} is down`);
      return;
    }
    if (!isForwardable(peer, skb)) {
      this.counters.txDropped++;
      this.netns.drop(skb, 'PKT_TOO_BIG', tooLong(peer, skb));
      return;
    }
    this.netns.kernel.sim.after(VETH_NS, 'veth' satisfies NetworkEvent, () => {
      scrub(skb, { crossesNetns: peer.netns !== this.netns });
      netifReceive(peer, skb);
    });
  }

  /** Deleting one end deletes both. */
  override onDelete(): void {
    super.onDelete();
    const peer = this.#peer;
    this.#peer = null;
    if (peer?.peer === this) peer.netns.deleteLink(peer.name, BY_KERNEL);
  }
}
