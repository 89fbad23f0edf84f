import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { cidr, cidrOf, networkCidr } from '../../lib/cidr.ts';
import { ip, ipFromU32 } from '../../lib/ip.ts';
import { BY_KERNEL } from '../../lib/provenance.ts';
import { Fib, type RouteSpec } from './fib.ts';

function fibOf(...specs: readonly RouteSpec[]): Fib {
  const fib = new Fib();
  for (const spec of specs) expect(fib.add(spec, BY_KERNEL, 0)).toBe(true);
  return fib;
}

const texts = (fib: Fib): readonly string[] => fib.routes().map(({ text }) => text);

describe('a routing table', () => {
  test('prints routes as `ip route` does', () => {
    const fib = fibOf(
      { dst: 'default', via: ip('192.168.1.100'), dev: 'eth0' },
      { dst: cidr('192.168.1.0/24'), dev: 'eth0', proto: 'kernel', scope: 'link', src: ip('192.168.1.12') },
      { dst: cidr('10.244.1.0/24'), via: ip('10.244.1.0'), dev: 'flannel.1', onlink: true },
      { dst: cidr('10.244.2.7/32'), dev: 'veth7', scope: 'host' },
      { type: 'blackhole', dst: cidr('10.200.0.64/26'), proto: '80' },
      { dst: cidr('10.0.0.0/8'), dev: 'eth0', metric: 100 },
    );
    expect(texts(fib)).toEqual([
      'default via 192.168.1.100 dev eth0',
      '10.0.0.0/8 dev eth0 scope link metric 100',
      'blackhole 10.200.0.64/26 proto 80',
      '10.244.1.0/24 via 10.244.1.0 dev flannel.1 onlink',
      '10.244.2.7 dev veth7 scope host',
      '192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.12',
    ]);
  });

  test('prints the longest prefix of one network first', () => {
    const fib = fibOf(
      { dst: 'default', via: ip('10.244.0.1'), dev: 'eth0' },
      { dst: cidr('10.244.0.0/16'), via: ip('10.244.0.1'), dev: 'eth0' },
      { dst: cidr('10.244.0.0/24'), dev: 'eth0', proto: 'kernel', scope: 'link', src: ip('10.244.0.2') },
    );
    // As recorded of a Pod of flannel with VXLAN.
    expect(texts(fib)).toEqual([
      'default via 10.244.0.1 dev eth0',
      '10.244.0.0/24 dev eth0 proto kernel scope link src 10.244.0.2',
      '10.244.0.0/16 via 10.244.0.1 dev eth0',
    ]);
  });

  test('takes the local table before main, however long the prefix', () => {
    const fib = fibOf(
      { dst: cidr('10.0.0.1/32'), dev: 'eth0' },
      { table: 'local', type: 'local', dst: cidr('10.0.0.0/8'), dev: 'lo' },
    );
    expect(fib.lookup(ip('10.0.0.1'), null)?.table).toBe('local');
  });

  test('takes the lower metric among equal prefixes and names those passed over', () => {
    const fib = fibOf(
      { dst: cidr('10.0.0.0/8'), dev: 'b', metric: 20 },
      { dst: cidr('10.0.0.0/8'), dev: 'a', metric: 10 },
      { dst: 'default', dev: 'c' },
    );
    expect([...fib.matching(ip('10.1.1.1'))].map(({ dev }) => dev)).toEqual(['a', 'b', 'c']);
  });

  test('limited to a device, passes over better routes elsewhere', () => {
    const fib = fibOf({ dst: cidr('10.0.0.0/16'), dev: 'a' }, { dst: 'default', dev: 'b' });
    expect([fib.lookup(ip('10.0.0.1'), 'b')?.dst, fib.lookup(ip('10.0.0.1'), 'c')]).toEqual(['0.0.0.0/0', null]);
  });

  test('has one route per prefix and metric', () => {
    const fib = fibOf({ dst: 'default', dev: 'a' });
    expect([
      fib.add({ dst: 'default', dev: 'b' }, BY_KERNEL, 0),
      fib.add({ dst: 'default', dev: 'b', metric: 1 }, BY_KERNEL, 0),
    ]).toEqual([false, true]);
  });

  test('removes what agrees with all that is given', () => {
    const fib = fibOf(
      { dst: 'default', dev: 'a' },
      { dst: 'default', dev: 'b', metric: 5 },
      { dst: cidr('10.0.0.0/8'), dev: 'a' },
    );
    expect([fib.remove({ dst: 'default', dev: 'c' }), fib.remove({ dst: 'default', dev: 'b' }), texts(fib)]).toEqual([
      0,
      1,
      ['default dev a scope link', '10.0.0.0/8 dev a scope link'],
    ]);
    fib.removeWhere(({ dev }) => dev === 'a');
    expect([texts(fib), fib.lookup(ip('10.0.0.1'), null)]).toEqual([[], null]);
  });

  test('host bits of a destination do not count', () => {
    expect(fibOf({ dst: cidr('10.244.1.9/24'), dev: 'a' }).lookup(ip('10.244.1.200'), null)?.dst).toBe('10.244.1.0/24');
  });
});

describe('longest prefix match', () => {
  // Few high octets, so that prefixes nest and addresses hit them.
  const address = fc
    .tuple(fc.constantFrom(10, 11), fc.nat(3), fc.nat(255), fc.nat(255))
    .map(([a, b, c, d]) => ipFromU32(((a << 24) | (b << 16) | (c << 8) | d) >>> 0));
  const prefix = fc.tuple(address, fc.integer({ min: 0, max: 32 })).map(([addr, length]) => networkCidr(cidrOf(addr, length)));

  test('equals a walk over all routes (ipaddr.js decides what matches)', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(prefix, { maxLength: 40 }),
        fc.array(address, { minLength: 1, maxLength: 10 }),
        (prefixes, addresses) => {
          const fib = fibOf(...prefixes.map((dst) => ({ dst, dev: 'eth0' })));
          for (const addr of addresses) {
            const matching = prefixes.filter((dst) => ipaddr.IPv4.parse(addr).match(ipaddr.IPv4.parseCIDR(dst)));
            const best = matching.sort((a, b) => Number(b.split('/')[1]) - Number(a.split('/')[1]));
            expect([...fib.matching(addr)].map(({ dst }) => dst)).toEqual(best);
            expect(fib.lookup(addr, null)?.dst ?? null).toBe(best[0] ?? null);
          }
        },
      ),
    );
  });

  test('stays equal while routes come and go', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(prefix, fc.boolean()), { maxLength: 60 }), address, (changes, addr) => {
        const fib = new Fib();
        const left = new Set<string>();
        for (const [dst, adds] of changes) {
          expect(adds ? fib.add({ dst, dev: 'eth0' }, BY_KERNEL, 0) : fib.remove({ dst }) === 1).toBe(adds !== left.has(dst));
          if (adds) left.add(dst);
          else left.delete(dst);
        }
        const best = [...left]
          .filter((dst) => ipaddr.IPv4.parse(addr).match(ipaddr.IPv4.parseCIDR(dst)))
          .sort((a, b) => Number(b.split('/')[1]) - Number(a.split('/')[1]));
        expect(fib.lookup(addr, null)?.dst ?? null).toBe(best[0] ?? null);
      }),
    );
  });
});
