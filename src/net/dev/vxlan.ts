/**
 * `vxlan`: Ethernet inside UDP (RFC 7348; drivers/net/vxlan/vxlan_core.c vxlan_xmit, vxlan_rcv).
 *
 * The forwarding database says behind which remote a MAC lives; the outer packet is made by the node itself and walks its
 * OUTPUT and POSTROUTING like any other. Seen with `ip -d link show flannel.1` and `bridge fdb show dev flannel.1`.
 * Simplification: no multicast group, no L3 miss notifications, no ageing of learned entries.
 */
import type { IpAddr } from '../../lib/ip.ts';
import { isGroup, type Mac } from '../../lib/mac.ts';
import { BY_KERNEL, type Provenance } from '../../lib/provenance.ts';
import { err, type Result } from '../../lib/result.ts';
import type { Instant } from '../../sim/sim.ts';
import type { Skb } from '../skb.ts';
import type { FdbView, VxlanView } from '../view.ts';
import type { Ipv4Packet, VxlanPayload } from '../wire/packet.ts';
import { VXLAN_OVERHEAD_BYTES } from '../wire/size.ts';
import { NetDevice, type DeviceSpec } from './device.ts';
import { openVxlan, sealVxlan } from './vxlan-envelope.ts';

export interface VxlanSpec extends DeviceSpec {
  /** VXLAN network identifier. */
  readonly id: number;
  readonly local: IpAddr;
  /** The device below, by name. */
  readonly dev: string;
  readonly dstport: number;
  readonly learning: boolean;
}

interface VxlanFdbEntry {
  readonly dst: IpAddr;
  readonly permanent: boolean;
  readonly madeBy: Provenance;
  readonly madeAt: Instant;
}

export class Vxlan extends NetDevice {
  readonly kind = 'vxlan';
  readonly id: number;
  readonly local: IpAddr;
  readonly lower: string;
  readonly dstport: number;
  readonly learning: boolean;
  #fdb = new Map<Mac, VxlanFdbEntry>();

  constructor(spec: VxlanSpec) {
    super(spec);
    this.id = spec.id;
    this.local = spec.local;
    this.lower = spec.dev;
    this.dstport = spec.dstport;
    this.learning = spec.learning;
  }

  override get carrier(): boolean {
    return true;
  }

  override get vxlanView(): VxlanView {
    return { id: this.id, local: this.local, dev: this.lower, dstport: this.dstport, learning: this.learning, external: false };
  }

  /** Bound to a device below, no more than that one leaves beside the envelope (vxlan_change_mtu). */
  override changeMtu(mtu: number): Result<void, string> {
    const lower = this.netns.link(this.lower);
    if (lower !== undefined && mtu > lower.mtu - VXLAN_OVERHEAD_BYTES) return err('RTNETLINK answers: Invalid argument');
    return super.changeMtu(mtu);
  }

  setFdb(mac: Mac, dst: IpAddr, madeBy: Provenance): void {
    this.#fdb.set(mac, { dst, permanent: true, madeBy, madeAt: this.netns.kernel.sim.now });
    this.netns.touch();
  }

  deleteFdb(mac: Mac): boolean {
    this.netns.touch();
    return this.#fdb.delete(mac);
  }

  fdbView(): readonly FdbView[] {
    return [...this.#fdb].map(([mac, entry]) => ({
      mac,
      dev: this.name,
      master: null,
      dst: entry.dst,
      permanent: entry.permanent,
      self: true,
      madeBy: entry.madeBy,
      madeAt: entry.madeAt,
    }));
  }

  override xmit(skb: Skb): void {
    const { eth } = skb;
    if (eth === null) return;
    const entry = isGroup(eth.dmac) ? undefined : this.#fdb.get(eth.dmac);
    this.netns.record(skb, {
      kind: 'vxlan.fdb',
      dev: this.name,
      mac: eth.dmac,
      remote: entry?.dst ?? null,
      madeBy: entry?.madeBy ?? BY_KERNEL,
    });
    if (entry === undefined) {
      this.counters.txDropped++;
      this.netns.drop(skb, 'SIM_NO_FDB', `no fdb entry for ${eth.dmac} on ${this.name}`);
      return;
    }
    const { local, id: vni, dstport } = this;
    sealVxlan(this, skb, { eth, l3: skb.l3 }, { local, remote: entry.dst, vni, dstport, df: false });
  }

  /** Takes a UDP packet off its envelope and receives what was inside. */
  receiveEncapsulated(outer: Skb, packet: Ipv4Packet, payload: VxlanPayload): void {
    if (this.learning) this.#learn(payload.frame.eth.smac, packet.src);
    openVxlan(this, outer, packet, payload, this.dstport);
  }

  /** Returns a closure that puts the forwarding database back as it is now. */
  checkpoint(): () => void {
    const fdb = new Map(this.#fdb);
    return () => {
      this.#fdb = new Map(fdb);
    };
  }

  #learn(mac: Mac, from: IpAddr): void {
    const known = this.#fdb.get(mac);
    if (known?.permanent === true || known?.dst === from) return;
    this.#fdb.set(mac, { dst: from, permanent: false, madeBy: BY_KERNEL, madeAt: this.netns.kernel.sim.now });
    this.netns.touch();
  }
}
