/**
 * A network namespace: devices, addresses, routes, neighbours, sysctls, rules, sockets (struct net).
 *
 * The mutators are what `ip`, `bridge`, `sysctl` and the netlink libraries of the CNI plugins do; their errors are the kernel's words.
 * Every change names its maker. Reading goes through `view()`, which keeps the identity of what did not change.
 */
import { cidrAddress, type Cidr } from '../lib/cidr.ts';
import type { IpAddr } from '../lib/ip.ts';
import type { Mac } from '../lib/mac.ts';
import { BY_KERNEL, type Provenance } from '../lib/provenance.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Instant } from '../sim/sim.ts';
import { Bridge } from './dev/bridge.ts';
import { Datapath } from './dev/datapath.ts';
import type { NetDevice } from './dev/device.ts';
import { Dummy } from './dev/dummy.ts';
import { Ifb } from './dev/ifb.ts';
import { changeQdisc, type QdiscChanges } from './dev/qdisc.ts';
import { Ether } from './dev/ether.ts';
import { Ipip, TUNL0 } from './dev/ipip.ts';
import { Loopback } from './dev/loopback.ts';
import { setMaster } from './dev/master.ts';
import type { Segment } from './dev/segment.ts';
import { Veth } from './dev/veth.ts';
import { Vxlan } from './dev/vxlan.ts';
import { icmpSend, type IcmpError } from './ip/icmp.ts';
import { ipReceive } from './ip/input.ts';
import { Peers } from './ip/peers.ts';
import { PathMtus } from './ip/pmtu.ts';
import { sendReject } from './ip/reject.ts';
import type { Kernel } from './kernel.ts';
import { announceAddress, receiveArp } from './neigh/arp.ts';
import { NeighTable } from './neigh/neigh.ts';
import { netfilterHost } from './netfilter-host.ts';
import type { Hook, Reroute } from './netfilter/hooks.ts';
import { Netfilter } from './netfilter/netfilter.ts';
import { addConnectedRoutes, addLocalRoutes } from './route/connected.ts';
import { Fib, type RouteSpec } from './route/fib.ts';
import { checkNexthop } from './route/nexthop.ts';
import type { Skb } from './skb.ts';
import { Sockets, type ListenSpec } from './socket/sockets.ts';
import { SysctlTable } from './sysctl.ts';
import { introduceNetns, NetnsIds } from './netns-ids.ts';
import type { Disposition, DropReason, StepDetail } from './trace/trace.ts';
import type { NetnsView, NudState } from './view.ts';
import { VXLAN_OVERHEAD_BYTES } from './wire/size.ts';
import { NetnsViewer } from './viewer.ts';

/** Names are 15 characters at most (IFNAMSIZ). */
const MAX_NAME = 15;

export interface LinkChanges extends QdiscChanges {
  readonly up?: boolean;
  readonly mac?: Mac;
  readonly mtu?: number;
  /** The bridge to become a port of; null to leave it. */
  readonly master?: string | null;
  readonly hairpin?: boolean;
  readonly promisc?: boolean;
}

type Done = Result<void, string>;

const DONE: Done = ok(undefined);

export class Netns {
  /** `root`, or what its creator called it. */
  readonly name: string;
  readonly kernel: Kernel;
  readonly fib = new Fib();
  readonly sysctl: SysctlTable;
  readonly neigh: NeighTable;
  readonly netfilter: Netfilter;
  readonly sockets: Sockets;
  readonly peers = new Peers();
  readonly pathMtus: PathMtus;
  readonly loopback: Loopback;
  readonly netnsIds = new NetnsIds();
  readonly #devices = new Map<string, NetDevice>();
  readonly #viewer: NetnsViewer;
  #lastIfindex = 0;

