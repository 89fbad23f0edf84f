/**
 * What all network devices share (struct net_device): identity, state, counters, and the two doors every frame takes.
 *
 * `devQueueXmit` is the way out (net/core/dev.c __dev_queue_xmit) and `netifReceive` the way in (__netif_receive_skb): both are where
 * tcpdump taps, so both are steps of a trace. A device never calls the next one inline: its xmit schedules the arrival.
 * Simplification: a frame ends after 255 devices; a real bridging loop carries it round for ever and fills the links with its copies.
 */
import type { Cidr } from '../../lib/cidr.ts';
import type { IpAddr } from '../../lib/ip.ts';
import { isGroup, type Mac } from '../../lib/mac.ts';
import type { Provenance } from '../../lib/provenance.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Instant } from '../../sim/sim.ts';
import type { Netns } from '../netns.ts';
import type { Skb } from '../skb.ts';
import type { DevRef } from '../trace/trace.ts';
import type { LinkKind, PeerView, VxlanView } from '../view.ts';
import { ETHERNET_BYTES, l3Bytes, longestBytes } from '../wire/size.ts';
import { netemEnqueue, type Netem } from './netem.ts';
import { tbfEnqueue, type TbfQueue } from './tbf.ts';

/** An address of a device (struct in_ifaddr). */
export interface IfAddr {
  /** Address with prefix length, host bits kept: `10.244.0.1/24`. */
  readonly address: Cidr;
  readonly broadcast: IpAddr | null;
  readonly scope: 'global' | 'link' | 'host';
  readonly madeBy: Provenance;
  readonly madeAt: Instant;
}

export interface LinkCounters {
  rxPackets: number;
  rxBytes: number;
  rxDropped: number;
  txPackets: number;
  txBytes: number;
  txDropped: number;
}

/** What every device is made from. */
export interface DeviceSpec {
  readonly netns: Netns;
  readonly name: string;
  readonly mac: Mac;
  readonly mtu: number;
  /** Left out, it is the kernel's DEFAULT_TX_QUEUE_LEN. */
  readonly qlen?: number | undefined;
  readonly madeBy: Provenance;
}

const DEFAULT_TX_QUEUE_LEN = 1000;

/** What Ethernet devices take (ETH_MIN_MTU, ETH_MAX_MTU). */
const MIN_MTU = 68;
const MAX_MTU = 65535;
/** What devices can be ports of: a bridge, or an Open vSwitch datapath. */
export interface Switch extends NetDevice {
  addPort(dev: NetDevice): void;
  removePort(dev: NetDevice): void;
  /** A frame came in at a port. */
  handleFrame(port: NetDevice, skb: Skb): void;
  /** The MTU of a port has changed. */
  adjustMtu(): void;
}

export abstract class NetDevice {
  abstract readonly kind: LinkKind;
  netns: Netns;
  name: string;
  ifindex: number;
  mac: Mac;
  mtu: number;
  /** IFF_UP: set by the administrator. */
  up = false;
  /** The switch this device is a port of. */
  master: Switch | null = null;
  /** Port flag: frames may leave where they came in. */
  hairpin = false;
  /** IFF_PROMISC, as somebody asked for it: a bridge hears what it only passes on. */
  promisc = false;
  /** The root qdisc where it is netem; null for the one the device came with, which sends at once. */
  netem: Netem | null = null;
  /** Packets its queue may hold (tx_queue_len). */
  qlen: number;
  /** True once the device was up: from then on its own qdisc stands (dev_activate). */
  activated = false;
  /** The root qdisc where it is tbf; never beside netem. */
  tbf: TbfQueue | null = null;
  /** The ifb that what comes in is redirected to (qdisc ingress with a filter that takes all). */
  redirect: string | null = null;
  addresses: readonly IfAddr[] = [];
  counters: LinkCounters = { rxPackets: 0, rxBytes: 0, rxDropped: 0, txPackets: 0, txBytes: 0, txDropped: 0 };
  readonly madeBy: Provenance;
  readonly madeAt: Instant;

  constructor(spec: DeviceSpec) {
    this.netns = spec.netns;
    this.name = spec.name;
    this.ifindex = spec.netns.nextIfindex();
    this.mac = spec.mac;
    this.mtu = spec.mtu;
    this.qlen = spec.qlen ?? DEFAULT_TX_QUEUE_LEN;
    this.madeBy = spec.madeBy;
    this.madeAt = spec.netns.kernel.sim.now;
  }

  /** True when the other side of the cable is there and up (IFF_LOWER_UP). */
  abstract get carrier(): boolean;

  /** Sends a frame on; called with the device up (ndo_start_xmit). */
  abstract xmit(skb: Skb): void;

  /** The other end of a veth pair or null. */
  get peerView(): PeerView | null {
    return null;
  }

  get vxlanView(): VxlanView | null {
    return null;
  }

  get ref(): DevRef {
    return { name: this.name, ifindex: this.ifindex };
  }

  /** Link header of every frame (hard_header_len). */
  get linkHeaderBytes(): number {
    return ETHERNET_BYTES;
  }

