/**
 * `weaver`, the router of Weave Net on one node, and the `weave expose` after it (weave prog/weave-kube/launch.sh, net/bridge.go
 * bridgedFastdpImpl, net/expose.go, ipam/allocator.go): devices, rules, the peers it tunnels to, and its part of the range.
 *
 *     Pod ─ vethwepl… ─ weave ─ vethwe-bridge ─ vethwe-datapath ─ datapath ─ vxlan-6784 ─ eth0
 *
 * The first node owns all of 10.32.0.0/12; one that comes later asks the peer that owns most. Nodes that start together deal it evenly.
 * Simplification: it runs as long as its node does, whatever becomes of the weave-net Pod that stands for it; sleeve, encryption, weaveDNS
 * and the plugin for Docker do not exist.
 * Simplification: a router that starts again keeps the short id by which packets in the tunnel name it, where every start draws one; of two that
 * drew the same none draws again (mesh local_peer.go, peers.go reassignLocalShortID).
 * Simplification: the ARP cache of weave and of the Pods keeps its usual times (base_reachable_time, delay_first_probe_time, ucast_solicit).
 */
import type { ApiClient } from '../../../api/watch.ts';
import { broadcastAddress, cidr, cidrOf, networkAddress, prefixOf, type Cidr } from '../../../lib/cidr.ts';
import { ipFromU32, ipToU32, type IpAddr } from '../../../lib/ip.ts';
import type { Mac } from '../../../lib/mac.ts';
import type { Provenance } from '../../../lib/provenance.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import { Datapath } from '../../../net/dev/datapath.ts';
import { addDatapath, addDatapathPort, addTunnelPort } from '../../../net/dev/ovs.ts';
import type { Kernel } from '../../../net/kernel.ts';
import { announceAddress } from '../../../net/neigh/arp.ts';
import { NS_PER_S, type Timer } from '../../../sim/sim.ts';
import { PeriodicWork } from '../periodic.ts';
import { Gossip, type Topology } from './gossip.ts';
import { claimForPeers, grant, ownedRanges, richest } from './ring.ts';
import { exposeRules, FORWARD_RULES, NO_MASQ_LOCAL, routerRules } from './rules.ts';
import { prefixesOf, Space, type Range } from './space.ts';

/** IPALLOC_RANGE, the default. */
export const WEAVE_RANGE = cidr('10.32.0.0/12');
export const WEAVE_BRIDGE = 'weave';
export const WEAVE_MTU = 1376;

const DATAPATH = 'datapath';
const TUNNEL = 'vxlan-6784';
const TUNNEL_UDP_PORT = 6784;
/** Open vSwitch asks for the largest (net/openvswitch/vport-vxlan.c vxlan_tnl_create). */
const TUNNEL_MTU = 65535;
/** Images and init container, until kube-proxy has long written its rules. */
const START_NS = 2 * NS_PER_S;
const RULES_NS = 10 * NS_PER_S;
const OUT_OF_ADDRESSES = 'No address available';

const WHOLE: Range = {
  start: ipToU32(networkAddress(WEAVE_RANGE)),
  end: ipToU32(broadcastAddress(WEAVE_RANGE)) + 1,
};
/** Neither the network's own address nor the broadcast one is given out. */
const HOSTS: Range = { start: WHOLE.start + 1, end: WHOLE.end - 1 };

export interface WeaverOptions {
  readonly nodeName: string;
  readonly nodeIP: IpAddr;
  readonly kernel: Kernel;
  readonly api: ApiClient;
  /** Where the peers' gossip is kept. */
  readonly peers: ApiClient;
  /** The bridge has its address: Pods can be connected. */
  readonly onReady: () => void;
}

export class Weaver {
  readonly #options: WeaverOptions;
  readonly #gossip: Gossip;
  readonly #periodic: PeriodicWork;
  readonly #space = new Space();
  readonly #held = new Map<string, IpAddr>();
  #shortId = 0;
  /** How many peers deal the range among themselves, should nobody own it. */
  #quorum = 1;
  #owned: readonly Range[] = [];
  #bridgeIP: IpAddr | null = null;
  #problem: string | null = null;
  #starting: Timer | null = null;
  #unlisten: (() => void) | null = null;
  #running = false;

