/**
 * The neighbour table of a namespace: which link address an IPv4 address has on a device (net/core/neighbour.c, net/ipv4/arp.c).
 *
 *   NONE → INCOMPLETE → REACHABLE → STALE → DELAY → PROBE → FAILED        (PERMANENT is set by hand and never changes)
 *
 * Seen with `ip neigh`. REACHABLE becomes STALE by the clock alone, so it is computed when read.
 * Simplification: base_reachable_time is 30 s flat (the kernel draws 15 to 45 s); no garbage collection; three probes of each kind.
 */
import type { NetworkEvent } from '../events.ts';
import type { IpAddr } from '../../lib/ip.ts';
import type { Mac } from '../../lib/mac.ts';
import { BY_KERNEL, type Provenance } from '../../lib/provenance.ts';
import { NS_PER_S, type Instant, type Timer } from '../../sim/sim.ts';
import type { NetDevice } from '../dev/device.ts';
import { icmpSend } from '../ip/icmp.ts';
import type { Netns } from '../netns.ts';
import type { Skb } from '../skb.ts';
import type { NeighView, NudState } from '../view.ts';
import { sendArpRequest } from './arp.ts';

const REACHABLE_NS = 30 * NS_PER_S;
const DELAY_PROBE_NS = 5 * NS_PER_S;
const RETRANS_NS = NS_PER_S;
/** mcast_solicit and ucast_solicit. */
const SOLICITS = 3;
/** unres_qlen_bytes 212992, in packets of ordinary size. */
const QUEUE_LENGTH = 101;

interface Waiting {
  readonly skb: Skb;
  readonly send: (lladdr: Mac) => void;
}

interface Neigh {
  readonly addr: IpAddr;
  readonly dev: NetDevice;
  lladdr: Mac | null;
  state: NudState;
  confirmedAt: Instant;
  probes: number;
  queue: Waiting[];
  timer: Timer | null;
  readonly madeBy: Provenance;
  readonly madeAt: Instant;
}

export class NeighTable {
  readonly #netns: Netns;
  #entries = new Map<string, Neigh>();

  constructor(netns: Netns) {
    this.#netns = netns;
  }

  /** Sets an entry by hand (`ip neigh replace`). */
  set(dev: NetDevice, addr: IpAddr, entry: { readonly lladdr: Mac; readonly state: NudState }, madeBy: Provenance): void {
    this.delete(dev, addr);
    const neigh = this.#create(dev, addr, madeBy);
    neigh.lladdr = entry.lladdr;
    neigh.state = entry.state;
    this.#netns.touch();
  }

  delete(dev: NetDevice, addr: IpAddr): boolean {
    const key = keyOf(dev, addr);
    this.#entries.get(key)?.timer?.cancel();
    this.#netns.touch();
    return this.#entries.delete(key);
  }

  /** Forgets what a device knew; kept permanent entries go too when it disappears. */
  flushDevice(dev: NetDevice): void {
    for (const [key, neigh] of this.#entries) {
      if (neigh.dev !== dev) continue;
      neigh.timer?.cancel();
      this.#entries.delete(key);
    }
  }

  /** Calls `send` with the link address of `addr` on `dev`, now or when ARP has found it; the packet fails when it does not. */
  resolve(dev: NetDevice, addr: IpAddr, skb: Skb, send: (lladdr: Mac) => void): void {
    const neigh = this.#entries.get(keyOf(dev, addr)) ?? this.#create(dev, addr, BY_KERNEL);
    const state = this.#stateOf(neigh);
    this.#record(neigh, skb, state);
    if (neigh.lladdr !== null && state !== 'INCOMPLETE' && state !== 'FAILED' && state !== 'NONE') {
      if (state === 'STALE') this.#delay(neigh);
      send(neigh.lladdr);
      return;
    }
    if (neigh.queue.length >= QUEUE_LENGTH) {
      this.#netns.drop(skb, 'NEIGH_QUEUEFULL', `too many packets wait for ${addr}`);
      return;
    }
    neigh.queue.push({ skb, send });
    if (state !== 'INCOMPLETE') this.#solicit(neigh, skb);
  }

