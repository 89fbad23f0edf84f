/**
 * A packet inside a kernel: the immutable wire values and the metadata Linux keeps beside them (struct sk_buff).
 *
 * The fields change as the packet walks; the headers it points to never do. `veth` and tunnels scrub what Linux scrubs
 * (net/core/skbuff.c skb_scrub_packet).
 */
import type { IpAddr } from '../lib/ip.ts';
import type { Conn, CtInfo } from './netfilter/conntrack-types.ts';
import type { TraceRecorder } from './trace/recorder.ts';
import type { EthernetHeader, L3 } from './wire/packet.ts';

/** A reference from a packet to its connection (skb->_nfct). `untracked` is the raw table's CT --notrack. */
export type Nfct = { readonly conn: Conn; readonly ctinfo: CtInfo } | 'untracked' | null;

/** Metadata of a collected tunnel (struct ip_tunnel_key): addresses as this machine sees them. */
export interface TunnelInfo {
  readonly local: IpAddr;
  readonly remote: IpAddr;
  readonly id: number;
}

export interface Skb {
  /** Identity within the trace; 0 when nothing records. */
  packetId: number;
  /** Null until a neighbour gave the link header (local output, decapsulated packets keep theirs). */
  eth: EthernetHeader | null;
  l3: L3;
  /** Firewall mark (u32). */
  mark: number;
  nfct: Nfct;
  /** Devices by name in the namespace the packet is in; null when not (yet) known. */
  iif: string | null;
  oif: string | null;
  /** Whom the route taken gives the packet to (rt_nexthop of skb_dst); null before it is routed. */
  nexthop: IpAddr | null;
  /** Bridge ports of a packet br_netfilter saw (nf_bridge_info), null otherwise; the incoming one stays when it is routed on. */
  physin: string | null;
  physout: string | null;
  /** Where a tunnel port is to send the frame, or where it came from (skb_tunnel_info). */
  tunnel: TunnelInfo | null;
  /** Set while br_netfilter holds the packet: the IP hooks it already met (ip_sabotage_in). */
  bridged: boolean;
  /** Addressed to this machine when it came in, whatever its link header says now (PACKET_HOST of a frame br_netfilter turned to a port). */
  toHost: boolean;
  /** Made by a local socket that lets it be cut whatever its DF says (skb->ignore_df). */
  ignoreDf: boolean;
  /** Devices the frame has come in by since it was made or last routed: what a loop of bridges is known by. */
  crossed: number;
  /** Records this packet's walk; null when nobody asked. */
  readonly recorder: TraceRecorder | null;
}

/** A fresh skb around `l3`, as local output makes it. */
export function newSkb(l3: L3, recorder: TraceRecorder | null, packetId: number): Skb {
  return {
    packetId,
    eth: null,
    l3,
    mark: 0,
    nfct: null,
    iif: null,
    oif: null,
    nexthop: null,
    physin: null,
    physout: null,
    tunnel: null,
    bridged: false,
    toHost: false,
    ignoreDf: false,
    crossed: 0,
    recorder,
  };
}

/** A copy for flooding: its own metadata, the same headers, a packet of its own in the trace. */
export function cloneSkb(skb: Skb): Skb {
  const packetId =
    skb.recorder === null ? 0 : skb.recorder.open(skb.l3, 'clone', skb.packetId, skb.recorder.roleOf(skb.packetId));
  return { ...skb, packetId };
}

/**
 * A packet for each of `targets`: copies, but for the one that `meant` picks (else the first), which keeps the packet's identity, so
 * that a trace goes on with the copy that arrives. All are made before the first is sent.
 */
export function copiesFor<T>(
  targets: readonly T[],
  skb: Skb,
  meant: (target: T) => boolean,
): readonly { readonly port: T; readonly skb: Skb }[] {
  const original = Math.max(0, targets.findIndex(meant));
  return targets.map((port, index) => ({ port, skb: index === original ? skb : cloneSkb(skb) }));
}

/** What a packet loses on its way through a veth or tunnel (skb_scrub_packet); the mark goes only with the namespace. */
export function scrub(skb: Skb, options: { readonly crossesNetns: boolean }): void {
  skb.nfct = null;
  skb.oif = null;
  skb.nexthop = null;
  skb.physin = null;
  skb.physout = null;
  skb.tunnel = null;
  skb.bridged = false;
  skb.toHost = false;
  skb.ignoreDf = false;
  if (options.crossesNetns) skb.mark = 0;
}
