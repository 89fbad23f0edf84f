/**
 * What connect() settles before anything is sent: where to, by which route, from which address
 * (net/ipv4/tcp_ipv4.c tcp_v4_connect, net/ipv4/datagram.c __ip4_datagram_connect).
 *
 * No address at all means this host. TCP has nobody to talk to at a broadcast or multicast address; UDP may not send to a broadcast
 * one, since no client here sets SO_BROADCAST.
 */
import { IP_ANY, IP_LOOPBACK, type IpAddr } from '../../lib/ip.ts';
import { addressType, routeOutput, type OutputRoute } from '../ip/route.ts';
import type { Netns } from '../netns.ts';

export type Connected =
  | { readonly kind: 'connected'; readonly src: IpAddr; readonly dst: IpAddr }
  | { readonly kind: 'error'; readonly errno: Extract<OutputRoute, { kind: 'error' }>['errno'] };

export function connect(netns: Netns, to: IpAddr, protocol: 'tcp' | 'udp' | 'icmp'): Connected {
  const dst = to === IP_ANY ? IP_LOOPBACK : to;
  const route = routeOutput(netns, { dst, src: null, oif: null });
  if (route.kind === 'error') return { kind: 'error', errno: route.errno };
  const type = addressType(netns, dst, null);
  if (protocol === 'tcp' && (type === 'BROADCAST' || type === 'MULTICAST')) return { kind: 'error', errno: 'ENETUNREACH' };
  if (protocol !== 'tcp' && type === 'BROADCAST') return { kind: 'error', errno: 'EACCES' };
  return { kind: 'connected', src: route.src, dst };
}
