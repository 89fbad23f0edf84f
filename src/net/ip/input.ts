/**
 * What a namespace receives: PREROUTING, routing, then up to a socket or on to another device
 * (net/ipv4/ip_input.c ip_rcv, ip_local_deliver; net/ipv4/ip_forward.c ip_forward).
 */
import { assertNever } from '../../lib/assert.ts';
import { packetType, type NetDevice } from '../dev/device.ts';
import type { Netns } from '../netns.ts';
import type { Skb } from '../skb.ts';
import type { Ipv4Packet } from '../wire/packet.ts';
import { longestBytes } from '../wire/size.ts';
import { icmpSend, receiveIcmp } from './icmp.ts';
import { ipOutput, passedOver } from './output.ts';
import { routeInput, type InputRoute } from './route.ts';

/** An IPv4 packet has arrived on `dev`. */
export function ipReceive(netns: Netns, dev: NetDevice, skb: Skb): void {
  const type = skb.eth === null || dev.kind === 'loopback' ? 'HOST' : packetType(skb.eth.dmac, dev.mac);
  if (type === 'OTHERHOST' && !skb.toHost && !acceptsForPort(dev, skb)) {
    netns.endPacket(skb, 'CONSUMED', null);
    return;
  }
  // A frame br_netfilter showed to PREROUTING already is not shown again (ip_sabotage_in).
  const seen = skb.bridged;
  skb.bridged = false;
  skb.toHost = false;
  // The port a bridged frame came in by is not forgotten when it is routed (nf_bridge_info): physdev and REJECT ask for it.
  skb.physout = null;
  if (!seen && !netns.hook('PREROUTING', skb, 'ip')) return;
  if (dev.kind === 'loopback') deliverLocally(netns, skb);
  else routeAndGo(netns, dev, skb);
}

/** A bridge takes frames for the addresses of its ports. */
function acceptsForPort(dev: NetDevice, skb: Skb): boolean {
  return dev.kind === 'bridge' && skb.eth !== null && netnsBridgeHas(dev, skb.eth.dmac);
}

function netnsBridgeHas(dev: NetDevice, mac: string): boolean {
  return dev.netns.links().some((port) => port.master === dev && port.mac === mac);
}

function routeAndGo(netns: Netns, dev: NetDevice, skb: Skb): void {
  const result = routeInput(netns, skb, dev);
  recordInputRoute(netns, skb, result);
  switch (result.kind) {
    case 'local':
      deliverLocally(netns, skb);
      return;
    case 'forward':
      forward(netns, skb, result);
      return;
    case 'drop':
      if (result.icmpCode !== null) reportNoRoute(netns, skb, result.icmpCode);
      netns.drop(skb, result.reason, dropDetail(skb, dev, result));
      return;
    default:
      assertNever(result);
  }
}

/** ip_error: the sender is told, but not more often than its tokens allow. */
function reportNoRoute(netns: Netns, skb: Skb, code: number): void {
  if (skb.l3.kind === 'ipv4' && netns.peers.takeToken(skb.l3.src, netns.now))
    icmpSend(netns, skb, { type: 3, code, mtu: null });
}

function recordInputRoute(netns: Netns, skb: Skb, result: InputRoute): void {
  if (skb.recorder === null || skb.l3.kind !== 'ipv4') return;
  netns.record(skb, {
    kind: 'route.lookup',
    direction: 'input',
    dst: skb.l3.dst,
    route: result.route,
    passedOver: passedOver(netns, skb.l3.dst, result.route),
    srcChosen: null,
    again: false,
  });
}

function dropDetail(skb: Skb, dev: NetDevice, result: Extract<InputRoute, { kind: 'drop' }>): string {
  const { src, dst } = skb.l3.kind === 'ipv4' ? skb.l3 : { src: '', dst: '' };
  switch (result.reason) {
    case 'IP_INADDRERRORS':
      return `${dst} is not an address of this host, and net.ipv4.ip_forward is 0`;
    case 'IP_RPFILTER':
      return `the way back to ${src} is not through ${dev.name}`;
    case 'IP_LOCALNET':
      return `loopback addresses are not accepted on ${dev.name} (route_localnet is 0)`;
    case 'IP_INVALID_SOURCE':
      return `${src} is an address of this host or not a valid source`;
    default:
      return `no route to ${dst}`;
  }
}

/** ip_forward: TTL, MTU, FORWARD, then out. */
function forward(netns: Netns, skb: Skb, to: Extract<InputRoute, { kind: 'forward' }>): void {
  if (skb.l3.kind !== 'ipv4') return;
  if (skb.l3.ttl <= 1) {
    icmpSend(netns, skb, { type: 11, code: 0, mtu: null });
    netns.drop(skb, 'TTL_EXCEEDED', 'the time to live ran out');
    return;
  }
  if (skb.l3.df && longestBytes(skb.l3) > to.dev.mtu) {
    icmpSend(netns, skb, { type: 3, code: 4, mtu: to.dev.mtu });
    netns.drop(skb, 'PKT_TOO_BIG', `${longestBytes(skb.l3)} bytes, ${to.dev.name} takes ${to.dev.mtu}`);
    return;
  }
  const from = skb.l3.ttl;
  skb.crossed = 0;
  skb.l3 = { ...skb.l3, ttl: from - 1 };
  netns.record(skb, { kind: 'ttl', from, to: from - 1 });
  skb.oif = to.dev.name;
  if (!netns.hook('FORWARD', skb, 'ip')) return;
  ipOutput(netns, skb, to.dev, to.nexthop);
}

/** ip_local_deliver: INPUT, then the protocol. */
function deliverLocally(netns: Netns, skb: Skb): void {
  skb.oif = null;
  if (!netns.hook('INPUT', skb, 'ip') || skb.l3.kind !== 'ipv4') return;
  deliverProtocol(netns, skb, skb.l3);
}

function deliverProtocol(netns: Netns, skb: Skb, packet: Ipv4Packet): void {
  const { l4 } = packet;
  switch (l4.kind) {
    case 'tcp':
      netns.sockets.deliverTcp(skb, packet, l4);
      return;
    case 'udp':
      netns.sockets.deliverUdp(skb, packet, l4);
      return;
    case 'icmp':
      receiveIcmp(netns, skb, packet, l4);
      return;
    case 'ipencap':
      receiveIpencap(netns, skb, packet, l4.packet);
      return;
    default:
      assertNever(l4);
  }
}

/** tunnel4_rcv: the fallback device takes what nobody else does, while it is up. */
function receiveIpencap(netns: Netns, skb: Skb, packet: Ipv4Packet, enclosed: Ipv4Packet): void {
  const { ipip } = netns;
  if (ipip?.up === true) {
    ipip.receiveEncapsulated(skb, packet, enclosed);
    return;
  }
  icmpSend(netns, skb, { type: 3, code: 3, mtu: null });
  netns.drop(skb, 'IP_NOPROTO', 'no ipip device is up');
}
