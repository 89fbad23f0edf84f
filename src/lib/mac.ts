/**
 * Ethernet addresses as branded lower-case text, as `ip link` prints them.
 */
import { assert } from './assert.ts';
import type { RngStream } from './rng.ts';

declare const macBrand: unique symbol;

/** Six octets, `0a:58:0a:f4:00:02`. */
export type Mac = string & { readonly [macBrand]: true };

const MAC = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/;

/** The address, or null when `text` is not six lower-case hexadecimal octets. */
export function parseMac(text: string): Mac | null {
  return MAC.test(text) ? (text as Mac) : null;
}

export function mac(text: string): Mac {
  assert(MAC.test(text), `not a link-layer address: ${text}`);
  return text as Mac;
}

export const MAC_BROADCAST = 'ff:ff:ff:ff:ff:ff' as Mac;
export const MAC_ZERO = '00:00:00:00:00:00' as Mac;

/** The group bit of the first octet: broadcast and multicast frames. */
export function isGroup(address: Mac): boolean {
  return (parseInt(address.slice(0, 2), 16) & 1) === 1;
}

/** A random unicast, locally administered address (kernel eth_random_addr). */
export function randomMac(rng: RngStream): Mac {
  const octets = Array.from({ length: 6 }, () => rng.below(256));
  octets[0] = ((octets[0] ?? 0) & 0xfe) | 0x02;
  return octets.map((octet) => octet.toString(16).padStart(2, '0')).join(':') as Mac;
}
