/** Routes to other nodes' Pods by node address, as everything without a tunnel keeps them. */
import type { Node } from '../../api/types/node.ts';
import { networkCidr, parseCidr, type Cidr } from '../../lib/cidr.ts';
import { parseIp, type IpAddr } from '../../lib/ip.ts';
import type { Provenance } from '../../lib/provenance.ts';
import { ok, type Result } from '../../lib/result.ts';
import type { Netns } from '../../net/netns.ts';

/** Where a node's Pods are. */
export interface NodeSubnet {
  readonly nodeIP: IpAddr;
  /** spec.podCIDR, as a prefix. */
  readonly podCIDR: Cidr;
}

/** Null while the Node has no InternalIP or no podCIDR. */
export function nodeSubnet({ spec, status }: Node): NodeSubnet | null {
  const address = (status.addresses ?? []).find(({ type }) => type === 'InternalIP')?.address;
  const nodeIP = address === undefined ? null : parseIp(address);
  const podCIDR = parseCidr(spec.podCIDR ?? '');
  return nodeIP === null || podCIDR === null ? null : { nodeIP, podCIDR: networkCidr(podCIDR) };
}

/** One route to the other node's Pods; those to the same Pods by another gateway are taken away. */
export function syncRoute(root: Netns, { nodeIP, podCIDR }: NodeSubnet, by: Provenance): Result<void, string> {
  const present = root.fib.routes().filter((route) => route.table === 'main' && route.dst === podCIDR);
  for (const route of present) {
    if (route.via === nodeIP) continue;
    const removed = root.deleteRoute({ dst: podCIDR, via: route.via, dev: route.dev });
    if (!removed.ok) return removed;
  }
  return present.some((route) => route.via === nodeIP) ? ok(undefined) : root.addRoute({ dst: podCIDR, via: nodeIP }, by);
}
