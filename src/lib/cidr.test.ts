import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import {
  broadcastAddress,
  cidr,
  cidrAddress,
  cidrContains,
  cidrLength,
  cidrOf,
  cidrOverlaps,
  maskOf,
  networkAddress,
  networkCidr,
  parseCidr,
} from './cidr.ts';
import { ip, ipFromU32 } from './ip.ts';

const address = fc.integer({ min: 0, max: 0xffff_ffff }).map(ipFromU32);
const length = fc.integer({ min: 0, max: 32 });
const prefix = fc.tuple(address, length).map(([addr, bits]) => cidrOf(addr, bits));

describe('IPv4 prefixes', () => {
  test.each(['0.0.0.0/0', '10.244.0.0/16', '10.244.0.1/24', '255.255.255.255/32'])('%s is one', (text) => {
    expect(parseCidr(text)).toBe(text);
  });

  test.each([
    '10.244.0.0',
    '10.244.0.0/',
    '10.244.0.0/33',
    '10.244.0.0/016',
    '10.244.0/16',
    '10.244.0.0/-1',
    '/24',
    '10.244.0.0/1e1',
  ])('%j is none', (text) => {
    expect(parseCidr(text)).toBeNull();
  });

  test('masks', () => {
    expect([0, 1, 24, 32].map(maskOf)).toEqual([0, 0x8000_0000, 0xffff_ff00, 0xffff_ffff]);
  });

  test('an interface address keeps its host bits, its network does not', () => {
    const own = cidr('10.244.0.1/24');
    expect([cidrAddress(own), cidrLength(own), networkCidr(own), networkAddress(own), broadcastAddress(own)]).toEqual([
      '10.244.0.1',
      24,
      '10.244.0.0/24',
      '10.244.0.0',
      '10.244.0.255',
    ]);
  });

  test('what they contain agrees with ipaddr.js', () => {
    fc.assert(
      fc.property(prefix, address, (range, addr) => {
        const [network, bits] = ipaddr.IPv4.parseCIDR(range);
        expect(cidrContains(range, addr)).toBe(ipaddr.IPv4.parse(addr).match(network, bits));
        expect(networkAddress(range)).toBe(ipaddr.IPv4.networkAddressFromCIDR(range).toString());
        expect(broadcastAddress(range)).toBe(ipaddr.IPv4.broadcastAddressFromCIDR(range).toString());
      }),
    );
  });

  test('two overlap when one holds the ends of the other', () => {
    fc.assert(
      fc.property(prefix, prefix, (a, b) => {
        const holds = (x: typeof a, y: typeof a): boolean =>
          cidrContains(x, networkAddress(y)) && cidrContains(x, broadcastAddress(y));
        expect(cidrOverlaps(a, b)).toBe(holds(a, b) || holds(b, a));
        expect(cidrOverlaps(b, a)).toBe(cidrOverlaps(a, b));
      }),
    );
  });

  test('neighbouring ranges do not overlap', () => {
    expect([
      cidrOverlaps(cidr('10.0.0.0/25'), cidr('10.0.0.128/25')),
      cidrContains(cidr('10.0.0.0/25'), ip('10.0.0.128')),
    ]).toEqual([false, false]);
  });
});
