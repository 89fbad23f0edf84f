/**
 * br_netfilter: bridged IPv4 frames meet the IP hooks (net/bridge/br_netfilter_hooks.c).
 *
 * PREROUTING runs with the bridge as input device and the port as physical one. When DNAT changed the destination the kernel
 * routes: a target on the same bridge stays bridged with the target's MAC (the source MAC stays the sender's); anything else gets the
 * bridge's own MAC and goes up to be routed. Bridged on, FORWARD and POSTROUTING follow; routed up, PREROUTING is not run twice (ip_sabotage_in).
 * Simplification: the destination MAC of a bridged DNAT comes from the neighbour table without the detour through the bridge's own
 * xmit that the kernel takes while the neighbour has no cached header (br_nf_pre_routing_finish_bridge slow path).
 */
import { assertNever } from '../../lib/assert.ts';
import type { IpAddr } from '../../lib/ip.ts';
import { routeInput } from '../ip/route.ts';
import type { Skb } from '../skb.ts';
import type { Bridge } from './bridge.ts';
import type { NetDevice } from './device.ts';

function enabled(bridge: Bridge): boolean {
  return bridge.netns.sysctl.number('net.bridge.bridge-nf-call-iptables') === 1;
}

/** br_nf_pre_routing and br_nf_pre_routing_finish; ends in `handleFrameFinish` unless a rule drops the packet. */
export function bridgePreRouting(bridge: Bridge, port: NetDevice, skb: Skb): void {
  const { netns } = bridge;
  if (!enabled(bridge)) {
    netns.record(skb, { kind: 'bridge.nf', bridge: bridge.name, enabled: false, outcome: 'skipped' });
    bridge.handleFrameFinish(port, skb);
    return;
  }
  const before = skb.l3.kind === 'ipv4' ? skb.l3.dst : null;
  skb.iif = bridge.name;
  skb.physin = port.name;
  if (!netns.hook('PREROUTING', skb, 'bridge')) return;
  skb.bridged = true;
  const after = skb.l3.kind === 'ipv4' ? skb.l3.dst : null;
  if (after === null || after === before) {
    netns.record(skb, { kind: 'bridge.nf', bridge: bridge.name, enabled: true, outcome: 'bridged' });
    bridge.handleFrameFinish(port, skb);
    return;
  }
  finishDnat(bridge, port, skb, after);
}

function finishDnat(bridge: Bridge, port: NetDevice, skb: Skb, dst: IpAddr): void {
  const { netns } = bridge;
  const out = outputDevice(bridge, skb);
  if (out === null) {
    netns.drop(skb, 'IP_INVALID_SOURCE', `${dst} or its sender is no address to route between`);
    return;
  }
  if (out !== bridge) {
    if (skb.eth !== null) skb.eth = { ...skb.eth, dmac: bridge.mac };
    netns.record(skb, { kind: 'bridge.nf', bridge: bridge.name, enabled: true, outcome: 'routed' });
    bridge.handleFrameFinish(port, skb);
    return;
  }
  skb.toHost = skb.eth !== null && (skb.eth.dmac === bridge.mac || skb.eth.dmac === port.mac);
  netns.neigh.resolve(bridge, dst, skb, (lladdr) => {
    if (skb.eth !== null) skb.eth = { ...skb.eth, dmac: lladdr };
    netns.record(skb, { kind: 'bridge.nf', bridge: bridge.name, enabled: true, outcome: 'dnat-bridged' });
    bridge.handleFrameFinish(port, skb);
  });
}

/**
 * Where the new destination lies; null for a martian, which is freed here. Without a route or with forwarding off the kernel still
 * finds an entry (one that ends in ip_error), so the frame goes up and is dropped there.
 */
function outputDevice(bridge: Bridge, skb: Skb): NetDevice | null {
  const input = routeInput(bridge.netns, skb, bridge);
  switch (input.kind) {
    case 'forward':
      return input.dev;
    case 'local':
      return bridge.netns.loopback;
    case 'drop':
      return input.reason === 'IP_INADDRERRORS' || input.reason === 'IP_INNOROUTES' ? bridge.netns.loopback : null;
    default:
      return assertNever(input);
  }
}

/** FORWARD and POSTROUTING of a bridged frame that came from a port; false when a rule dropped it. */
export function bridgeForwardHooks(bridge: Bridge, to: NetDevice, skb: Skb): boolean {
  if (!skb.bridged) return true;
  const { netns } = bridge;
  skb.iif = bridge.name;
  skb.oif = bridge.name;
  skb.physout = to.name;
  return netns.hook('FORWARD', skb, 'bridge') && netns.hook('POSTROUTING', skb, 'bridge');
}
