/**
 * Turns a namespace's live state into its immutable view, lazily and with parts that did not change kept.
 */
import type { Instant } from '../sim/sim.ts';
import { Bridge } from './dev/bridge.ts';
import type { NetDevice } from './dev/device.ts';
import { netemText } from './dev/netem.ts';
import { Vxlan } from './dev/vxlan.ts';
import { tbfText } from './dev/tbf.ts';
import type { Netns } from './netns.ts';
import type { FdbView, LinkKind, LinkView, NetnsView } from './view.ts';

export class NetnsViewer {
  readonly #netns: Netns;
  #last: NetnsView | null = null;
  #dirty = true;
  /** Until then nothing in the last view changes by the clock alone. */
  #until: Instant = 0;
  #epoch = 0;

  constructor(netns: Netns) {
    this.#netns = netns;
  }

  /** Something visible changed: configuration, a counter, a connection. */
  touch(): void {
    this.#dirty = true;
    this.#epoch++;
  }

  /** Grows with every change. */
  get epoch(): number {
    return this.#epoch;
  }

  view(): NetnsView {
    if (!this.#dirty && this.#last !== null && this.#netns.now < this.#until) return this.#last;
    this.#dirty = false;
    this.#last = this.#build(this.#last);
    this.#until = viewChangesAt(this.#netns);
    return this.#last;
  }

  #build(last: NetnsView | null): NetnsView {
    const netns = this.#netns;
    const keep = <T>(before: T | undefined, after: T): T => (before !== undefined && sameValue(before, after) ? before : after);
    const keepList = <T>(before: readonly T[] | undefined, after: readonly T[]): readonly T[] => {
      const items = after.map((item, index) => keep(before?.[index], item));
      return before?.length === items.length && items.every((item, index) => item === before[index]) ? before : items;
    };
    return {
      node: netns.kernel.name,
      name: netns.name,
      links: keepList(last?.links, netns.links().map(linkView)),
      routes: keepList(last?.routes, netns.fib.routes()),
      pathMtus: keepList(last?.pathMtus, netns.pathMtus.entries(netns.now)),
      neighbours: keepList(last?.neighbours, netns.neigh.view()),
      fdb: keepList(last?.fdb, fdbOf(netns)),
      sysctls: netns.kernel.sysctlView(netns.sysctl),
      netfilter: netns.netfilter.view(),
      conntrack: keepList(last?.conntrack, netns.netfilter.conntrack.view()),
      sockets: keepList(last?.sockets, netns.sockets.view()),
    };
  }
}

function viewChangesAt(netns: Netns): Instant {
  const bridges = netns.links().map((dev) => (dev instanceof Bridge ? dev.viewChangesAt : Infinity));
  const paths = netns.pathMtus.entries(netns.now).map(({ expiresAt }) => expiresAt);
  return Math.min(netns.neigh.viewChangesAt, netns.netfilter.conntrack.viewChangesAt, ...bridges, ...paths);
}

function fdbOf(netns: Netns): readonly FdbView[] {
  return netns.links().flatMap((dev) => (dev instanceof Bridge || dev instanceof Vxlan ? dev.fdbView() : []));
}

function linkView(dev: NetDevice): LinkView {
  const { counters } = dev;
  const running = dev.up && dev.carrier;
  return {
    ifindex: dev.ifindex,
    name: dev.name,
    kind: dev.kind,
    mac: dev.mac,
    mtu: dev.mtu,
    up: dev.up,
    lowerUp: running,
    flags: [
      ...(dev.up && !dev.carrier ? ['NO-CARRIER'] : []),
      ...dev.typeFlags,
      ...(dev.promisc ? ['PROMISC'] : []),
      ...(dev.up ? ['UP'] : []),
      ...(running ? ['LOWER_UP'] : []),
    ],
    operstate: operstate(dev, running),
    master: dev.master?.name ?? null,
    hairpin: dev.hairpin,
    qdisc: dev.netem !== null ? netemText(dev.netem) : dev.tbf !== null ? tbfText(dev.tbf.spec) : null,
    redirect: dev.redirect,
    rootQdisc: rootQdisc(dev),
    qlen: dev.qlen,
    peer: dev.peerView,
    vxlan: dev.vxlanView,
    addresses: dev.addresses,
    rx: { packets: counters.rxPackets, bytes: counters.rxBytes, dropped: counters.rxDropped },
    tx: { packets: counters.txPackets, bytes: counters.txBytes, dropped: counters.txDropped },
    madeBy: dev.madeBy,
    madeAt: dev.madeAt,
  };
}

function rootQdisc({ netem, tbf, activated, ownQdisc }: NetDevice): LinkView['rootQdisc'] {
  if (netem !== null) return 'netem';
  if (tbf !== null) return 'tbf';
  return activated ? ownQdisc : 'noop';
}

/** Devices that do not report their state are UNKNOWN while up (RFC 2863). */
function operstate(dev: NetDevice, running: boolean): LinkView['operstate'] {
  if (!dev.up) return 'DOWN';
  const silent: readonly LinkKind[] = ['loopback', 'vxlan', 'openvswitch', 'ipip', 'dummy', 'ifb'];
  if (silent.includes(dev.kind) || (dev instanceof Bridge && !dev.hasCounted)) return 'UNKNOWN';
  return running ? 'UP' : 'DOWN';
}

/** Deep equality of plain view data; provenance and instants compare like the rest. */
function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Map && b instanceof Map)
    return a.size === b.size && [...a].every(([key, value]) => sameValue(value, b.get(key)));
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, index) => sameValue(item, b[index]));
  const left = Object.entries(a);
  const right = b as Readonly<Record<string, unknown>>;
  return left.length === Object.keys(b).length && left.every(([key, value]) => sameValue(value, right[key]));
}
