/**
 * In which order a client tries the addresses of a name (RFC 6724 for IPv4): those it has a route to first, then near ones, else as the
 * server listed them. glibc calls an address near when it lies in the subnet of its own (getaddrinfo.c rfc3484_sort, rule 9), musl by
 * the length of the common prefix alone (lookup_name.c): that is why a headless Service is not spread evenly over its Pods.
 *
 * Simplification: scopes and labels are left out, as all addresses here are IPv4 of global scope.
 */
import { cidrContains } from '../../lib/cidr.ts';
import { ipToU32, type IpAddr } from '../../lib/ip.ts';
import { connect } from '../socket/connect.ts';
import type { Netns } from '../netns.ts';
import type { Libc } from './lookup.ts';

export function sortAddresses(netns: Netns, addresses: readonly IpAddr[], libc: Libc): readonly IpAddr[] {
  if (addresses.length < 2) return addresses;
  const keyed = addresses.map((address) => ({ address, nearness: nearness(netns, address, libc) }));
  return keyed.sort((a, b) => b.nearness - a.nearness).map(({ address }) => address);
}

/** -1 without a route, else how many leading bits count as common. */
function nearness(netns: Netns, address: IpAddr, libc: Libc): number {
  const ends = connect(netns, address, 'udp');
  if (ends.kind === 'error') return -1;
  return libc === 'musl' || sameSubnet(netns, ends.src, address) ? commonBits(ends.src, address) : 0;
}

function sameSubnet(netns: Netns, own: IpAddr, other: IpAddr): boolean {
  return netns
    .links()
    .flatMap((dev) => dev.addresses)
    .some(({ address }) => cidrContains(address, own) && address.startsWith(`${own}/`) && cidrContains(address, other));
}

function commonBits(a: IpAddr, b: IpAddr): number {
  return Math.clz32((ipToU32(a) ^ ipToU32(b)) >>> 0);
}
