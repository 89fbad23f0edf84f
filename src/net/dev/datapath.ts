/**
 * `datapath`: an Open vSwitch datapath as Weave Net's router programs it (net/openvswitch/datapath.c ovs_vport_receive,
 * actions.c; weave router/fastdp.go bridge, router/network_router.go handleForwardedPacket).
 *
 * Ports are the cable to the bridge `weave` and one tunnel port for all peers. Which peer a frame is for, and that a broadcast is for
 * all of them, is said packet by packet: it travels beside the frame as tunnel metadata, the identifier being both peers' short ids.
 * Seen with `ip -d link show datapath` and `weave report`.
 * Simplification: stands in for Open vSwitch: the flows that weaver installs after each miss are one rule here, which learns link
 * addresses for ever; every peer reaches every other one directly; the internal port hears no broadcast.
 */
import type { IpAddr } from '../../lib/ip.ts';
import { isGroup, type Mac } from '../../lib/mac.ts';
import type { Provenance } from '../../lib/provenance.ts';
import { copiesFor, type Skb } from '../skb.ts';
import type { VxlanView } from '../view.ts';
import type { Ipv4Packet, VxlanPayload } from '../wire/packet.ts';
import { devQueueXmit, NetDevice, type DeviceSpec } from './device.ts';
import { openVxlan, sealVxlan } from './vxlan-envelope.ts';

/** A peer as the router knows it. */
export interface DatapathPeer {
  /** Twelve bits, given by the peers among themselves. */
  readonly shortId: number;
  readonly address: IpAddr;
  readonly madeBy: Provenance;
}

/** What a port is to the datapath. */
type Vport = NetDevice;

export class Datapath extends NetDevice {
  readonly kind = 'openvswitch';
  readonly #ports: Vport[] = [];
  #own: DatapathPeer | null = null;
  readonly #peers = new Map<number, DatapathPeer>();
  /** Where a link address was heard: a local port, or a peer's short id. */
  #macs = new Map<Mac, Vport | number>();

  override get carrier(): boolean {
    return true;
  }

  get ports(): readonly NetDevice[] {
    return this.#ports;
  }

  addPort(dev: NetDevice): void {
    this.#ports.push(dev);
    dev.master = this;
  }

