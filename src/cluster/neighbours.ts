/**
 * Scenarios may have all link addresses known beforehand, as the recordings were made: permanent entries between a Pod, its
 * gateway and the other Pods of the node, so that no ARP is seen and nothing expires.
 */
import { cidrAddress } from '../lib/cidr.ts';
import type { IpAddr } from '../lib/ip.ts';
import type { Mac } from '../lib/mac.ts';
import type { Provenance } from '../lib/provenance.ts';
import type { Netns } from '../net/netns.ts';
import type { WorldNode } from './nodes.ts';

const BY: Provenance = { actor: 'scenario', action: 'neighbours', object: null };

interface Station {
  readonly netns: Netns;
  readonly dev: string;
  readonly addr: IpAddr;
  readonly mac: Mac;
}

/** Adds what is missing; entries that stand are left alone. */
export function knowPods(nodes: readonly WorldNode[]): void {
  for (const node of nodes) {
    const { root } = node.kernel;
    const pods = node.kernel.namespaces().filter((netns) => netns !== root);
    const stations = [...pods.flatMap((netns) => station(netns, 'eth0')), ...station(root, 'cni0')];
    for (const a of stations) for (const b of stations) if (a !== b) know(a, b);
  }
}

function station(netns: Netns, name: string): readonly Station[] {
  const dev = netns.link(name);
  const entry = dev?.addresses[0];
  return dev === undefined || entry === undefined ? [] : [{ netns, dev: name, addr: cidrAddress(entry.address), mac: dev.mac }];
}

function know(a: Station, b: Station): void {
  const known = a.netns.neigh
    .view()
    .some((entry) => entry.addr === b.addr && entry.dev === a.dev && entry.state === 'PERMANENT' && entry.lladdr === b.mac);
  if (!known) a.netns.addNeigh({ dev: a.dev, addr: b.addr, lladdr: b.mac, state: 'PERMANENT' }, BY);
}
