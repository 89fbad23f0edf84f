/**
 * Deciding a connection's nat (net/netfilter/nf_nat_core.c nf_nat_setup_info, get_unique_tuple, nf_nat_alloc_null_binding;
 * nf_nat_masquerade.c, nf_nat_redirect.c). Seen with `conntrack -L`: the reply tuple is not the original one turned round.
 *
 * Simplification: a range of addresses is shared out by FNV-1a instead of jhash with a random seed.
 */
import { fnv32a } from '../../lib/hash.ts';
import { ipFromU32, ipToU32, IP_ANY, IP_LOOPBACK, type IpAddr } from '../../lib/ip.ts';
import type { Skb } from '../skb.ts';
import type { Ipv4Packet } from '../wire/packet.ts';
import type { Conn, Tuple } from './conntrack-types.ts';
import type { ConntrackTable } from './conntrack.ts';
import type { Hook, NetfilterHost } from './hooks.ts';
import type { Manip } from './nat-packet.ts';
import type { NatRange, NatTarget } from './target.ts';
import { invertTuple } from './tuple.ts';

/** Ports tried from one offset before another is drawn (NF_NAT_MAX_ATTEMPTS). */
const MAX_ATTEMPTS = 128;

const KEEP: NatRange = {
  minAddr: null,
  maxAddr: null,
  minPort: null,
  maxPort: null,
  basePort: null,
  random: false,
  randomFully: false,
  persistent: false,
};

/** Which rewriting a hook does (HOOK2MANIP). */
export function manipOf(hook: Hook): Manip {
  return hook === 'POSTROUTING' || hook === 'INPUT' ? 'source' : 'destination';
}

export function isDone(conn: Conn, manip: Manip): boolean {
  return manip === 'source' ? conn.srcNatDone : conn.dstNatDone;
}

export class Nat {
  readonly #host: NetfilterHost;
  readonly #conntrack: ConntrackTable;

  constructor(host: NetfilterHost, conntrack: ConntrackTable) {
    this.#host = host;
    this.#conntrack = conntrack;
  }

  /** Carries out a nat target on a new connection; false when the packet must be dropped. */
  apply(target: NatTarget, conn: Conn, skb: Skb, packet: Ipv4Packet, hook: Hook): boolean {
    switch (target.kind) {
      case 'DNAT':
        this.setup(conn, target.range, 'destination');
        return true;
      case 'SNAT':
        this.setup(conn, target.range, 'source');
        return true;
      case 'MASQUERADE':
        return this.#masquerade(target.range, conn, skb, packet);
      case 'REDIRECT':
        return this.#redirect(target.range, conn, skb, hook);
    }
  }

