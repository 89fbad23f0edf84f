/**
 * Rewriting a packet's source or destination (net/netfilter/nf_nat_proto.c nf_nat_manip_pkt, nf_nat_icmp_reply_translation).
 */
import type { IpAddr } from '../../lib/ip.ts';
import { isIcmpError, type Ipv4Packet, type L4 } from '../wire/packet.ts';
import type { Conn, CtInfo, Tuple } from './conntrack-types.ts';
import { invertTuple } from './tuple.ts';

/** nf_nat_manip_type. */
export type Manip = 'source' | 'destination';

/** Address and port (ICMP: id) of one end of a packet. */
export interface Endpoint {
  readonly addr: IpAddr;
  readonly port: number;
}

export function endpointOf(packet: Ipv4Packet, manip: Manip): Endpoint {
  const { l4 } = packet;
  const addr = manip === 'source' ? packet.src : packet.dst;
  if (l4.kind === 'icmp') return { addr, port: l4.id };
  if (l4.kind === 'ipencap') return { addr, port: 0 };
  return { addr, port: manip === 'source' ? l4.sport : l4.dport };
}

function withPort(l4: L4, manip: Manip, port: number): L4 {
  switch (l4.kind) {
    case 'tcp':
      return manip === 'source' ? { ...l4, sport: port } : { ...l4, dport: port };
    case 'udp':
      return manip === 'source' ? { ...l4, sport: port } : { ...l4, dport: port };
    case 'icmp': {
      const error: boolean = isIcmpError(l4);
      return { ...l4, id: error ? 0 : port };
    }
    case 'ipencap':
      return l4;
  }
}

function withEndpoint(packet: Ipv4Packet, manip: Manip, to: Endpoint): Ipv4Packet {
  const now = endpointOf(packet, manip);
  if (now.addr === to.addr && now.port === to.port) return packet;
  const l4 = now.port === to.port ? packet.l4 : withPort(packet.l4, manip, to.port);
  return manip === 'source' ? { ...packet, src: to.addr, l4 } : { ...packet, dst: to.addr, l4 };
}

function tupleEnd(tuple: Tuple, manip: Manip): Endpoint {
  const port = tuple.icmp?.id ?? (manip === 'source' ? tuple.sport : tuple.dport);
  return { addr: manip === 'source' ? tuple.src : tuple.dst, port };
}

/** The tuple of the other direction: what a packet of `direction` was made of on the other side of nat. */
function otherTuple(conn: Conn, direction: CtInfo['direction']): Tuple {
  return direction === 'original' ? conn.reply : conn.original;
}

/** True when packets of `direction` are rewritten in this manip: what is source nat one way is destination nat the other. */
export function isRewritten(conn: Conn, direction: CtInfo['direction'], manip: Manip): boolean {
  return (manip === 'source') === (direction === 'original') ? conn.srcNat : conn.dstNat;
}

/** A packet of the connection, rewritten. */
export function manipulate(packet: Ipv4Packet, conn: Conn, direction: CtInfo['direction'], manip: Manip): Ipv4Packet {
  const target = invertTuple(otherTuple(conn, direction));
  return target === null ? packet : withEndpoint(packet, manip, tupleEnd(target, manip));
}

/** An ICMP error about a packet of the connection: the quoted packet gets the opposite rewrite, the outer address this one. */
export function manipulateError(packet: Ipv4Packet, conn: Conn, direction: CtInfo['direction'], manip: Manip): Ipv4Packet {
  const other = otherTuple(conn, direction);
  const target = invertTuple(other);
  if (target === null || packet.l4.kind !== 'icmp' || packet.l4.quoted === null) return packet;
  const inner: Manip = manip === 'source' ? 'destination' : 'source';
  const quoted = withEndpoint(packet.l4.quoted, inner, tupleEnd(other, inner));
  const l4 = { ...packet.l4, quoted };
  return manip === 'source' ? { ...packet, src: target.src, l4 } : { ...packet, dst: target.dst, l4 };
}
