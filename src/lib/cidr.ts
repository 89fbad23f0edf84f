/**
 * IPv4 prefixes as branded text `address/length`, as the tools print them.
 */
import { assert, assertExists } from './assert.ts';
import { ipFromU32, ipToU32, parseU32, type IpAddr } from './ip.ts';

declare const cidrBrand: unique symbol;

/** An IPv4 prefix in canonical form, e.g. `10.244.0.0/16`. Host bits may be set where it is an interface address. */
export type Cidr = string & { readonly [cidrBrand]: true };

/** The parts of a prefix ready for matching: `(addr & mask) === network`. */
export interface Prefix {
  readonly network: number;
  readonly mask: number;
  readonly length: number;
}

/** The netmask of a prefix length, as u32. */
export function maskOf(length: number): number {
  return length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
}

/** The prefix of `text` (`a.b.c.d/n`), or null when it is malformed. */
export function parseCidr(text: string): Cidr | null {
  const slash = text.indexOf('/');
  if (slash < 0 || parseU32(text.slice(0, slash)) === null) return null;
  const length = text.slice(slash + 1);
  return /^(0|[1-9]\d?)$/.test(length) && Number(length) <= 32 ? (text as Cidr) : null;
}

/** The prefix of text known to be valid; throws InvariantError otherwise. */
export function cidr(text: string): Cidr {
  return assertExists(parseCidr(text), `not an IPv4 prefix: ${text}`);
}

export function cidrOf(addr: IpAddr, length: number): Cidr {
  assert(length >= 0 && length <= 32, `prefix length ${length}`);
  return `${addr}/${length}` as Cidr;
}

/** The address part, host bits kept. */
export function cidrAddress(prefix: Cidr): IpAddr {
  return prefix.slice(0, prefix.indexOf('/')) as IpAddr;
}

export function cidrLength(prefix: Cidr): number {
  return Number(prefix.slice(prefix.indexOf('/') + 1));
}

/** Network, mask and length as numbers, host bits cleared. */
export function prefixOf(prefix: Cidr): Prefix {
  const length = cidrLength(prefix);
  const mask = maskOf(length);
  return { network: (ipToU32(cidrAddress(prefix)) & mask) >>> 0, mask, length };
}

export function prefixContains(prefix: Prefix, addr: number): boolean {
  return (addr & prefix.mask) >>> 0 === prefix.network;
}

/** True when `addr` lies in `prefix`. */
export function cidrContains(prefix: Cidr, addr: IpAddr): boolean {
  return prefixContains(prefixOf(prefix), ipToU32(addr));
}

/** The prefix with its host bits cleared. */
export function networkCidr(prefix: Cidr): Cidr {
  const { network, length } = prefixOf(prefix);
  return cidrOf(ipFromU32(network), length);
}

/** The first address of the range (the network address). */
export function networkAddress(prefix: Cidr): IpAddr {
  return ipFromU32(prefixOf(prefix).network);
}

/** The last address of the range. */
export function broadcastAddress(prefix: Cidr): IpAddr {
  const { network, mask } = prefixOf(prefix);
  return ipFromU32((network | ~mask) >>> 0);
}

/** True when the two ranges share an address. */
export function cidrOverlaps(a: Cidr, b: Cidr): boolean {
  const pa = prefixOf(a);
  const pb = prefixOf(b);
  return pa.length <= pb.length ? prefixContains(pa, pb.network) : prefixContains(pb, pa.network);
}
