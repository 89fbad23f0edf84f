/**
 * `bridge`: a learning switch in software with the host plugged in as one more port (net/bridge/br_input.c br_handle_frame,
 * br_forward.c, br_device.c br_dev_xmit). With br_netfilter and `bridge-nf-call-iptables` = 1 it shows bridged IPv4 frames to the
 * IP hooks (`br_netfilter.ts`). Seen with `bridge link`, `bridge fdb show br cni0`.
 * In promiscuous mode the host hears what is passed on as well, without its connection (br_nf_local_in). IP takes of it what was addressed to
 * the machine before a bridged DNAT, and routes that a second time, past nat.
 * Simplification: STP is off and every port forwards; no VLAN filtering, no multicast snooping.
 */
import { isGroup, type Mac } from '../../lib/mac.ts';
import { BY_KERNEL, type Provenance } from '../../lib/provenance.ts';
import type { Result } from '../../lib/result.ts';
import { NS_PER_S, type Instant } from '../../sim/sim.ts';
import { cloneSkb, copiesFor, type Skb } from '../skb.ts';
import type { FdbView } from '../view.ts';
import { bridgeForwardHooks, bridgePreRouting } from './br_netfilter.ts';
import { devQueueXmit, isForwardable, netifReceive, NetDevice, tooLong } from './device.ts';
import { Veth } from './veth.ts';

/** Learned entries are forgotten after this (`ageing_time`, 300 s). */
const AGEING_NS = 300 * NS_PER_S;
const ETHERNET_MTU = 1500;

interface FdbEntry {
  readonly port: NetDevice;
  readonly updatedAt: Instant;
  readonly learnedAt: Instant;
}

export class Bridge extends NetDevice {
  readonly kind = 'bridge';
  readonly #ports: NetDevice[] = [];
  #fdb = new Map<Mac, FdbEntry>();
  /** True once an address was set by hand; until then the bridge takes the lowest of its ports'. */
  #macIsSet = false;
  #hasCounted = false;
  /** True once `ip link set mtu` named the bridge; until then its MTU is the least of its ports'. */
  #mtuIsSet = false;

  get ports(): readonly NetDevice[] {
    return this.#ports;
  }

  /**
   * A bridge has carrier while one of its ports is up and running; and as every new device, until it first counts its ports
   * (br_port_state_selection): when one is plugged in, or when an address is given to it.
   */
  override get carrier(): boolean {
    return !this.#hasCounted || this.#ports.some((port) => port.up && port.carrier);
  }

  /** False until its carrier was first set; it is of unknown state until then. */
  get hasCounted(): boolean {
    return this.#hasCounted;
  }

  /** Its address was given to it: no port's takes its place, and its ports are counted (br_stp_change_bridge_id). */
  keepMac(): void {
    this.#macIsSet = true;
    this.#hasCounted = true;
  }

  addPort(dev: NetDevice): void {
    this.#hasCounted = true;
    this.#ports.push(dev);
    dev.master = this;
    this.#inheritMac();
    this.adjustMtu();
  }

