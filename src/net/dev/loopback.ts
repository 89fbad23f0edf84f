/**
 * `lo`: what is sent comes straight back in, connection and mark kept (drivers/net/loopback.c loopback_xmit).
 */
import type { NetworkEvent } from '../events.ts';
import { MAC_ZERO } from '../../lib/mac.ts';
import type { Provenance } from '../../lib/provenance.ts';
import type { Netns } from '../netns.ts';
import type { Skb } from '../skb.ts';
import { netifReceive, NetDevice } from './device.ts';

/** A round through the backlog queue of the CPU. */
const LOOPBACK_NS = 5_000;

export class Loopback extends NetDevice {
  readonly kind = 'loopback';

  constructor(netns: Netns, madeBy: Provenance) {
    super({ netns, name: 'lo', mac: MAC_ZERO, mtu: 65536, madeBy });
  }

  override get carrier(): boolean {
    return true;
  }

  override get typeFlags(): readonly string[] {
    return ['LOOPBACK'];
  }

  override xmit(skb: Skb): void {
    this.netns.kernel.sim.after(LOOPBACK_NS, 'lo' satisfies NetworkEvent, () => {
      netifReceive(this, skb);
    });
  }
}
