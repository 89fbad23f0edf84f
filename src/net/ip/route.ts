/**
 * Route look-ups as the IP layer makes them: for what a process sends (net/ipv4/route.c ip_route_output_key) and for what
 * comes in (ip_route_input_slow, fib_validate_source), with the source address selection of inet_select_addr.
 */
import { cidrAddress, cidrContains } from '../../lib/cidr.ts';
import { IP_ANY, IP_BROADCAST, isLoopback, isMulticast, type IpAddr } from '../../lib/ip.ts';
import type { NetDevice } from '../dev/device.ts';
import type { Netns } from '../netns.ts';
import type { Route } from '../route/fib.ts';
import type { Skb } from '../skb.ts';
import type { DropReason } from '../trace/trace.ts';
import type { AddrType } from '../netfilter/hooks.ts';
import type { UdpDatagram } from '../wire/packet.ts';
import { IPV4_BYTES, l4Bytes } from '../wire/size.ts';

/** Result of an output look-up; `errno` is what connect() returns. */
export type OutputRoute =
  | { readonly kind: 'route'; readonly route: Route; readonly dev: NetDevice; readonly nexthop: IpAddr; readonly src: IpAddr }
  | {
      readonly kind: 'error';
      readonly errno: 'ENETUNREACH' | 'EHOSTUNREACH' | 'EINVAL' | 'EACCES';
      readonly route: Route | null;
    };

/** Result of an input look-up. */
export type InputRoute =
  | { readonly kind: 'local'; readonly route: Route }
  | { readonly kind: 'forward'; readonly route: Route; readonly dev: NetDevice; readonly nexthop: IpAddr }
  /** Silently dropped, or answered with an ICMP unreachable of that code. */
  | { readonly kind: 'drop'; readonly route: Route | null; readonly reason: DropReason; readonly icmpCode: number | null };

const SCOPE_ORDER = { global: 0, link: 253, host: 254 } as const;

/** The source a device gives to traffic for `dst` (inet_select_addr); null when nothing fits. */
export function selectAddress(
  netns: Netns,
  dev: NetDevice,
  dst: IpAddr | null,
  scope: keyof typeof SCOPE_ORDER,
): IpAddr | null {
  const fits = dev.addresses.filter((entry) => SCOPE_ORDER[entry.scope] <= SCOPE_ORDER[scope]);
  const same = dst === null ? undefined : fits.find((entry) => cidrContains(entry.address, dst));
  const own = same ?? fits[0];
  if (own !== undefined) return cidrAddress(own.address);
  for (const other of netns.links()) {
    const entry = other.addresses.find(
      (candidate) => candidate.scope !== 'link' && SCOPE_ORDER[candidate.scope] <= SCOPE_ORDER[scope],
    );
    if (entry !== undefined) return cidrAddress(entry.address);
  }
  return null;
}

/** The route of a packet made here. `src` null asks for a source address. */
export function routeOutput(
  netns: Netns,
  flow: { readonly dst: IpAddr; readonly src: IpAddr | null; readonly oif: string | null },
): OutputRoute {
  const route = netns.fib.lookup(flow.dst, flow.oif);
  if (route === null) return { kind: 'error', errno: 'ENETUNREACH', route };
  switch (route.type) {
    case 'blackhole':
      return { kind: 'error', errno: 'EINVAL', route };
    case 'unreachable':
      return { kind: 'error', errno: 'EHOSTUNREACH', route };
    case 'prohibit':
      return { kind: 'error', errno: 'EACCES', route };
    case 'local': {
      const src = flow.src ?? route.src ?? flow.dst;
      return { kind: 'route', route, dev: netns.loopback, nexthop: flow.dst, src };
    }
    default:
      return unicastOutput(netns, flow, route);
  }
}

function unicastOutput(netns: Netns, flow: { readonly dst: IpAddr; readonly src: IpAddr | null }, route: Route): OutputRoute {
  const dev = route.dev === null ? undefined : netns.link(route.dev);
  if (dev === undefined) return { kind: 'error', errno: 'ENETUNREACH', route };
  const nexthop = route.via ?? flow.dst;
  const src = flow.src ?? route.src ?? selectAddress(netns, dev, nexthop, route.scope) ?? IP_ANY;
  if (isLoopback(src) && dev.kind !== 'loopback' && !netns.sysctl.orConf('route_localnet', dev.name)) {
    return { kind: 'error', errno: 'EINVAL', route };
  }
  return { kind: 'route', route, dev, nexthop, src };
}

/** MTU where nothing is known of the way. */
const ETHERNET_MTU = 1500;

/** The longest packet that this host may send to `dst`, in bytes (ip_dst_mtu_maybe_forward): the device's, or what was learnt. */
export function pathMtu(netns: Netns, dst: IpAddr): number {
  const way = routeOutput(netns, { dst, src: null, oif: null });
  return netns.pathMtus.to(dst, way.kind === 'route' ? way.dev.mtu : ETHERNET_MTU, netns.now);
}