  /** br_mtu_auto_adjust: called when a port came, went or changed. */
  adjustMtu(): void {
    if (!this.#mtuIsSet) this.mtu = this.#ports.length === 0 ? ETHERNET_MTU : Math.min(...this.#ports.map(({ mtu }) => mtu));
  }

  override changeMtu(mtu: number): Result<void, string> {
    const changed = super.changeMtu(mtu);
    if (changed.ok) this.#mtuIsSet = true;
    return changed;
  }

  removePort(dev: NetDevice): void {
    this.#ports.splice(this.#ports.indexOf(dev), 1);
    dev.master = null;
    for (const [mac, entry] of this.#fdb) if (entry.port === dev) this.#fdb.delete(mac);
    this.#inheritMac();
    this.adjustMtu();
  }

  override onDelete(): void {
    super.onDelete();
    for (const port of [...this.#ports]) this.removePort(port);
  }

  /** A frame came in at `port` (br_handle_frame). */
  handleFrame(port: NetDevice, skb: Skb): void {
    if (!this.up) {
      // br_stp_disable_bridge: its ports are disabled with it.
      this.netns.drop(skb, 'DEV_READY', `${this.name} is down, and its ports with it`);
      return;
    }
    if (skb.l3.kind !== 'ipv4') {
      this.handleFrameFinish(port, skb);
      return;
    }
    bridgePreRouting(this, port, skb);
  }

  /** After the bridge's own PREROUTING: learn, then up, on, or to all (br_handle_frame_finish). */
  handleFrameFinish(port: NetDevice, skb: Skb): void {
    const { eth } = skb;
    if (eth === null) return;
    const learned = this.#learn(eth.smac, port);
    if (isGroup(eth.dmac)) {
      const copy = cloneSkb(skb);
      this.#flood(skb, port, learned);
      this.#passUp(copy);
      return;
    }
    if (this.isLocal(eth.dmac)) {
      this.#recordFdb(skb, eth.dmac, 'local', [this], learned);
      this.#passUp(skb);
      return;
    }
    const to = this.#lookup(eth.dmac);
    if (to === port && !port.hairpin && this.promisc) {
      this.#recordFdb(skb, eth.dmac, 'local', [this], learned);
      this.#overhear(skb);
      return;
    }
    const heard = this.promisc ? cloneSkb(skb) : null;
    if (to === null) this.#flood(skb, port, learned);
    else if (to === port && !port.hairpin) {
      this.#recordFdb(skb, eth.dmac, 'forward', [], learned);
      this.netns.drop(
        skb,
        'SIM_NO_PORT',
        `${eth.dmac} is behind the port the frame came from, and hairpin is off on ${port.name}`,
      );
    } else {
      this.#recordFdb(skb, eth.dmac, 'forward', [to], learned);
      this.forward(to, skb);
    }
    if (heard !== null) this.#overhear(heard);
  }

  /** Sends a frame of the host itself into the bridge (br_dev_xmit). */
  override xmit(skb: Skb): void {
    const { eth } = skb;
    if (eth === null) return;
    skb.physin = null;
    const to = isGroup(eth.dmac) ? null : this.#lookup(eth.dmac);
    if (to === null) this.#flood(skb, null, null);
    else {
      this.#recordFdb(skb, eth.dmac, 'forward', [to], null);
      devQueueXmit(to, skb);
    }
  }

  /** The bridge's own address, or that of one of its ports. */
  isLocal(mac: Mac): boolean {
    return mac === this.mac || this.#ports.some((port) => port.mac === mac);
  }

  fdbView(): readonly FdbView[] {
    // The bridge's own address stands once: where it was taken from a port, that port has it.
    const own = this.#ports.some(({ mac }) => mac === this.mac) ? this.#ports : [this, ...this.#ports];
    const permanent = own.map((dev) => this.#fdbRow(dev.mac, dev, { permanent: true, madeBy: dev.madeBy, madeAt: dev.madeAt }));
    const learned = [...this.#fdb]
      .filter(([, entry]) => this.#fresh(entry))
      .map(([mac, entry]) => this.#fdbRow(mac, entry.port, { permanent: false, madeBy: BY_KERNEL, madeAt: entry.learnedAt }));
    return [...permanent, ...learned];
  }

  /** When the view of the forwarding database changes next by the clock alone: an entry is forgotten. */
  get viewChangesAt(): Instant {
    let next = Infinity;
    for (const entry of this.#fdb.values()) if (this.#fresh(entry)) next = Math.min(next, entry.updatedAt + AGEING_NS);
    return next;
  }

  /** Returns a closure that puts the forwarding database back as it is now. */
  checkpoint(): () => void {
    const fdb = new Map(this.#fdb);
    return () => {
      this.#fdb = new Map(fdb);
    };
  }

  /** br_forward: through the bridge's FORWARD and POSTROUTING, then out of the port. */
  forward(to: NetDevice, skb: Skb): void {
    if (bridgeForwardHooks(this, to, skb)) this.#push(to, skb);
  }

  /** br_dev_queue_push_xmit: a frame too long for its port is not fragmented, it goes without a word. */
  #push(to: NetDevice, skb: Skb): void {
    skb.toHost = false;
    if (isForwardable(to, skb)) devQueueXmit(to, skb);
    else this.netns.drop(skb, 'PKT_TOO_BIG', tooLong(to, skb));
  }

  #fdbRow(
    mac: Mac,
    dev: NetDevice,
    row: { readonly permanent: boolean; readonly madeBy: Provenance; readonly madeAt: Instant },
  ): FdbView {
    return { mac, dev: dev.name, master: this.name, dst: null, self: false, ...row };
  }

  #fresh(entry: FdbEntry): boolean {
    return this.netns.kernel.sim.now - entry.updatedAt < AGEING_NS;
  }

  #lookup(mac: Mac): NetDevice | null {
    const entry = this.#fdb.get(mac);
    return entry !== undefined && this.#fresh(entry) ? entry.port : null;
  }

  #learn(mac: Mac, port: NetDevice): { readonly mac: Mac; readonly port: string } | null {
    const now = this.netns.kernel.sim.now;
    const known = this.#fdb.get(mac);
    if (this.isLocal(mac)) return null;
    const isNew = known?.port !== port || !this.#fresh(known);
    this.#fdb.set(mac, { port, updatedAt: now, learnedAt: isNew ? now : known.learnedAt });
    return isNew ? { mac, port: port.name } : null;
  }

  #flood(skb: Skb, from: NetDevice | null, learned: { readonly mac: Mac; readonly port: string } | null): void {
    const targets = this.#ports.filter((port) => port.up && (port !== from || port.hairpin));
    if (skb.eth !== null) this.#recordFdb(skb, skb.eth.dmac, 'flood', targets, learned);
    if (targets.length === 0) {
      this.netns.endPacket(skb, 'LOST', 'SIM_NO_PORT');
      return;
    }
    // Copies are made before the first is sent, so that no port sees what another port's hooks did.
    for (const copy of copiesFor(targets, skb, (port) => port instanceof Veth && port.peer?.mac === skb.eth?.dmac)) {
      if (from === null) this.#push(copy.port, copy.skb);
      else this.forward(copy.port, copy.skb);
    }
  }

  /** A frame that goes up in promiscuous mode alone. */
  #overhear(skb: Skb): void {
    skb.nfct = null;
    this.#passUp(skb);
  }

  /** br_pass_frame_up: the host receives the frame on the bridge device. */
  #passUp(skb: Skb): void {
    netifReceive(this, skb);
  }

  #recordFdb(
    skb: Skb,
    mac: Mac,
    decision: 'forward' | 'flood' | 'local',
    ports: readonly NetDevice[],
    learned: { readonly mac: Mac; readonly port: string } | null,
  ): void {
    if (skb.recorder === null) return;
    this.netns.record(skb, {
      kind: 'bridge.fdb',
      bridge: this.name,
      mac,
      decision,
      ports: ports.map((port) => port.name),
      learned,
    });
  }

  #inheritMac(): void {
    if (this.#macIsSet || this.#ports.length === 0) return;
    this.mac = this.#ports.map((port) => port.mac).reduce((a, b) => (a < b ? a : b));
  }
}