  constructor(kernel: Kernel, name: string, by: Provenance) {
    this.kernel = kernel;
    this.name = name;
    this.#viewer = new NetnsViewer(this);
    this.sysctl = new SysctlTable(() => {
      this.touch();
    });
    this.pathMtus = new PathMtus(this.sysctl);
    this.neigh = new NeighTable(this);
    this.sockets = new Sockets(this);
    this.netfilter = new Netfilter(netfilterHost(this), { cache: kernel.ruleCache });
    this.loopback = new Loopback(this, by);
    this.register(this.loopback);
  }

  // Devices

  link(name: string): NetDevice | undefined {
    return this.#devices.get(name);
  }

  links(): readonly NetDevice[] {
    return [...this.#devices.values()];
  }

  /** The next free interface index; an index freed is not given again (dev_new_index). */
  nextIfindex(): number {
    do this.#lastIfindex++;
    while (this.hasIfindex(this.#lastIfindex));
    return this.#lastIfindex;
  }

  addBridge(spec: { readonly name: string; readonly mac?: Mac; readonly mtu?: number }, by: Provenance): Done {
    return this.#add(spec.name, () => {
      const bridge = new Bridge({
        netns: this,
        name: spec.name,
        mac: spec.mac ?? this.kernel.newMac(),
        mtu: spec.mtu ?? 1500,
        madeBy: by,
      });
      if (spec.mac !== undefined) bridge.keepMac();
      return bridge;
    });
  }

  /** A pair: the peer is registered first, in its own namespace, as veth_newlink does. */
  addVeth(
    spec: {
      readonly name: string;
      readonly mac?: Mac;
      readonly mtu?: number;
      readonly qlen?: number;
      readonly peer: { readonly name: string; readonly netns: Netns; readonly mac?: Mac };
    },
    by: Provenance,
  ): Done {
    const free = this.checkName(spec.name);
    if (!free.ok) return free;
    const { mtu = 1500, qlen } = spec;
    const make = (netns: Netns, name: string, mac: Mac | undefined): Veth =>
      new Veth({ netns, name, mac: mac ?? this.kernel.newMac(), mtu, qlen, madeBy: by });
    const peerFree = spec.peer.netns.checkName(spec.peer.name);
    if (!peerFree.ok) return peerFree;
    const peer = make(spec.peer.netns, spec.peer.name, spec.peer.mac);
    spec.peer.netns.register(peer);
    const end = make(this, spec.name, spec.mac);
    Veth.pair(end, peer);
    this.register(end);
    introduceNetns(this, spec.peer.netns);
    return DONE;
  }

  addVxlan(
    spec: {
      readonly name: string;
      readonly id: number;
      readonly local: IpAddr;
      readonly dev: string;
      readonly dstport: number;
      readonly learning: boolean;
      readonly mac?: Mac;
      readonly mtu?: number;
      readonly qlen?: number;
    },
    by: Provenance,
  ): Done {
    const lower = this.#devices.get(spec.dev);
    if (lower === undefined) return err(`Cannot find device "${spec.dev}"`);
    return this.#add(
      spec.name,
      () =>
        new Vxlan({
          ...spec,
          netns: this,
          mac: spec.mac ?? this.kernel.newMac(),
          mtu: Math.min(spec.mtu ?? Infinity, lower.mtu - VXLAN_OVERHEAD_BYTES),
          madeBy: by,
        }),
    );
  }

  addDummy(spec: { readonly name: string; readonly mac?: Mac; readonly mtu?: number }, by: Provenance): Done {
    const { name, mac = this.kernel.newMac(), mtu = 1500 } = spec;
    return this.#add(name, () => new Dummy({ netns: this, name, mac, mtu, madeBy: by }));
  }

  addIfb(spec: { readonly name: string; readonly mtu: number }, by: Provenance): Done {
    return this.#add(spec.name, () => new Ifb({ netns: this, ...spec, qlen: 0, mac: this.kernel.newMac(), madeBy: by }));
  }