  #masquerade(range: NatRange, conn: Conn, skb: Skb, packet: Ipv4Packet): boolean {
    if (packet.src === IP_ANY || skb.oif === null) return true;
    const addr = this.#host.masqueradeAddress(skb.oif, packet.dst);
    if (addr === null) return false;
    this.#conntrack.track(conn).masqueradeDev = skb.oif;
    this.setup(conn, withAddress(range, addr), 'source');
    return true;
  }

  #redirect(range: NatRange, conn: Conn, skb: Skb, hook: Hook): boolean {
    const addr = hook === 'OUTPUT' ? IP_LOOPBACK : skb.iif === null ? null : this.#host.primaryAddress(skb.iif);
    if (addr === null) return false;
    this.setup(conn, withAddress(range, addr), 'destination');
    return true;
  }

  /** Decides that nothing is wanted; the port still changes when the tuple is taken. */
  nullBinding(conn: Conn, manip: Manip): void {
    const addr = manip === 'source' ? conn.reply.dst : conn.reply.src;
    this.setup(conn, withAddress(KEEP, addr), manip);
  }

  /** Chooses the translated tuple and writes it into the connection's reply tuple. */
  setup(conn: Conn, range: NatRange, manip: Manip): void {
    if (conn.confirmed) return;
    const current = invertTuple(conn.reply);
    if (current === null) return;
    const chosen = this.#uniqueTuple(current, range, conn, manip);
    if (!sameTuple(chosen, current)) {
      const reply = invertTuple(chosen);
      if (reply !== null) conn.reply = reply;
      if (manip === 'source') conn.srcNat = true;
      else conn.dstNat = true;
    }
    if (manip === 'source') conn.srcNatDone = true;
    else conn.dstNatDone = true;
  }

  #used(tuple: Tuple, conn: Conn): boolean {
    const reply = invertTuple(tuple);
    return reply !== null && this.#conntrack.taken(reply, conn);
  }

  #uniqueTuple(from: Tuple, range: NatRange, conn: Conn, manip: Manip): Tuple {
    const random = range.random || range.randomFully;
    if (manip === 'source' && !random) {
      if (inRange(from, range, manip)) {
        if (!this.#used(from, conn)) return from;
      } else {
        const mapped = this.#currentMapping(from, range, conn);
        if (mapped !== null && !this.#used(mapped, conn)) return mapped;
      }
    }
    const tuple = withAddr(from, manip, bestAddress(from, range, manip));
    if (!random) {
      if (range.minPort !== null) {
        const fits = range.basePort === null && portInRange(tuple, range, manip);
        if (fits && (range.minPort === range.maxPort || !this.#used(tuple, conn))) return tuple;
      } else if (!this.#used(tuple, conn)) return tuple;
    }
    return this.#uniquePort(tuple, range, conn, manip);
  }

  /** An address and port this source is mapped to already (find_appropriate_src). */
  #currentMapping(from: Tuple, range: NatRange, conn: Conn): Tuple | null {
    for (const other of this.#conntrack.sameSource(conn.original)) {
      const mapped = invertTuple(other.reply);
      if (mapped === null || !other.srcNatDone) continue;
      const tuple: Tuple = {
        ...from,
        src: mapped.src,
        sport: mapped.sport,
        icmp: from.icmp === null ? null : { ...from.icmp, id: mapped.icmp?.id ?? 0 },
      };
      if (inRange(tuple, range, 'source')) return tuple;
    }
    return null;
  }

  #uniquePort(tuple: Tuple, range: NatRange, conn: Conn, manip: Manip): Tuple {
    const window = portWindow(tuple, range, manip);
    if (window === null) return tuple;
    const { min, size } = window;
    const random = range.random || range.randomFully;
    let offset = 0;
    if (range.basePort !== null) offset = portOf(tuple, manip) - range.basePort;
    else if (random || manip === 'source') offset = this.#host.random.port(65536);
    let tried = tuple;
    for (let attempts = Math.min(size, MAX_ATTEMPTS); ; attempts = Math.floor(attempts / 2)) {
      for (let i = 0; i < attempts; i++, offset++) {
        tried = withPort(tuple, manip, min + (((offset % size) + size) % size));
        if (!this.#used(tried, conn)) return tried;
      }
      if (attempts >= size || attempts < 16) return tried;
      offset = this.#host.random.port(65536);
    }
  }
}

function withAddress(range: NatRange, addr: IpAddr): NatRange {
  const value = ipToU32(addr);
  return { ...range, minAddr: value, maxAddr: value };
}

function sameTuple(a: Tuple, b: Tuple): boolean {
  return a.src === b.src && a.dst === b.dst && a.sport === b.sport && a.dport === b.dport && a.icmp?.id === b.icmp?.id;
}

function portOf(tuple: Tuple, manip: Manip): number {
  return tuple.icmp?.id ?? (manip === 'source' ? tuple.sport : tuple.dport);
}

function withPort(tuple: Tuple, manip: Manip, port: number): Tuple {
  if (tuple.icmp !== null) return { ...tuple, icmp: { ...tuple.icmp, id: port } };
  return manip === 'source' ? { ...tuple, sport: port } : { ...tuple, dport: port };
}

function withAddr(tuple: Tuple, manip: Manip, addr: IpAddr): Tuple {
  return manip === 'source' ? { ...tuple, src: addr } : { ...tuple, dst: addr };
}

function portInRange(tuple: Tuple, range: NatRange, manip: Manip): boolean {
  const port = portOf(tuple, manip);
  return port >= (range.minPort ?? 0) && port <= (range.maxPort ?? 65535);
}

function inRange(tuple: Tuple, range: NatRange, manip: Manip): boolean {
  const addr = ipToU32(manip === 'source' ? tuple.src : tuple.dst);
  if (range.minAddr !== null && (addr < range.minAddr || addr > (range.maxAddr ?? range.minAddr))) return false;
  return range.minPort === null || portInRange(tuple, range, manip);
}

/** One address of the range, the same for the same client (find_best_ips_proto). */
function bestAddress(tuple: Tuple, range: NatRange, manip: Manip): IpAddr {
  if (range.minAddr === null) return manip === 'source' ? tuple.src : tuple.dst;
  const size = (range.maxAddr ?? range.minAddr) - range.minAddr + 1;
  if (size <= 1) return ipFromU32(range.minAddr);
  const hash = fnv32a(range.persistent ? tuple.src : `${tuple.src} ${tuple.dst}`);
  return ipFromU32(range.minAddr + Math.floor((hash / 0x100000000) * size));
}

/** Ports (ICMP ids) to choose from; null when the port must stay (nf_nat_l4proto_unique_tuple). */
function portWindow(tuple: Tuple, range: NatRange, manip: Manip): { readonly min: number; readonly size: number } | null {
  if (range.minPort !== null) return { min: range.minPort, size: (range.maxPort ?? range.minPort) - range.minPort + 1 };
  if (tuple.icmp !== null) return { min: 0, size: 65536 };
  if (tuple.protocol === 'ipencap') return null;
  if (manip === 'destination') return null;
  if (tuple.sport >= 1024) return { min: 1024, size: 65535 - 1024 + 1 };
  return tuple.sport < 512 ? { min: 1, size: 511 } : { min: 600, size: 1023 - 600 + 1 };
}
