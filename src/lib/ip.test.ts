import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { compareIp, familyOf, ip, ipAdd, ipFromU32, ipToU32, isLoopback, isMulticast, parseIp } from './ip.ts';

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });

describe('IPv4 addresses', () => {
  test.each(['0.0.0.0', '10.244.0.2', '255.255.255.255'])('%s is one', (text) => {
    expect(parseIp(text)).toBe(text);
  });

  test.each([
    '',
    '10.244.0',
    '10.244.0.2.1',
    '256.0.0.1',
    '01.2.3.4',
    '1.2.3.4 ',
    '1.2.3.-4',
    'fe80::1',
    '1.2.3.4/24',
    '0x1.2.3.4',
    '1..2.3',
  ])('%j is none', (text) => {
    expect(parseIp(text)).toBeNull();
  });

  test('text and number are one value', () => {
    fc.assert(
      fc.property(u32, (value) => ipToU32(ipFromU32(value)) === value && parseIp(ipFromU32(value)) === ipFromU32(value)),
    );
  });

  test('agree with ipaddr.js', () => {
    fc.assert(
      fc.property(u32, (value) => {
        const address = ipFromU32(value);
        expect(
          ipaddr.IPv4.parse(address)
            .toByteArray()
            .reduce((sum, octet) => sum * 256 + octet, 0),
        ).toBe(value);
        const range = ipaddr.IPv4.parse(address).range();
        expect([isLoopback(address), isMulticast(address)]).toEqual([range === 'loopback', range === 'multicast']);
      }),
    );
  });

  test('the next address carries over octets and wraps', () => {
    expect([ipAdd(ip('10.0.0.255'), 1), ipAdd(ip('255.255.255.255'), 1), ipAdd(ip('10.0.1.0'), -1)]).toEqual([
      '10.0.1.0',
      '0.0.0.0',
      '10.0.0.255',
    ]);
  });

  test('are sorted by number, not by text', () => {
    expect([ip('10.0.0.10'), ip('9.0.0.1'), ip('10.0.0.9')].sort(compareIp)).toEqual(['9.0.0.1', '10.0.0.9', '10.0.0.10']);
  });

  test('know their family', () => {
    expect(familyOf(ip('10.0.0.1'))).toBe('IPv4');
  });

  test('text known to be valid that is not is a broken invariant', () => {
    expect(() => ip('10.0.0')).toThrow('not an IPv4 address: 10.0.0');
  });
});
