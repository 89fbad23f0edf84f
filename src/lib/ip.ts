/**
 * IP addresses as branded canonical text.
 *
 * Packets, traces, tables and snapshots hold addresses as the text a tool prints, so they can be read, cloned and compared
 * with ===; arithmetic (prefix match, next address) parses to u32 at its edge. The family is told by the text: a colon means IPv6.
 * Simplification: only IPv4 is parsed; IPv6 text is refused with an error.
 */
import { assert } from './assert.ts';

declare const ipBrand: unique symbol;

/** An IPv4 address in canonical dotted decimal, e.g. `10.244.0.2`. */
export type IpAddr = string & { readonly [ipBrand]: true };

export type Family = 'IPv4' | 'IPv6';

const OCTET = /^(0|[1-9]\d{0,2})$/;

/** u32 value of IPv4 text, or null when it is not one (leading zeros are refused as Go's netip does). */
export function parseU32(text: string): number | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  let value = 0;
  for (const part of parts) {
    if (!OCTET.test(part)) return null;
    const octet = Number(part);
    if (octet > 255) return null;
    value = value * 256 + octet;
  }
  return value;
}

/** The address, or null when `text` is not a valid IPv4 address. */
export function parseIp(text: string): IpAddr | null {
  return parseU32(text) === null ? null : (text as IpAddr);
}

/** The address of text known to be valid; throws InvariantError otherwise. */
export function ip(text: string): IpAddr {
  assert(parseU32(text) !== null, `not an IPv4 address: ${text}`);
  return text as IpAddr;
}

/** u32 of an address, computed without allocation (hot path of prefix matching). */
export function ipToU32(addr: IpAddr): number {
  let value = 0;
  let octet = 0;
  for (let i = 0; i < addr.length; i++) {
    const code = addr.charCodeAt(i);
    if (code === 46) {
      value = value * 256 + octet;
      octet = 0;
    } else octet = octet * 10 + (code - 48);
  }
  return value * 256 + octet;
}

/** The address whose u32 is `value` (modulo 2^32). */
export function ipFromU32(value: number): IpAddr {
  const v = value >>> 0;
  return `${v >>> 24}.${(v >>> 16) & 255}.${(v >>> 8) & 255}.${v & 255}` as IpAddr;
}

export function familyOf(addr: IpAddr): Family {
  return addr.includes(':') ? 'IPv6' : 'IPv4';
}

/** The address `offset` after `addr`. */
export function ipAdd(addr: IpAddr, offset: number): IpAddr {
  return ipFromU32(ipToU32(addr) + offset);
}

/** Numeric order, as tools sort addresses. */
export function compareIp(a: IpAddr, b: IpAddr): number {
  return ipToU32(a) - ipToU32(b);
}

export const IP_ANY = '0.0.0.0' as IpAddr;
export const IP_LOOPBACK = '127.0.0.1' as IpAddr;
export const IP_BROADCAST = '255.255.255.255' as IpAddr;

/** 127.0.0.0/8 (kernel ipv4_is_loopback). */
export function isLoopback(addr: IpAddr): boolean {
  return addr.startsWith('127.');
}

/** 224.0.0.0/4 (kernel ipv4_is_multicast). */
export function isMulticast(addr: IpAddr): boolean {
  return ipToU32(addr) >>> 28 === 14;
}