  /** The module's own device, as ipip_init_net makes it. */
  addFallbackIpip(): void {
    if (!this.#devices.has(TUNL0)) this.register(new Ipip(this));
  }

  /** tunl0, null while the module is not loaded. */
  get ipip(): Ipip | null {
    const dev = this.#devices.get(TUNL0);
    return dev instanceof Ipip ? dev : null;
  }

  /** A card plugged into the underlay. */
  addEther(
    spec: { readonly name: string; readonly mac?: Mac; readonly mtu?: number; readonly segment: Segment },
    by: Provenance,
  ): Done {
    return this.#add(
      spec.name,
      () =>
        new Ether(
          { netns: this, name: spec.name, mac: spec.mac ?? this.kernel.newMac(), mtu: spec.mtu ?? 1500, madeBy: by },
          spec.segment,
        ),
    );
  }

  // For those who make and move devices (dev/ovs.ts, dev/move.ts)

  hasIfindex(ifindex: number): boolean {
    for (const dev of this.#devices.values()) if (dev.ifindex === ifindex) return true;
    return false;
  }

  /** The name can be given to a new device, or the kernel's refusal. */
  checkName(name: string): Done {
    if (name.length === 0 || name.length > MAX_NAME) return err('Error: Attribute failed policy validation.');
    return this.#devices.has(name) ? err('RTNETLINK answers: File exists') : DONE;
  }

  /** The device is part of this namespace from now on. */
  register(dev: NetDevice): void {
    this.#devices.set(dev.name, dev);
    this.sysctl.addDevice(dev.name);
    this.touch();
  }

  /** Nothing here speaks of the device any more. */
  forget(dev: NetDevice): void {
    this.#devices.delete(dev.name);
    this.neigh.flushDevice(dev);
    this.fib.removeWhere((route) => route.dev === dev.name);
    this.sysctl.removeDevice(dev.name);
    this.touch();
  }

  deleteLink(name: string, by: Provenance): Done {
    const dev = this.#devices.get(name);
    if (dev === undefined) return err(`Cannot find device "${name}"`);
    // The module's own device goes with its namespace only (ip_tunnel_dellink leaves fb_tunnel_dev).
    if (dev instanceof Ipip) return DONE;
    this.#linkDown(dev, by);
    this.forget(dev);
    dev.onDelete();
    return DONE;
  }

  setLink(name: string, changes: LinkChanges, by: Provenance): Done {
    const dev = this.#devices.get(name);
    if (dev === undefined) return err(`Cannot find device "${name}"`);
    if (changes.mac !== undefined) dev.mac = changes.mac;
    if (changes.mac !== undefined && dev instanceof Bridge) dev.keepMac();
    if (changes.mtu !== undefined) {
      const changed = dev.changeMtu(changes.mtu);
      if (!changed.ok) return changed;
    }
    if (changes.hairpin !== undefined) dev.hairpin = changes.hairpin;
    if (changes.promisc !== undefined) dev.promisc = changes.promisc;
    changeQdisc(dev, changes, this.now);
    if (changes.master !== undefined) {
      const joined = setMaster(dev, changes.master);
      if (!joined.ok) return joined;
    }
    if (changes.up === true && !dev.up) this.#linkUp(dev);
    if (changes.up === false && dev.up) this.#linkDown(dev, by);
    this.touch();
    if (dev instanceof Veth) dev.peer?.netns.touch();
    return DONE;
  }

  // Addresses

  addAddress(
    name: string,
    address: Cidr,
    options: { readonly broadcast?: IpAddr | null; readonly scope?: 'global' | 'link' | 'host' },
    by: Provenance,
  ): Done {
    const dev = this.#devices.get(name);
    if (dev === undefined) return err(`Cannot find device "${name}"`);
    if (dev.addresses.some((entry) => entry.address === address)) return err('RTNETLINK answers: File exists');
    const broadcast = options.broadcast ?? null;
    dev.addresses = [...dev.addresses, { address, broadcast, scope: options.scope ?? 'global', madeBy: by, madeAt: this.now }];
    addLocalRoutes(this, dev, address);
    if (dev.up) addConnectedRoutes(this, dev, address);
    if (dev.up && this.sysctl.orConf('arp_notify', dev.name)) announceAddress(dev, cidrAddress(address));
    this.touch();
    return DONE;
  }

  deleteAddress(name: string, address: Cidr): Done {
    const dev = this.#devices.get(name);
    if (dev === undefined) return err(`Cannot find device "${name}"`);
    if (!dev.addresses.some((entry) => entry.address === address))
      return err('RTNETLINK answers: Cannot assign requested address');
    dev.addresses = dev.addresses.filter((entry) => entry.address !== address);
    const own = cidrAddress(address);
    this.fib.removeWhere((route) => route.dev === name && route.src === own && route.proto === 'kernel');
    this.touch();
    return DONE;
  }

  // Routes, neighbours, forwarding database

  addRoute(spec: RouteSpec, by: Provenance): Done {
    const checked = checkNexthop(this, spec);
    if (!checked.ok) return checked;
    if (!this.fib.add({ ...spec, dev: checked.value }, by, this.now)) return err('RTNETLINK answers: File exists');
    this.touch();
    return DONE;
  }

  deleteRoute(spec: RouteSpec): Done {
    if (this.fib.remove(spec) === 0) return err('RTNETLINK answers: No such process');
    this.touch();
    return DONE;
  }

  addNeigh(
    spec: { readonly dev: string; readonly addr: IpAddr; readonly lladdr: Mac; readonly state: NudState },
    by: Provenance,
  ): Done {
    const dev = this.#devices.get(spec.dev);
    if (dev === undefined) return err(`Cannot find device "${spec.dev}"`);
    this.neigh.set(dev, spec.addr, spec, by);
    return DONE;
  }

  deleteNeigh(name: string, addr: IpAddr): Done {
    const dev = this.#devices.get(name);
    if (dev === undefined) return err(`Cannot find device "${name}"`);
    return this.neigh.delete(dev, addr) ? DONE : err('RTNETLINK answers: No such file or directory');
  }

  /** `bridge fdb replace MAC dev DEV dst ADDR self permanent`. */
  addFdb(spec: { readonly dev: string; readonly mac: Mac; readonly dst: IpAddr }, by: Provenance): Done {
    const dev = this.#devices.get(spec.dev);
    if (dev === undefined) return err(`Cannot find device "${spec.dev}"`);
    if (!(dev instanceof Vxlan)) return err('RTNETLINK answers: Operation not supported');
    dev.setFdb(spec.mac, spec.dst, by);
    return DONE;
  }

  deleteFdb(name: string, mac: Mac): Done {
    const dev = this.#devices.get(name);
    if (!(dev instanceof Vxlan)) return err(`Cannot find device "${name}"`);
    return dev.deleteFdb(mac) ? DONE : err('RTNETLINK answers: No such file or directory');
  }

  listen(spec: ListenSpec): Result<() => void, string> {
    return this.sockets.listen(spec);
  }

  // What packets do here

  /** A frame that is not a bridge port's has come in on `dev`. */
  receive(dev: NetDevice, skb: Skb): void {
    if (skb.l3.kind === 'arp') receiveArp(this, dev, skb, skb.l3);
    else ipReceive(this, dev, skb);
  }

  /**
   * Runs a hook; true when the packet may go on. A dropped packet is ended and, where a rule says so, answered.
   * `reroute` is called where OUTPUT routes anew what a table changed.
   */
  hook(hook: Hook, skb: Skb, via: 'ip' | 'bridge', reroute: Reroute | null = null): boolean {
    // Without a table nothing hangs on the hook: a Pod's namespace has neither rules nor conntrack.
    if (!this.netfilter.hangsOn(hook)) return true;
    if (skb.recorder !== null) {
      const { physin, physout } = skb;
      const iif = hook === 'OUTPUT' || hook === 'POSTROUTING' ? null : skb.iif;
      const oif = hook === 'PREROUTING' || hook === 'INPUT' ? null : skb.oif;
      this.record(skb, { kind: 'nf.hook', hook, via, iif, oif, physin, physout });
    }
    const result = this.netfilter.run(hook, skb, { node: this.kernel.name, netns: this.name }, reroute);
    this.touch();
    if (result.verdict === 'ACCEPT') return true;
    if (result.verdict === 'STOLEN') return false;
    if (result.reject !== null) {
      sendReject(this, skb, result.reject);
      this.endPacket(skb, 'REJECTED', 'NETFILTER_DROP');
    } else this.drop(skb, result.reason, result.at?.text ?? result.why ?? `policy of ${hook}`);
    return false;
  }

  /** Tells a packet's sender why it went no further. */
  icmpError(skb: Skb, error: IcmpError): void {
    icmpSend(this, skb, error);
  }

  /** Adds a step to the packet's trace, if somebody records it. */
  record(skb: Skb, detail: StepDetail): void {
    skb.recorder?.step(this.now, { node: this.kernel.name, netns: this.name }, skb, detail);
  }

  /** The packet goes no further here. */
  drop(skb: Skb, reason: DropReason, detail: string): void {
    this.record(skb, { kind: 'drop', reason, detail });
    this.endPacket(skb, 'DROPPED', reason);
  }

  /** Ends a packet; with a lost envelope what is inside is lost too. */
  endPacket(skb: Skb, disposition: Disposition, reason: DropReason | null): void {
    const { recorder } = skb;
    if (recorder === null) return;
    recorder.end(skb.packetId, disposition, reason);
    const inner = recorder.innerOf(skb.packetId);
    if (inner !== null && (disposition === 'DROPPED' || disposition === 'REJECTED' || disposition === 'LOST'))
      recorder.end(inner, 'LOST', reason);
  }

  get now(): Instant {
    return this.kernel.sim.now;
  }

  // Reading

  /** Something visible changed. */
  touch(): void {
    this.#viewer.touch();
  }

  /** The state as the tools print it; the same object until something changes. */
  view(): NetnsView {
    return this.#viewer.view();
  }

  /** Returns a closure that undoes what traffic has changed since; it can be called again and again. */
  checkpoint(): () => void {
    const restores = [
      this.netfilter.checkpoint(),
      this.neigh.checkpoint(),
      this.sockets.checkpoint(),
      this.peers.checkpoint(),
      this.pathMtus.checkpoint(),
    ];
    for (const dev of this.#devices.values()) {
      const counters = { ...dev.counters };
      restores.push(() => {
        dev.counters = { ...counters };
      });
      if (dev.tbf !== null) restores.push(dev.tbf.checkpoint());
      if (dev instanceof Bridge || dev instanceof Datapath || dev instanceof Vxlan) restores.push(dev.checkpoint());
    }
    let epoch = this.#viewer.epoch;
    return () => {
      if (this.#viewer.epoch === epoch) return;
      for (const restore of restores) restore();
      this.touch();
      epoch = this.#viewer.epoch;
    };
  }

  #add(name: string, make: () => NetDevice): Done {
    const free = this.checkName(name);
    if (!free.ok) return free;
    this.register(make());
    return DONE;
  }

  #linkUp(dev: NetDevice): void {
    dev.up = true;
    dev.activated = true;
    if (dev === this.loopback && dev.addresses.length === 0)
      this.addAddress('lo', '127.0.0.1/8' as Cidr, { scope: 'host' }, BY_KERNEL);
    else for (const entry of dev.addresses) addConnectedRoutes(this, dev, entry.address);
  }

  /** fib_disable_ip: every route through the device goes, the local addresses stay. */
  #linkDown(dev: NetDevice, by: Provenance): void {
    if (!dev.up) return;
    dev.up = false;
    this.fib.removeWhere((route) => route.dev === dev.name && (route.table !== 'local' || route.type === 'broadcast'));
    this.neigh.flushDevice(dev);
    if (dev instanceof Veth && dev.peer !== null && by !== BY_KERNEL) dev.peer.netns.touch();
    this.touch();
  }
}
