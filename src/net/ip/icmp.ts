/**
 * ICMP: errors about packets, and echo (RFC 792, RFC 1122; net/ipv4/icmp.c __icmp_send, icmp_rcv).
 *
 * Simplification: icmp_ratelimit does not limit anything (what the kernel limits apart from it, `peers.ts` does); timestamps and
 * redirects are not sent; protocol unreachable is told to a client as connection refused.
 */
import { isLoopback, isMulticast } from '../../lib/ip.ts';
import { packetType } from '../dev/device.ts';
import { relatedNfct } from '../netfilter/conntrack.ts';
import type { Netns } from '../netns.ts';
import { newSkb, type Skb } from '../skb.ts';
import { isIcmpError, type IcmpMessage, type Ipv4Packet } from '../wire/packet.ts';
import { ipLocalOut } from './output.ts';
import { defaultTtl, pathMtu, routeOutput } from './route.ts';

/** An error to be sent: RFC 792 type and code, and the next hop's MTU of fragmentation-needed. */
export interface IcmpError {
  readonly type: number;
  readonly code: number;
  readonly mtu: number | null;
}

/** Sends an error about `skb` to its source, as part of its connection (nf_ct_attach), unless the packet is one that must not be answered. */
export function icmpSend(netns: Netns, skb: Skb, error: IcmpError): void {
  const about = skb.l3;
  if (about.kind !== 'ipv4' || !mayAnswer(netns, skb, about)) return;
  const message: IcmpMessage = { kind: 'icmp', ...error, id: 0, seq: 0, quoted: about, data: null };
  const ours = netns.fib.lookup(about.dst, null)?.type === 'local' ? about.dst : null;
  const route = routeOutput(netns, { dst: about.src, src: ours, oif: null });
  if (route.kind === 'error') return;
  const packet: Ipv4Packet = {
    kind: 'ipv4',
    src: route.src,
    dst: about.src,
    ttl: defaultTtl(netns),
    id: 0,
    df: false,
    tos: 0xc0,
    l4: message,
  };
  if (route.dev.kind !== 'loopback' && netns.sysctl.number('net.ipv4.icmp_ratelimit') === 0)
    netns.peers.empty(about.src, netns.now);
  const { recorder } = skb;
  const errorId = recorder === null ? 0 : recorder.open(packet, 'error', skb.packetId, recorder.answerRoleOf(skb.packetId));
  netns.record(skb, { kind: 'icmp.error', type: error.type, code: error.code, errorId, to: about.src });
  const answer = newSkb(packet, recorder, errorId);
  answer.nfct = relatedNfct(skb.nfct);
  ipLocalOut(netns, answer, { src: route.src });
}

/** No errors about errors, broadcasts or frames that were not for us (RFC 1122 3.2.2). */
function mayAnswer(netns: Netns, skb: Skb, about: Ipv4Packet): boolean {
  if (isIcmpError(about.l4) || isMulticast(about.dst)) return false;
  const dev = skb.iif === null ? undefined : netns.link(skb.iif);
  if (dev === undefined || skb.eth === null || skb.bridged) return true;
  return isLoopback(about.dst) || packetType(skb.eth.dmac, dev.mac) !== 'BROADCAST';
}

/** A local ICMP packet: echo is answered, errors go to the socket they speak of. */
export function receiveIcmp(netns: Netns, skb: Skb, packet: Ipv4Packet, message: IcmpMessage): void {
  if (message.type === 8) {
    netns.record(skb, { kind: 'socket.deliver', process: 'kernel', what: 'echo request' });
    netns.endPacket(skb, 'DELIVERED', null);
    answerEcho(netns, skb, packet, message);
    return;
  }
  if (message.type === 0) {
    netns.sockets.deliverEchoReply(skb, packet, message);
    return;
  }
  netns.sockets.deliverError(skb, message);
}

function answerEcho(netns: Netns, skb: Skb, packet: Ipv4Packet, message: IcmpMessage): void {
  // The kernel's own ICMP socket never sets DF (icmp_sk_init: IP_PMTUDISC_DONT).
  const { fragmentBytes: _cut, ...whole } = packet;
  const ends = { src: packet.dst, dst: packet.src };
  const reply: Ipv4Packet = { ...whole, ...ends, ttl: defaultTtl(netns), df: false, l4: { ...message, type: 0 } };
  const { recorder } = skb;
  const id = recorder === null ? 0 : recorder.open(reply, 'sent', skb.packetId, 'reply');
  const answer = newSkb(reply, recorder, id);
  netns.record(answer, { kind: 'socket.send', process: 'kernel', what: 'echo reply' });
  ipLocalOut(netns, answer, { src: reply.src });
}

/** Fragmentation needed and DF set: the packet was too long for a link on its way. */
export function isTooBig({ type, code }: IcmpMessage): boolean {
  return type === 3 && code === 4;
}

/** What fragmentation-needed says of the path is remembered (ipv4_update_pmtu); true when the path is narrower than was known. */
export function learnPathMtu(netns: Netns, skb: Skb, message: IcmpMessage): boolean {
  const { mtu, quoted } = message;
  if (!isTooBig(message) || mtu === null || quoted === null) return false;
  const before = pathMtu(netns, quoted.dst);
  const known = netns.pathMtus.learn(quoted.dst, { mtu, before }, netns.now);
  if (known === null) return false;
  netns.record(skb, { kind: 'pmtu', ...known });
  netns.touch();
  return known.mtu < before;
}

/** Codes of unreachable that a UDP socket hears of; the others may pass, so it goes on waiting (icmp_err_convert, `fatal`). */
const FATAL_CODES: ReadonlySet<number> = new Set([2, 3, 4, 6, 7, 8, 9, 10, 13, 14, 15]);

/** Does the error end what a connected UDP socket waits for (net/ipv4/udp.c __udp4_lib_err)? */
export function endsDatagrams({ type, code }: IcmpMessage): boolean {
  return type === 12 || (type === 3 && FATAL_CODES.has(code));
}

/** errno of an unreachable code (net/ipv4/icmp.c icmp_err_convert). */
export function errnoOf(message: IcmpMessage): 'ECONNREFUSED' | 'EHOSTUNREACH' | 'ENETUNREACH' | 'EMSGSIZE' | 'ETTL' {
  if (message.type === 11) return 'ETTL';
  switch (message.code) {
    case 0:
    case 6:
    case 9:
      return 'ENETUNREACH';
    case 2:
    case 3:
      return 'ECONNREFUSED';
    case 4:
      return 'EMSGSIZE';
    default:
      return 'EHOSTUNREACH';
  }
}