  constructor(options: WeaverOptions) {
    this.#options = options;
    this.#gossip = new Gossip(options.peers);
    this.#periodic = new PeriodicWork(options.kernel.sim);
  }

  /** The router answers on 127.0.0.1:6784. */
  get running(): boolean {
    return this.#running;
  }

  /** The gateway of this node's Pods; null until `weave expose`. */
  get bridgeIP(): IpAddr | null {
    return this.#bridgeIP;
  }

  /** What the router complains of; null when it runs. */
  get problem(): string | null {
    return this.#problem;
  }

  start(): void {
    const { kernel, nodeName } = this.#options;
    this.#starting = kernel.sim.after(START_NS, `weave start ${nodeName}`, () => {
      this.#starting = null;
      const started = this.#launch();
      this.#problem = started.ok ? null : started.error;
    });
  }

  stop(): void {
    this.#running = false;
    this.#starting?.cancel();
    this.#unlisten?.();
    this.#periodic.stop();
  }

  /** The lowest free address of this node's part, for a container. */
  allocate(containerId: string): Result<Cidr, string> {
    const held = this.#held.get(containerId);
    if (held !== undefined) return ok(cidrOf(held, prefixOf(WEAVE_RANGE).length));
    const address = this.#space.allocate(HOSTS);
    if (address === null) {
      this.#askForRoom(this.#gossip.topology());
      return err(OUT_OF_ADDRESSES);
    }
    this.#held.set(containerId, ipFromU32(address));
    return ok(cidrOf(ipFromU32(address), prefixOf(WEAVE_RANGE).length));
  }

  addressOf(containerId: string): IpAddr | null {
    return this.#held.get(containerId) ?? null;
  }

  release(containerId: string): void {
    const address = this.#held.get(containerId);
    if (address === undefined) return;
    this.#held.delete(containerId);
    this.#space.add({ start: ipToU32(address), end: ipToU32(address) + 1 });
  }

  #launch(): Result<void, string> {
    const { api, kernel, nodeIP, nodeName, onReady } = this.#options;
    this.#quorum = api.list('Node').length;
    const bridge = kernel.root.link(WEAVE_BRIDGE);
    const mac = bridge?.mac ?? kernel.newMac();
    // A router that starts again finds the devices, and in /weavedb which addresses are whose.
    const built = bridge === undefined ? this.#build(mac) : ok(undefined);
    if (!built.ok) return built;
    this.#ensureRules();
    this.#running = true;
    this.#periodic.every(RULES_NS, 'weave iptables monitor', () => {
      this.#ensureRules();
    });
    this.#gossip.announce({ node: nodeName, name: mac, shortId: this.#shortId, address: nodeIP });
    this.#unlisten = this.#gossip.listen((topology) => {
      this.#onTopology(topology);
    });
    this.#onTopology(this.#gossip.topology());
    if (bridge !== undefined && this.#bridgeIP !== null) onReady();
    return ok(undefined);
  }

  #build(mac: Mac): Result<void, string> {
    const overlap = this.#overlappingRoute();
    if (overlap !== null) return err(`Network ${WEAVE_RANGE} overlaps with existing route ${overlap} on host`);
    this.#shortId = this.#options.kernel.random('weave.shortid').u32() & 0xfff;
    const made = this.#createDevices(mac);
    return made.ok ? this.#createRules() : made;
  }

  /** weaveutil netcheck: the default route aside, nothing may lead into the range. */
  #overlappingRoute(): Cidr | null {
    const range = prefixOf(WEAVE_RANGE);
    for (const route of this.#options.kernel.root.fib.routes()) {
      const { length, network } = route.prefix;
      if (route.table !== 'main' || length === 0 || route.dev === WEAVE_BRIDGE) continue;
      const mask = length < range.length ? route.prefix.mask : range.mask;
      if ((network & mask) >>> 0 === (range.network & mask) >>> 0) return route.dst;
    }
    return null;
  }

  /** The order is the real one, down to the two devices that are made and taken away: it decides the indexes. */
  #createDevices(mac: Mac): Result<void, string> {
    const { root } = this.#options.kernel;
    const by = this.#by('EnsureBridge');
    const mtu = WEAVE_MTU;
    const steps: readonly (() => Result<void, string>)[] = [
      () => addDatapath(root, { name: DATAPATH, mtu }, by),
      // Can the kernel do VXLAN in a datapath?
      () => addTunnelPort(root, DATAPATH, { name: 'vxlan-probe', dstport: 0, mtu: TUNNEL_MTU }, by),
      () => root.deleteLink('vxlan-probe', by),
      () => root.addBridge({ name: WEAVE_BRIDGE, mac, mtu }, by),
      // A bridge takes the smallest MTU of its ports, so a port lends it the wanted one.
      () => root.addDummy({ name: 'vethwedu', mtu }, by),
      () => root.setLink('vethwedu', { master: WEAVE_BRIDGE }, by),
      () => root.deleteLink('vethwedu', by),
      () => root.addVeth({ name: 'vethwe-bridge', mtu, qlen: 0, peer: { name: 'vethwe-datapath', netns: root } }, by),
      () => root.setLink('vethwe-bridge', { master: WEAVE_BRIDGE }, by),
      () => root.setLink('vethwe-datapath', { up: true }, by),
      () => addDatapathPort(root, DATAPATH, 'vethwe-datapath'),
      () => root.setLink('vethwe-bridge', { up: true }, by),
      () => root.setLink(DATAPATH, { up: true }, by),
      () => root.setLink(WEAVE_BRIDGE, { up: true }, by),
      () => root.sysctl.set('net.bridge.bridge-nf-call-iptables', '1'),
      () => root.sysctl.set('net.ipv4.ip_forward', '1'),
      () => addTunnelPort(root, DATAPATH, { name: TUNNEL, dstport: TUNNEL_UDP_PORT, mtu: TUNNEL_MTU }, by),
    ];
    for (const step of steps) {
      const done = step();
      if (!done.ok) return err(`creating bridge "${WEAVE_BRIDGE}": ${done.error}`);
    }
    return ok(undefined);
  }

  #createRules(): Result<void, string> {
    const { netfilter } = this.#options.kernel.root;
    const by = this.#by('ConfigureIPTables');
    const set = netfilter.ipset.restore(`create ${NO_MASQ_LOCAL} hash:net\n`, { by, exist: true });
    if (!set.ok) return err(set.error.text);
    const restored = netfilter.restore(routerRules(), { noflush: true, counters: false, by });
    return restored.ok ? ok(undefined) : err(restored.error.map((error) => error.text).join('; '));
  }

  /** Puts the rules of FORWARD back to its top where one is missing (ensureRulesAtTop). */
  #ensureRules(): void {
    const { netfilter } = this.#options.kernel.root;
    const rules = netfilter.ruleset.filter.chains.get('FORWARD')?.rules ?? [];
    const count = rules.filter((rule) => rule.madeBy.action === 'ConfigureIPTables').length;
    if (count >= FORWARD_RULES.length) return;
    for (const rule of FORWARD_RULES) netfilter.command(`-D FORWARD ${rule}`, this.#by('ConfigureIPTables'));
    for (const [index, rule] of FORWARD_RULES.entries())
      netfilter.command(`-I FORWARD ${index + 1} ${rule}`, this.#by('ConfigureIPTables'));
  }

  #onTopology(topology: Topology): void {
    const { nodeName } = this.#options;
    this.#setPeers(topology);
    if (topology.ring.length === 0) {
      if (topology.peers.length >= this.#quorum) this.#gossip.setRing(claimForPeers(WHOLE, topology.peers));
      return;
    }
    this.#takeOwned(ownedRanges(topology.ring, WHOLE, nodeName));
    for (const [from, of] of topology.asks) if (of === nodeName) this.#donate(from);
    if (this.#bridgeIP === null) this.#expose(this.#gossip.topology());
  }

  #setPeers({ peers }: Topology): void {
    const { kernel, nodeIP, nodeName } = this.#options;
    const datapath = kernel.root.link(DATAPATH);
    if (!(datapath instanceof Datapath)) return;
    const madeBy = this.#by('MakeForwarder');
    const others = peers.filter(({ node }) => node !== nodeName);
    datapath.setPeers(
      { shortId: this.#shortId, address: nodeIP, madeBy },
      others.map(({ shortId, address }) => ({ shortId, address, madeBy })),
    );
  }

  /** What the ring says is ours and was not becomes free; the set of local ranges follows (LocalRangeTracker). */
  #takeOwned(owned: readonly Range[]): void {
    const same = owned.length === this.#owned.length && owned.every((range, index) => isSame(range, this.#owned[index]));
    if (same) return;
    for (const range of owned) for (const part of without(range, this.#owned)) this.#space.add(part);
    this.#setOwned(owned);
  }

  #setOwned(owned: readonly Range[]): void {
    this.#owned = owned;
    const members = owned.flatMap(prefixesOf).map(({ start, length }) => `add ${NO_MASQ_LOCAL} ${ipFromU32(start)}/${length}`);
    const { netfilter } = this.#options.kernel.root;
    netfilter.ipset.restore([`flush ${NO_MASQ_LOCAL}`, ...members, ''].join('\n'), { by: this.#by('HandleUpdate') });
  }

  /** Each answer reads the ring anew: the one before has changed it. */
  #donate(to: string): void {
    const { nodeName } = this.#options;
    const given = this.#space.donate();
    this.#gossip.answered(to);
    if (given === null) return;
    const after = grant(this.#gossip.topology().ring, WHOLE, given, { from: nodeName, to });
    this.#setOwned(ownedRanges(after, WHOLE, nodeName));
    this.#gossip.setRing(after);
  }

  /** `weave expose`: the bridge gets the lowest address of this node's part. */
  #expose(topology: Topology): void {
    const { kernel, onReady } = this.#options;
    const { root } = kernel;
    const address = this.#space.allocate(HOSTS);
    if (address === null) {
      this.#askForRoom(topology);
      return;
    }
    const own = ipFromU32(address);
    const by = this.#by('Expose');
    const added = root.addAddress(
      WEAVE_BRIDGE,
      cidrOf(own, prefixOf(WEAVE_RANGE).length),
      { broadcast: broadcastAddress(WEAVE_RANGE) },
      by,
    );
    const restored = root.netfilter.restore(exposeRules(WEAVE_RANGE), { noflush: true, counters: false, by });
    if (!added.ok || !restored.ok) {
      this.#problem = added.ok ? 'exposeNAT failed' : added.error;
      return;
    }
    this.#bridgeIP = own;
    const bridge = root.link(WEAVE_BRIDGE);
    if (bridge !== undefined) announceAddress(bridge, own);
    onReady();
  }

  #askForRoom({ ring, asks }: Topology): void {
    const { nodeName } = this.#options;
    const of = richest(ring, WHOLE, nodeName);
    if (of !== null && !asks.has(nodeName)) this.#gossip.ask(of, nodeName);
  }

  #by(action: string): Provenance {
    return { actor: 'weave', action, object: `Node ${this.#options.nodeName}` };
  }
}

function isSame(a: Range, b: Range | undefined): boolean {
  return a.start === b?.start && a.end === b.end;
}

/** The parts of `range` that none of `others` covers. */
function without(range: Range, others: readonly Range[]): readonly Range[] {
  return others.reduce<readonly Range[]>(
    (parts, other) =>
      parts.flatMap(({ start, end }) =>
        [
          { start, end: Math.min(end, other.start) },
          { start: Math.max(start, other.end), end },
        ].filter((part) => part.start < part.end),
      ),
    [range],
  );
}