  /** True while the packet waits here for somebody's link address. */
  holds(skb: Skb): boolean {
    return [...this.#entries.values()].some(({ queue }) => queue.some((waiting) => waiting.skb === skb));
  }

  /** An ARP packet named this address (arp_process): `create` where the kernel makes an entry for a stranger. */
  learn(dev: NetDevice, addr: IpAddr, lladdr: Mac, event: { readonly confirmed: boolean; readonly create: boolean }): void {
    let neigh = this.#entries.get(keyOf(dev, addr));
    if (neigh === undefined) {
      if (!event.create) return;
      neigh = this.#create(dev, addr, BY_KERNEL);
    }
    if (neigh.state === 'PERMANENT') return;
    const changed = neigh.lladdr !== lladdr;
    neigh.lladdr = lladdr;
    if (event.confirmed) this.#reachable(neigh);
    else if (changed || neigh.state === 'INCOMPLETE' || neigh.state === 'NONE' || neigh.state === 'FAILED') {
      neigh.timer?.cancel();
      neigh.state = 'STALE';
    }
    this.#netns.touch();
    this.#flushQueue(neigh, lladdr);
  }

  /** Progress of a conversation proves the way to the neighbour (dst_confirm). */
  confirm(dev: NetDevice, addr: IpAddr): void {
    const neigh = this.#entries.get(keyOf(dev, addr));
    if (neigh === undefined || neigh.lladdr === null || neigh.state === 'PERMANENT') return;
    if (this.#stateOf(neigh) !== 'REACHABLE') this.#reachable(neigh);
    else neigh.confirmedAt = this.#netns.kernel.sim.now;
  }

  view(): readonly NeighView[] {
    return [...this.#entries.values()]
      .filter((neigh) => neigh.state !== 'NONE')
      .map((neigh) => ({
        addr: neigh.addr,
        dev: neigh.dev.name,
        lladdr: neigh.lladdr,
        state: this.#stateOf(neigh),
        madeBy: neigh.madeBy,
        madeAt: neigh.madeAt,
      }));
  }

  /** When the view changes next by the clock alone: an entry becomes STALE. */
  get viewChangesAt(): Instant {
    let next = Infinity;
    for (const neigh of this.#entries.values())
      if (this.#stateOf(neigh) === 'REACHABLE') next = Math.min(next, neigh.confirmedAt + REACHABLE_NS);
    return next;
  }

  /** Returns a closure that puts the table back as it is now. */
  checkpoint(): () => void {
    const saved = [...this.#entries].map(([key, neigh]) => ({ key, neigh, copy: { ...neigh, queue: [...neigh.queue] } }));
    return () => {
      this.#entries = new Map(
        saved.map(({ key, neigh, copy }) => [key, Object.assign(neigh, copy, { queue: [...copy.queue] })]),
      );
    };
  }

  #create(dev: NetDevice, addr: IpAddr, madeBy: Provenance): Neigh {
    const now = this.#netns.kernel.sim.now;
    const neigh: Neigh = {
      addr,
      dev,
      lladdr: null,
      state: 'NONE',
      confirmedAt: now,
      probes: 0,
      queue: [],
      timer: null,
      madeBy,
      madeAt: now,
    };
    this.#entries.set(keyOf(dev, addr), neigh);
    return neigh;
  }

  #stateOf(neigh: Neigh): NudState {
    const expired = this.#netns.kernel.sim.now - neigh.confirmedAt >= REACHABLE_NS;
    return neigh.state === 'REACHABLE' && expired ? 'STALE' : neigh.state;
  }

  #record(neigh: Neigh, skb: Skb, state: NudState): void {
    this.#netns.record(skb, {
      kind: 'neigh',
      addr: neigh.addr,
      dev: neigh.dev.name,
      state: state === 'NONE' || state === 'FAILED' ? 'INCOMPLETE' : state,
      lladdr: neigh.lladdr,
      madeBy: neigh.madeBy,
    });
  }

  #reachable(neigh: Neigh): void {
    neigh.timer?.cancel();
    neigh.timer = null;
    neigh.state = 'REACHABLE';
    neigh.confirmedAt = this.#netns.kernel.sim.now;
    neigh.probes = 0;
    this.#netns.touch();
  }

  #flushQueue(neigh: Neigh, lladdr: Mac): void {
    const queue = neigh.queue;
    neigh.queue = [];
    for (const waiting of queue) waiting.send(lladdr);
  }

  /** Asks the segment, three times at most; then the waiting packets fail. */
  #solicit(neigh: Neigh, skb: Skb): void {
    neigh.state = 'INCOMPLETE';
    neigh.lladdr = null;
    neigh.probes = 1;
    this.#netns.touch();
    this.#ask(neigh, skb, null);
  }

  #ask(neigh: Neigh, skb: Skb | null, unicastTo: Mac | null): void {
    const { sim } = this.#netns.kernel;
    const onTimeout = (): void => {
      if (neigh.probes < SOLICITS) {
        neigh.probes++;
        this.#ask(neigh, skb, unicastTo);
      } else this.#fail(neigh);
    };
    sendArpRequest(this.#netns, neigh.dev, neigh.addr, { about: skb, unicastTo });
    neigh.timer =
      skb === null
        ? sim.background(RETRANS_NS, 'neigh probe' satisfies NetworkEvent, onTimeout)
        : sim.after(RETRANS_NS, 'neigh solicit' satisfies NetworkEvent, onTimeout);
  }

  #delay(neigh: Neigh): void {
    neigh.state = 'DELAY';
    this.#netns.touch();
    neigh.timer = this.#netns.kernel.sim.background(DELAY_PROBE_NS, 'neigh delay' satisfies NetworkEvent, () => {
      neigh.state = 'PROBE';
      neigh.probes = 1;
      this.#netns.touch();
      this.#ask(neigh, null, neigh.lladdr);
    });
  }

  /** neigh_invalidate: the queue is answered with host unreachable (arp_error_report). */
  #fail(neigh: Neigh): void {
    neigh.state = 'FAILED';
    neigh.lladdr = null;
    neigh.timer = null;
    this.#netns.touch();
    const queue = neigh.queue;
    neigh.queue = [];
    for (const { skb } of queue) {
      icmpSend(this.#netns, skb, { type: 3, code: 1, mtu: null });
      this.#netns.drop(skb, 'NEIGH_FAILED', `nobody answers for ${neigh.addr} on ${neigh.dev.name}`);
    }
  }
}

function keyOf(dev: NetDevice, addr: IpAddr): string {
  return `${dev.ifindex} ${addr}`;
}
