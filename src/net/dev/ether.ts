/**
 * A physical network card, plugged into the underlay segment. Shown as `eth0` without a peer, with the qdisc systemd's default settings
 * give a card of one queue (sysctl.d/50-default.conf, net.core.default_qdisc).
 */
import type { Skb } from '../skb.ts';
import { NetDevice, type DeviceSpec } from './device.ts';
import type { Segment } from './segment.ts';

export class Ether extends NetDevice {
  readonly kind = 'ether';
  readonly #segment: Segment;

  constructor(spec: DeviceSpec, segment: Segment) {
    super(spec);
    this.#segment = segment;
    segment.plug(this);
  }

  override get carrier(): boolean {
    return true;
  }

  override get ownQdisc(): 'fq_codel' {
    return 'fq_codel';
  }

  override xmit(skb: Skb): void {
    this.#segment.carry(this, skb);
  }

  override onDelete(): void {
    super.onDelete();
    this.#segment.unplug(this);
  }
}