/** With which TTL a packet of this host begins (ip4_dst_hoplimit). */
export function defaultTtl({ sysctl }: Netns): number {
  return sysctl.number('net.ipv4.ip_default_ttl');
}

/** A datagram that fits its path may not be fragmented on the way, a longer one must be (IP_PMTUDISC_WANT, ip_dont_fragment). */
export function fitsPath(netns: Netns, dst: IpAddr, datagram: UdpDatagram): boolean {
  return IPV4_BYTES + l4Bytes(datagram) <= pathMtu(netns, dst);
}

/** The route of a packet that came in on `dev`. */
export function routeInput(netns: Netns, skb: Skb, dev: NetDevice): InputRoute {
  if (skb.l3.kind !== 'ipv4') return { kind: 'drop', route: null, reason: 'UNHANDLED_PROTO', icmpCode: null };
  return routeReceived(netns, skb.l3, dev);
}

/** The same by its addresses alone: ARP asks for the way of a packet it has not got. */
export function routeReceived(
  netns: Netns,
  { src, dst }: { readonly src: IpAddr; readonly dst: IpAddr },
  dev: NetDevice,
): InputRoute {
  const martian = martianReason(netns, dev, src, dst);
  if (martian !== null) return { kind: 'drop', route: null, reason: martian, icmpCode: null };
  const route = netns.fib.lookup(dst, null);
  const forwarding = netns.sysctl.andConf('forwarding', dev.name);
  if (route === null) return noRoute(forwarding, null, 0);
  if (route.type === 'local' || route.type === 'broadcast') {
    const invalid = invalidSource(netns, dev, src);
    return invalid === null ? { kind: 'local', route } : { kind: 'drop', route, reason: invalid, icmpCode: null };
  }
  if (!forwarding) return noRoute(false, route, 1);
  return forwardRoute(netns, dev, src, dst, route);
}

function forwardRoute(netns: Netns, dev: NetDevice, src: IpAddr, dst: IpAddr, route: Route): InputRoute {
  switch (route.type) {
    case 'blackhole':
      return { kind: 'drop', route, reason: 'IP_INNOROUTES', icmpCode: null };
    case 'unreachable':
      return { kind: 'drop', route, reason: 'IP_INNOROUTES', icmpCode: 1 };
    case 'prohibit':
      return { kind: 'drop', route, reason: 'IP_INNOROUTES', icmpCode: 13 };
    default: {
      const out = route.dev === null ? undefined : netns.link(route.dev);
      if (out === undefined) return noRoute(true, route, 0);
      const invalid = invalidSource(netns, dev, src);
      if (invalid !== null) return { kind: 'drop', route, reason: invalid, icmpCode: null };
      return { kind: 'forward', route, dev: out, nexthop: route.via ?? dst };
    }
  }
}

/** ip_error: without forwarding nothing is answered (the address is simply not ours). */
function noRoute(forwarding: boolean, route: Route | null, icmpCode: number): InputRoute {
  if (!forwarding) return { kind: 'drop', route, reason: 'IP_INADDRERRORS', icmpCode: null };
  return { kind: 'drop', route, reason: 'IP_INNOROUTES', icmpCode };
}

function martianReason(netns: Netns, dev: NetDevice, src: IpAddr, dst: IpAddr): DropReason | null {
  if (isMulticast(src) || src === IP_BROADCAST) return 'IP_INVALID_SOURCE';
  if (dev.kind === 'loopback') return null;
  const localnet = netns.sysctl.orConf('route_localnet', dev.name);
  if ((isLoopback(src) || isLoopback(dst)) && !localnet) return 'IP_LOCALNET';
  return null;
}

/** fib_validate_source: nobody may speak with our address, and with rp_filter the way back must be known. */
function invalidSource(netns: Netns, dev: NetDevice, src: IpAddr): DropReason | null {
  if (src === IP_ANY || dev.kind === 'loopback') return null;
  const route = netns.fib.lookup(src, null);
  if (
    route?.type === 'local' &&
    !(isLoopback(src) && netns.sysctl.orConf('route_localnet', dev.name)) &&
    !netns.sysctl.orConf('accept_local', dev.name)
  ) {
    return 'IP_INVALID_SOURCE';
  }
  const mode = netns.sysctl.maxConf('rp_filter', dev.name);
  if (mode === 0) return null;
  if (route === null || route.type !== 'unicast') return 'IP_RPFILTER';
  return mode === 1 && route.dev !== dev.name ? 'IP_RPFILTER' : null;
}

/** inet_addr_type_dev_table: what kind of address this is, here; with `dev`, local counts only on that device. */
export function addressType(netns: Netns, addr: IpAddr, dev: string | null): AddrType {
  if (addr === IP_ANY || addr === IP_BROADCAST) return 'BROADCAST';
  if (isMulticast(addr)) return 'MULTICAST';
  const route = netns.fib.localRoute(addr);
  if (route === null || (dev !== null && route.dev !== dev)) return 'UNICAST';
  return route.type === 'broadcast' ? 'BROADCAST' : 'LOCAL';
}