  /** Extra flags `ip link` prints, beyond those all devices share. */
  get typeFlags(): readonly string[] {
    return ['BROADCAST', 'MULTICAST'];
  }

  /** The qdisc the device comes with; devices that only pass packets on have none (IFF_NO_QUEUE). */
  get ownQdisc(): 'noqueue' | 'fq_codel' {
    return 'noqueue';
  }

  /** `tc qdisc replace|del dev … root`: a device without room for packets gets some with a qdisc (net/sched/sch_api.c qdisc_create). */
  setQdisc({ netem, tbf }: { readonly netem: Netem | null; readonly tbf: TbfQueue | null }): void {
    this.netem = netem;
    this.tbf = tbf;
    const own = netem === null && tbf === null;
    if (!own && this.qlen === 0 && this.ownQdisc === 'noqueue') this.qlen = DEFAULT_TX_QUEUE_LEN;
  }

  /** `ip link set mtu` (dev_set_mtu_ext); the error is what `ip` prints. */
  changeMtu(mtu: number): Result<void, string> {
    if (mtu < MIN_MTU) return err('Error: mtu less than device minimum.');
    if (mtu > MAX_MTU) return err('Error: mtu greater than device maximum.');
    this.mtu = mtu;
    this.master?.adjustMtu();
    return ok(undefined);
  }

  /** Called when the device leaves the namespace, to let go of what it holds. */
  onDelete(): void {
    this.master?.removePort(this);
  }
}

/** The way out of a device; the packet's link header is complete. */
export function devQueueXmit(dev: NetDevice, skb: Skb): void {
  const send = (): void => startXmit(dev, skb);
  if (!dev.up) send();
  else if (dev.netem !== null) netemEnqueue(dev, dev.netem, skb, send);
  else if (dev.tbf !== null) tbfEnqueue(dev, dev.tbf, skb, send);
  else send();
}

/** From the qdisc to the hardware (dev_hard_start_xmit). */
function startXmit(dev: NetDevice, skb: Skb): void {
  if (!dev.up) {
    dev.counters.txDropped++;
    dev.netns.drop(skb, 'DEV_READY', `${dev.name} is down`);
    return;
  }
  dev.netns.record(skb, { kind: 'dev.tx', dev: dev.ref, type: dev.kind });
  dev.netns.touch();
  dev.counters.txPackets++;
  dev.counters.txBytes += dev.linkHeaderBytes + l3Bytes(skb.l3);
  dev.xmit(skb);
}

/** The way in: a frame has arrived at `dev`. */
export function netifReceive(dev: NetDevice, skb: Skb): void {
  if (!dev.up) {
    dev.counters.rxDropped++;
    dev.netns.drop(skb, 'DEV_READY', `${dev.name} is down`);
    return;
  }
  if (++skb.crossed > MAX_CROSSED) {
    dev.counters.rxDropped++;
    dev.netns.record(skb, {
      kind: 'drop',
      reason: 'SIM_EVENT_LIMIT',
      detail: `crossed ${MAX_CROSSED} devices and was never routed`,
    });
    dev.netns.endPacket(skb, 'SIM_EVENT_LIMIT', 'SIM_EVENT_LIMIT');
    return;
  }
  skb.iif = dev.name;
  dev.netns.record(skb, { kind: 'dev.rx', dev: dev.ref, type: dev.kind });
  dev.netns.touch();
  dev.counters.rxPackets++;
  dev.counters.rxBytes += dev.linkHeaderBytes + l3Bytes(skb.l3);
  const ifb = dev.redirect === null ? undefined : dev.netns.link(dev.redirect);
  if (ifb?.up === true) devQueueXmit(ifb, skb);
  else deliver(dev, skb);
}

/** From the taps on: to the switch the device is a port of, or up. */
export function deliver(dev: NetDevice, skb: Skb): void {
  if (dev.master !== null) dev.master.handleFrame(dev, skb);
  else dev.netns.receive(dev, skb);
}

const VLAN_TAG_BYTES = 4;

/**
 * May the frame leave or enter by a device without being cut to size (is_skb_forwardable)? Room for a VLAN tag is always granted.
 * Simplification: TCP is let through whatever its segments' size, as the kernel lets through what still waits to be segmented (GSO).
 */
export function isForwardable(dev: NetDevice, { l3 }: Skb): boolean {
  return longestBytes(l3) <= dev.mtu + VLAN_TAG_BYTES || (l3.kind === 'ipv4' && l3.l4.kind === 'tcp');
}

/** What is said of a frame that may not. */
export function tooLong(dev: NetDevice, { l3 }: Skb): string {
  return `${longestBytes(l3)} bytes, ${dev.name} takes ${dev.mtu}`;
}
/** Devices one frame may cross without being routed: far more than any sound layer 2 has, so beyond it goes round in a loop. */
const MAX_CROSSED = 255;

/** Who a frame is for, seen from a device with that address (eth_type_trans). */
export function packetType(dmac: Mac, own: Mac): 'HOST' | 'BROADCAST' | 'OTHERHOST' {
  if (isGroup(dmac)) return 'BROADCAST';
  return dmac === own ? 'HOST' : 'OTHERHOST';
}
