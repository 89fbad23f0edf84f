/**
 * What the interface plugins share: the veth pair and the Pod's end of it (containernetworking/plugins v1 pkg/ip/link_linux.go
 * SetupVeth, pkg/ipam/ipam_linux.go ConfigureIface).
 *
 * The pair is made in the Pod's namespace with its node end put straight into the node's, so both ends take the next free index
 * where they live. Seen with `ip addr`, `ip route` on both sides.
 */
import { broadcastAddress, cidrLength, type Cidr } from '../../lib/cidr.ts';
import type { IpAddr } from '../../lib/ip.ts';
import type { Provenance } from '../../lib/provenance.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { NetDevice } from '../../net/dev/device.ts';
import type { Kernel } from '../../net/kernel.ts';
import type { Netns } from '../../net/netns.ts';
import type { Allocation } from './host-local/host-local.ts';
import type { CniContext, CniRoute } from './plugin.ts';

export const DEFAULT_ROUTE = '0.0.0.0/0' as Cidr;

export interface VethPair {
  /** The node's end. */
  readonly host: NetDevice;
  /** The Pod's end. */
  readonly container: NetDevice;
}

/** `veth` and eight random hexadecimal digits (RandomVethName). */
export function randomVethName(kernel: Kernel): string {
  return `veth${kernel.random('cni.veth').hex(8)}`;
}

/** Makes the pair, its queues of no length as netlink's zero value asks, and sets its node end up. */
export function setupVeth(
  { netns, ifName }: CniContext,
  { mtu, root, hostName }: { readonly mtu: number; readonly root: Netns; readonly hostName: string },
  by: Provenance,
): Result<VethPair, string> {
  if (netns.link(ifName) !== undefined) return err(`container veth name provided (${ifName}) already exists`);
  const made = netns.addVeth({ name: ifName, mtu, qlen: 0, peer: { name: hostName, netns: root } }, by);
  if (!made.ok) return err(`failed to make veth pair: ${made.error}`);
  const up = root.setLink(hostName, { up: true }, by);
  if (!up.ok) return err(`failed to set "${hostName}" up: ${up.error}`);
  const host = root.link(hostName);
  const container = netns.link(ifName);
  if (host === undefined || container === undefined) return err(`failed to lookup "${hostName}": Link not found`);
  return ok({ host, container });
}

/** Device up, address, routes, in this order. */
export function configureIface(
  netns: Netns,
  ifName: string,
  {
    allocation,
    routes,
    by,
  }: { readonly allocation: Allocation; readonly routes: readonly CniRoute[]; readonly by: Provenance },
): Result<void, string> {
  const up = netns.setLink(ifName, { up: true }, by);
  if (!up.ok) return err(`failed to set "${ifName}" UP: ${up.error}`);
  const added = netns.addAddress(ifName, allocation.address, { broadcast: broadcastOf(allocation.address) }, by);
  if (!added.ok) return err(`failed to add IP addr ${allocation.address} to "${ifName}": ${added.error}`);
  for (const { dst, gw } of routes) {
    const route = netns.addRoute({ dst: dst === DEFAULT_ROUTE ? 'default' : dst, via: gw, dev: ifName }, by);
    if (!route.ok) return err(`failed to add route '${dst} via ${gw ?? '<nil>'} dev ${ifName}': ${route.error}`);
  }
  return ok(undefined);
}

/** What netlink libraries add: the last address of the prefix, none for /31 and /32. */
export function broadcastOf(address: Cidr): IpAddr | null {
  return cidrLength(address) >= 31 ? null : broadcastAddress(address);
}
