/**
 * Scenarios may have all link addresses known beforehand, as the recordings were made: permanent entries between a Pod and its
 * gateway, and between the Pods of a bridge, so that no ARP is seen and nothing expires.
 */
import { cidrAddress } from '../lib/cidr.ts';
import type { IpAddr } from '../lib/ip.ts';
import type { Mac } from '../lib/mac.ts';
import type { Provenance } from '../lib/provenance.ts';
import type { NetDevice } from '../net/dev/device.ts';
import { Veth } from '../net/dev/veth.ts';
import type { WorldNode } from './nodes.ts';

const BY: Provenance = { actor: 'scenario', action: 'neighbours', object: null };

/** Adds what is missing; entries that stand are left alone. */
export function knowPods(nodes: readonly WorldNode[]): void {
  for (const { kernel } of nodes) {
    /** Everybody on a bridge, the bridge itself included. */
    const segments = new Map<NetDevice, NetDevice[]>();
    for (const netns of kernel.namespaces()) {
      const end = netns === kernel.root ? undefined : netns.link('eth0');
      if (!(end instanceof Veth) || end.peer === null) continue;
      const { master } = end.peer;
      if (master === null) knowRouted(end, end.peer);
      else segments.set(master, [...(segments.get(master) ?? [master]), end]);
    }
    for (const stations of segments.values())
      for (const a of stations) for (const b of stations) if (a !== b) for (const addr of addressesOf(b)) know(a, addr, b.mac);
  }
}

/** A routed Pod and the node's end of its pair: the gateways of one, the addresses of the other. */
function knowRouted(end: NetDevice, peer: NetDevice): void {
  for (const { dev, via } of end.netns.fib.routes()) if (dev === end.name && via !== null) know(end, via, peer.mac);
  for (const addr of addressesOf(end)) know(peer, addr, end.mac);
}

function addressesOf(dev: NetDevice): readonly IpAddr[] {
  return dev.addresses.map(({ address }) => cidrAddress(address));
}

function know(dev: NetDevice, addr: IpAddr, mac: Mac): void {
  const { neigh } = dev.netns;
  const known = neigh
    .view()
    .some((entry) => entry.addr === addr && entry.dev === dev.name && entry.state === 'PERMANENT' && entry.lladdr === mac);
  if (!known) dev.netns.addNeigh({ dev: dev.name, addr, lladdr: mac, state: 'PERMANENT' }, BY);
}
