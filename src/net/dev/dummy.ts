/**
 * `dummy`: a device that swallows what is sent (drivers/net/dummy.c). Used to give a node an address without a cable.
 */
import type { Skb } from '../skb.ts';
import { NetDevice } from './device.ts';

export class Dummy extends NetDevice {
  readonly kind = 'dummy';

  override get carrier(): boolean {
    return true;
  }

  override get typeFlags(): readonly string[] {
    return ['BROADCAST', 'NOARP'];
  }

  override xmit(skb: Skb): void {
    this.netns.endPacket(skb, 'CONSUMED', null);
  }
}
