/**
 * The underlay: one Ethernet segment behind a learning switch, to which the nodes' NICs and the outside hosts are plugged.
 *
 * Simplification: the switch has no delay per port, no loss and no VLANs; every frame takes the same time across.
 */
import type { NetworkEvent } from '../events.ts';
import { isGroup, type Mac } from '../../lib/mac.ts';
import type { Sim } from '../../sim/sim.ts';
import { copiesFor, scrub, type Skb } from '../skb.ts';
import type { Ether } from './ether.ts';
import { netifReceive } from './device.ts';

/** Cable, switch, cable. */
const WIRE_NS = 100_000;

export class Segment {
  readonly name: string;
  readonly #sim: Sim;
  readonly #ports: Ether[] = [];
  #learned = new Map<Mac, Ether>();

  constructor(name: string, sim: Sim) {
    this.name = name;
    this.#sim = sim;
  }

  plug(nic: Ether): void {
    this.#ports.push(nic);
  }

  unplug(nic: Ether): void {
    this.#ports.splice(this.#ports.indexOf(nic), 1);
    for (const [mac, port] of this.#learned) if (port === nic) this.#learned.delete(mac);
  }

  /** Carries a frame from `from` to the port its destination was learned on, or to all others. */
  carry(from: Ether, skb: Skb): void {
    const eth = skb.eth;
    if (eth === null) return;
    this.#learned.set(eth.smac, from);
    const known = isGroup(eth.dmac) ? undefined : this.#learned.get(eth.dmac);
    const others = this.#ports.filter((port) => port !== from && port.up);
    const to = known === undefined ? others : others.filter((port) => port === known);
    this.#record(skb, from, to);
    if (to.length === 0) {
      skb.recorder?.end(skb.packetId, 'LOST', 'SIM_NO_LISTENER_ON_WIRE');
      return;
    }
    for (const copy of copiesFor(to, skb, (port) => port.mac === eth.dmac)) {
      this.#sim.after(WIRE_NS, 'wire' satisfies NetworkEvent, () => {
        scrub(copy.skb, { crossesNetns: true });
        netifReceive(copy.port, copy.skb);
      });
    }
  }

  /** Returns a closure that forgets what was learned since. */
  checkpoint(): () => void {
    const learned = new Map(this.#learned);
    return () => {
      this.#learned = new Map(learned);
    };
  }

  #record(skb: Skb, from: Ether, to: readonly Ether[]): void {
    const name = (nic: Ether): string => `${nic.netns.kernel.name}/${nic.name}`;
    skb.recorder?.step(this.#sim.now, { node: this.name, netns: '' }, skb, {
      kind: 'wire',
      segment: this.name,
      from: name(from),
      to: to.map(name),
    });
  }
}
