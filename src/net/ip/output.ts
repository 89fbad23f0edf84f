/**
 * What a namespace sends: OUTPUT, routing again where a rule moved the packet, POSTROUTING, neighbour, device
 * (net/ipv4/ip_output.c __ip_local_out, ip_output, ip_finish_output2; net/ipv4/netfilter.c ip_route_me_harder).
 *
 * Simplification: the fragments of a packet travel as one, which devices take as if it were as long as the longest of them: none is
 * lost or counted by itself. Multicast has no groups and no link addresses of its own: it goes where its route says, like any other
 * packet.
 */
import { assertNever } from '../../lib/assert.ts';
import { MAC_BROADCAST, MAC_ZERO } from '../../lib/mac.ts';
import { IP_BROADCAST, type IpAddr } from '../../lib/ip.ts';
import { devQueueXmit, type NetDevice } from '../dev/device.ts';
import type { Netns } from '../netns.ts';
import type { Skb } from '../skb.ts';
import type { RouteView } from '../trace/trace.ts';
import { fragmented, longestBytes } from '../wire/size.ts';
import { addressType, routeOutput, type OutputRoute } from './route.ts';

/** Why a process could not send, as errno. */
export type SendError = Extract<OutputRoute, { kind: 'error' }>['errno'] | 'EPERM';

/** Sends a complete IPv4 packet made here; null when it went on its way, else what the sender is told. */
export function ipLocalOut(netns: Netns, skb: Skb, options: { readonly src: IpAddr }): SendError | null {
  if (skb.l3.kind !== 'ipv4') return null;
  const route = routeOutput(netns, { dst: skb.l3.dst, src: options.src, oif: null });
  recordOutputRoute(netns, skb, route, false);
  if (route.kind === 'error') {
    netns.drop(skb, 'IP_OUTNOROUTES', `no route to ${skb.l3.dst}`);
    return route.errno;
  }
  let way: OutputRoute = route;
  const reroute = (): boolean => {
    way = routeAgain(netns, skb) ?? way;
    return way.kind === 'route';
  };
  // The hook's outgoing device stays the first one, whatever nat makes of the destination (nf_hook_state).
  skb.oif = route.dev.name;
  const passed = netns.hook('OUTPUT', skb, 'ip', reroute);
  return sendOn(netns, skb, way, passed);
}

function sendOn(netns: Netns, skb: Skb, way: OutputRoute, passed: boolean): SendError | null {
  if (way.kind === 'error') return way.errno;
  return passed && ipOutput(netns, skb, way.dev, way.nexthop) ? null : 'EPERM';
}

/** ip_route_me_harder: the packet changed after it was routed, so it is routed once more. */
function routeAgain(netns: Netns, skb: Skb): OutputRoute | null {
  if (skb.l3.kind !== 'ipv4') return null;
  const type = addressType(netns, skb.l3.src, null);
  const src = type === 'LOCAL' || type === 'UNICAST' ? skb.l3.src : null;
  const route = routeOutput(netns, { dst: skb.l3.dst, src, oif: null });
  recordOutputRoute(netns, skb, route, true);
  if (route.kind === 'error') netns.drop(skb, 'IP_OUTNOROUTES', `no route to ${skb.l3.dst}`);
  return route;
}

function recordOutputRoute(netns: Netns, skb: Skb, result: OutputRoute, again: boolean): void {
  if (skb.recorder === null || skb.l3.kind !== 'ipv4') return;
  netns.record(skb, {
    kind: 'route.lookup',
    direction: 'output',
    dst: skb.l3.dst,
    route: result.route,
    passedOver: passedOver(netns, skb.l3.dst, result.route),
    srcChosen: result.kind === 'route' && !again ? result.src : null,
    again,
  });
}

/** The matching routes that lost to `chosen`. */
export function passedOver(netns: Netns, dst: IpAddr, chosen: RouteView | null): readonly RouteView[] {
  return netns.fib.matching(dst).filter((route) => route !== chosen);
}

/** POSTROUTING, then the device; also the end of the forwarding path. False when a rule stopped the packet. */
export function ipOutput(netns: Netns, skb: Skb, dev: NetDevice, nexthop: IpAddr): boolean {
  skb.oif = dev.name;
  skb.nexthop = nexthop;
  if (!netns.hook('POSTROUTING', skb, 'ip') || skb.l3.kind !== 'ipv4') return false;
  finishOutput(netns, skb, dev, nexthop);
  return true;
}

/** ip_finish_output: cut where it is too long, then the neighbour or the device itself. */
function finishOutput(netns: Netns, skb: Skb, dev: NetDevice, nexthop: IpAddr): void {
  if (skb.l3.kind !== 'ipv4') return;
  const mtu = mtuOf(netns, skb, skb.l3.dst, dev);
  if (longestBytes(skb.l3) > mtu) {
    if (skb.l3.df && !skb.ignoreDf) {
      netns.icmpError(skb, { type: 3, code: 4, mtu });
      netns.drop(skb, 'PKT_TOO_BIG', `${longestBytes(skb.l3)} bytes, ${dev.name} takes ${mtu}`);
      return;
    }
    skb.l3 = fragmented(skb.l3, mtu);
  }
  switch (dev.kind) {
    case 'loopback':
      skb.eth = { smac: MAC_ZERO, dmac: MAC_ZERO };
      devQueueXmit(dev, skb);
      return;
    case 'dummy':
    case 'ifb':
      skb.eth = { smac: dev.mac, dmac: dev.mac };
      devQueueXmit(dev, skb);
      return;
    case 'ipip':
      skb.eth = null;
      devQueueXmit(dev, skb);
      return;
    case 'bridge':
    case 'ether':
    case 'veth':
    case 'vxlan':
    case 'openvswitch':
      resolveAndSend(netns, skb, dev, nexthop);
      return;
    default:
      assertNever(dev.kind);
  }
}

/** What is known of the path binds what this host makes, not what it forwards (ip_skb_dst_mtu). */
function mtuOf(netns: Netns, { iif }: Skb, dst: IpAddr, dev: NetDevice): number {
  return iif === null ? netns.pathMtus.to(dst, dev.mtu, netns.now) : dev.mtu;
}

function resolveAndSend(netns: Netns, skb: Skb, dev: NetDevice, nexthop: IpAddr): void {
  if (!dev.up) {
    netns.drop(skb, 'DEV_READY', `${dev.name} is down`);
    return;
  }
  if (nexthop === IP_BROADCAST || addressType(netns, nexthop, dev.name) === 'BROADCAST') {
    skb.eth = { smac: dev.mac, dmac: MAC_BROADCAST };
    devQueueXmit(dev, skb);
    return;
  }
  netns.neigh.resolve(dev, nexthop, skb, (lladdr) => {
    skb.eth = { smac: dev.mac, dmac: lladdr };
    devQueueXmit(dev, skb);
  });
}
