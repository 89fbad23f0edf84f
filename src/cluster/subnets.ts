/**
 * The subnets of the underlay: one, or those that the router's cards are in. Each is an Ethernet segment of its own.
 */
import { cidr, cidrAddress, cidrContains, networkCidr, type Cidr } from '../lib/cidr.ts';
import type { IpAddr } from '../lib/ip.ts';
import type { ClusterSpec } from './scenario.ts';

export interface Subnet {
  readonly cidr: Cidr;
  /** The router's address in it; null where there is none. */
  readonly router: IpAddr | null;
}

/** In the order of the router's cards. */
export function subnetsOf({
  underlayCIDR,
  router,
}: Pick<ClusterSpec, 'underlayCIDR' | 'router'>): readonly [Subnet, ...Subnet[]] {
  const [first, ...others] = (router?.addresses ?? []).map((text): Subnet => {
    const address = cidr(text);
    return { cidr: networkCidr(address), router: cidrAddress(address) };
  });
  return [first ?? { cidr: cidr(underlayCIDR), router: null }, ...others];
}

/** The subnet that holds an address; the first one for an address of none. */
export function subnetOf(spec: Pick<ClusterSpec, 'underlayCIDR' | 'router'>, address: IpAddr): Subnet {
  const subnets = subnetsOf(spec);
  return subnets.find((subnet) => cidrContains(subnet.cidr, address)) ?? subnets[0];
}
