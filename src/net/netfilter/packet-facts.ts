/**
 * What matches read of a packet: header fields as numbers, devices, mark, connection. Made once per table a packet meets.
 */
import { ipToU32, type IpAddr } from '../../lib/ip.ts';
import { isGroup, MAC_BROADCAST } from '../../lib/mac.ts';
import type { Instant } from '../../sim/sim.ts';
import type { Nfct, Skb } from '../skb.ts';
import { IP_PROTOCOLS } from '../wire/protocols.ts';
import { ipv4Bytes } from '../wire/size.ts';
import type { EthernetHeader, Ipv4Packet, TcpFlag } from '../wire/packet.ts';
import type { CtState, Tuple } from './conntrack-types.ts';
import type { AddrType } from './hooks.ts';
import type { Ipsets } from './ipset.ts';
import { TCP_FLAG_NAMES } from './names.ts';

/** A connection as it stood when a packet met a rule. */
export interface ConnFacts {
  readonly direction: 'original' | 'reply';
  readonly original: Tuple;
  readonly reply: Tuple;
  readonly mark: number;
  readonly seenReply: boolean;
  readonly assured: boolean;
  readonly confirmed: boolean;
  readonly related: boolean;
  readonly srcNat: boolean;
  readonly dstNat: boolean;
  readonly expiresAt: Instant;
}

/** fib types of the packet's addresses: of the whole namespace, and limited to the device a rule names. */
export interface AddressTypes {
  of(addr: IpAddr, dev: string | null): AddrType;
}

/** Where an answer to a packet's source would go (fib_lookup in ipt_rpfilter). */
export interface ReversePath {
  /** fib type of the source; UNREACHABLE where no route has it. */
  readonly type: AddrType;
  /** The device the route leaves by is the one the packet came in by. */
  readonly sameDev: boolean;
}

export interface PacketFacts {
  readonly packet: Ipv4Packet;
  readonly eth: EthernetHeader | null;
  readonly src: number;
  readonly dst: number;
  readonly protocol: number;
  /** -1 where the protocol has none. */
  readonly sport: number;
  readonly dport: number;
  readonly iif: string | null;
  readonly oif: string | null;
  readonly physin: string | null;
  readonly physout: string | null;
  /** Changed by MARK while the table runs. */
  mark: number;
  readonly ctstate: CtState;
  readonly conn: ConnFacts | null;
  readonly now: Instant;
  readonly types: AddressTypes;
  readonly sets: Ipsets;
  /** Null where no rule of the chain asks, or the packet came in by lo. */
  readonly reversePath: ReversePath | null;
}

/** What `--ctstate` sees. A packet conntrack has no opinion of is INVALID, as xt_conntrack treats it. */
export function ctStateOf(nfct: Nfct): CtState {
  if (nfct === 'untracked') return 'UNTRACKED';
  return nfct === null ? 'INVALID' : nfct.ctinfo.state;
}

export function connFactsOf(nfct: Nfct): ConnFacts | null {
  if (nfct === null || nfct === 'untracked') return null;
  const { conn, ctinfo } = nfct;
  return {
    direction: ctinfo.direction,
    original: conn.original,
    reply: conn.reply,
    mark: conn.mark,
    seenReply: conn.seenReply,
    assured: conn.assured,
    confirmed: conn.confirmed,
    related: conn.master !== null,
    srcNat: conn.srcNat,
    dstNat: conn.dstNat,
    expiresAt: conn.expiresAt,
  };
}

/** The fields of a packet as matches compare them. */
export function headerFacts(packet: Ipv4Packet): Pick<PacketFacts, 'packet' | 'src' | 'dst' | 'protocol' | 'sport' | 'dport'> {
  const { l4 } = packet;
  const ports = l4.kind === 'tcp' || l4.kind === 'udp';
  return {
    packet,
    src: ipToU32(packet.src),
    dst: ipToU32(packet.dst),
    protocol: IP_PROTOCOLS[l4.kind],
    sport: ports ? l4.sport : -1,
    dport: ports ? l4.dport : -1,
  };
}

/** Made for every table a packet meets, so its parts that few rules read are worked out when read. */
class Facts implements PacketFacts {
  readonly packet: Ipv4Packet;
  readonly eth: EthernetHeader | null;
  readonly src: number;
  readonly dst: number;
  readonly protocol: number;
  readonly sport: number;
  readonly dport: number;
  readonly iif: string | null;
  readonly oif: string | null;
  readonly physin: string | null;
  readonly physout: string | null;
  mark: number;
  readonly now: Instant;
  readonly types: AddressTypes;
  readonly sets: Ipsets;
  readonly #nfct: Nfct;
  readonly #cameBy: string | null;
  readonly #reversePath: ReversePathOf;

  constructor(skb: Skb, packet: Ipv4Packet, env: FactsEnvironment) {
    const { l4 } = packet;
    const ports = l4.kind === 'tcp' || l4.kind === 'udp';
    this.packet = packet;
    this.eth = skb.eth;
    this.src = ipToU32(packet.src);
    this.dst = ipToU32(packet.dst);
    this.protocol = IP_PROTOCOLS[l4.kind];
    this.sport = ports ? l4.sport : -1;
    this.dport = ports ? l4.dport : -1;
    this.iif = env.in;
    this.oif = env.out;
    this.physin = skb.physin;
    this.physout = skb.physout;
    this.mark = skb.mark;
    this.now = env.now;
    this.types = env.types;
    this.sets = env.sets;
    this.#cameBy = skb.iif;
    this.#reversePath = env.reversePath;
    this.#nfct = skb.nfct;
  }

  get ctstate(): CtState {
    return ctStateOf(this.#nfct);
  }

  get conn(): ConnFacts | null {
    return connFactsOf(this.#nfct);
  }

  get reversePath(): ReversePath | null {
    return this.#reversePath(this.packet.src, this.#cameBy);
  }
}

/** The way back to an address a packet came from by a device; null where none is asked for: made here, or over loopback. */
export type ReversePathOf = (src: IpAddr, iif: string | null) => ReversePath | null;

interface FactsEnvironment {
  readonly now: Instant;
  readonly types: AddressTypes;
  readonly sets: Ipsets;
  readonly reversePath: ReversePathOf;
  /** Devices the hook knows. */
  readonly in: string | null;
  readonly out: string | null;
}

/** The facts of a packet at a hook. */
export function packetFacts(skb: Skb, packet: Ipv4Packet, env: FactsEnvironment): PacketFacts {
  return new Facts(skb, packet, env);
}

/** The flags of a segment as bits in the order of TCP_FLAG_NAMES. */
export function tcpFlagBits(flags: readonly TcpFlag[]): number {
  let bits = 0;
  for (const flag of flags) bits |= 1 << TCP_FLAG_NAMES.indexOf(flag);
  return bits;
}

/** skb->pkt_type as xt_pkttype sees it. */
export function packetType(facts: PacketFacts): 'unicast' | 'broadcast' | 'multicast' {
  if (facts.eth === null) return facts.packet.dst.startsWith('224.') ? 'multicast' : 'unicast';
  if (facts.eth.dmac === MAC_BROADCAST) return 'broadcast';
  return isGroup(facts.eth.dmac) ? 'multicast' : 'unicast';
}

/** Total length of the IP packet. */
export function packetBytes(facts: PacketFacts): number {
  return ipv4Bytes(facts.packet);
}