  removePort(dev: NetDevice): void {
    this.#ports.splice(this.#ports.indexOf(dev), 1);
    dev.master = null;
    for (const [mac, at] of this.#macs) if (at === dev) this.#macs.delete(mac);
  }

  /** The datapath's own MTU is the router's to set. */
  adjustMtu(): void {
    // Nothing follows.
  }

  override onDelete(): void {
    super.onDelete();
    for (const port of [...this.#ports]) this.removePort(port);
  }

  /** The router says who it is and whom it knows; addresses learnt of a peer that went are forgotten. */
  setPeers(own: DatapathPeer, peers: readonly DatapathPeer[]): void {
    this.#own = own;
    this.#peers.clear();
    for (const peer of peers) this.#peers.set(peer.shortId, peer);
    for (const [mac, at] of this.#macs) if (typeof at === 'number' && !this.#peers.has(at)) this.#macs.delete(mac);
    this.netns.touch();
  }

  get peers(): readonly DatapathPeer[] {
    return [...this.#peers.values()];
  }

  /** A frame came in at `port`, a cable or the tunnel. */
  handleFrame(port: NetDevice, skb: Skb): void {
    if (port instanceof TunnelPort) this.#fromTunnel(port, skb);
    else this.#fromCable(port, skb);
  }

  /** The internal port's way out: frames of the host itself. */
  override xmit(skb: Skb): void {
    this.#fromCable(this, skb);
  }

  #fromCable(port: NetDevice, skb: Skb): void {
    const { eth } = skb;
    if (eth === null) return;
    this.#macs.set(eth.smac, port);
    const at = isGroup(eth.dmac) ? undefined : this.#macs.get(eth.dmac);
    if (at !== undefined && typeof at !== 'number') {
      this.#toPorts(skb, at === port ? [] : [at], 'forward');
      return;
    }
    const known = at === undefined ? undefined : this.#peers.get(at);
    const peers = known === undefined ? this.peers : [known];
    const tunnel = this.#ports.find((each) => each instanceof TunnelPort);
    if (tunnel === undefined || this.#own === null || peers.length === 0) {
      this.#toPorts(skb, [], 'flood');
      return;
    }
    this.#record(skb, known === undefined ? 'flood' : 'forward', [tunnel]);
    const { shortId, address } = this.#own;
    for (const copy of copiesFor(peers, skb, () => true)) {
      copy.skb.tunnel = { local: address, remote: copy.port.address, id: shortId | (copy.port.shortId << 12) };
      devQueueXmit(tunnel, copy.skb);
    }
  }

  #fromTunnel(port: NetDevice, skb: Skb): void {
    const { eth, tunnel } = skb;
    if (eth === null || tunnel === null) return;
    const source = tunnel.id & 0xfff;
    if (!this.#peers.has(source) || tunnel.id >> 12 !== this.#own?.shortId) {
      this.netns.drop(skb, 'VXLAN_VNI_NOT_FOUND', `tunnel id ${tunnel.id} names no pair of peers that ${this.name} knows`);
      return;
    }
    this.#macs.set(eth.smac, source);
    const at = isGroup(eth.dmac) ? undefined : this.#macs.get(eth.dmac);
    if (at !== undefined && typeof at !== 'number') this.#toPorts(skb, [at], 'forward');
    else
      this.#toPorts(
        skb,
        this.#ports.filter((each) => each !== port),
        'flood',
      );
  }

  #toPorts(skb: Skb, ports: readonly NetDevice[], decision: 'forward' | 'flood'): void {
    this.#record(skb, decision, ports);
    if (ports.length === 0) {
      this.netns.drop(skb, 'SIM_NO_PORT', `${this.name} has no port for this frame but the one it came from`);
      return;
    }
    for (const copy of copiesFor(ports, skb, () => true)) devQueueXmit(copy.port, copy.skb);
  }

  #record(skb: Skb, decision: 'forward' | 'flood', ports: readonly NetDevice[]): void {
    if (skb.recorder === null || skb.eth === null) return;
    const names = ports.map((port) => port.name);
    this.netns.record(skb, { kind: 'bridge.fdb', bridge: this.name, mac: skb.eth.dmac, decision, ports: names, learned: null });
  }

  /** The router's own name for a peer; null for strangers. */
  peerAt(address: IpAddr): DatapathPeer | null {
    return this.peers.find((peer) => peer.address === address) ?? null;
  }

  /** Returns a closure that forgets what was learnt since. */
  checkpoint(): () => void {
    const macs = new Map(this.#macs);
    return () => {
      this.#macs = new Map(macs);
    };
  }
}

/**
 * `vxlan-6784`: a VXLAN device without a remote of its own, a port of the datapath (net/openvswitch/vport-vxlan.c; `external` in
 * `ip -d link`). Where to is in each packet's tunnel metadata; fastdp asks for the outer packet not to be fragmented.
 */
export class TunnelPort extends NetDevice {
  readonly kind = 'vxlan';
  readonly dstport: number;

  constructor(spec: DeviceSpec & { readonly dstport: number }) {
    super(spec);
    this.dstport = spec.dstport;
  }

  override get carrier(): boolean {
    return true;
  }

  override get vxlanView(): VxlanView {
    return { id: 0, local: null, dev: null, dstport: this.dstport, learning: false, external: true };
  }

  override xmit(skb: Skb): void {
    const { eth, tunnel } = skb;
    if (eth === null) return;
    if (tunnel === null) {
      this.counters.txDropped++;
      this.netns.drop(skb, 'SIM_NO_FDB', `nothing says where ${this.name} should send the frame`);
      return;
    }
    const peer = this.master instanceof Datapath ? this.master.peerAt(tunnel.remote) : null;
    if (peer !== null)
      this.netns.record(skb, { kind: 'vxlan.fdb', dev: this.name, mac: eth.dmac, remote: tunnel.remote, madeBy: peer.madeBy });
    const { local, remote, id: vni } = tunnel;
    sealVxlan(this, skb, { eth, l3: skb.l3 }, { local, remote, vni, dstport: this.dstport, df: true });
  }

  receiveEncapsulated(outer: Skb, packet: Ipv4Packet, payload: VxlanPayload): void {
    openVxlan(this, outer, packet, payload, this.dstport);
  }
}
