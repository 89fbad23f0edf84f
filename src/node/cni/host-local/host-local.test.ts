import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertExists } from '../../../lib/assert.ts';
import { cidr } from '../../../lib/cidr.ts';
import { ip } from '../../../lib/ip.ts';
import { HostLocal } from './host-local.ts';

function hostLocal(subnet: string, name = 'cbr0'): HostLocal {
  const made = HostLocal.create({ name, subnet: cidr(subnet) });
  if (!made.ok) throw new Error(made.error);
  return made.value;
}

describe('host-local', () => {
  it('gives .2, .3, … with the subnet’s length and .1 as the gateway', () => {
    const ipam = hostLocal('10.244.1.0/24');
    expect([ipam.allocate('a', 'eth0'), ipam.allocate('b', 'eth0')]).toEqual([
      { ok: true, value: { address: '10.244.1.2/24', gateway: '10.244.1.1' } },
      { ok: true, value: { address: '10.244.1.3/24', gateway: '10.244.1.1' } },
    ]);
  });

  it('does not give a freed address again before the range was gone round', () => {
    const ipam = hostLocal('10.244.1.0/29');
    for (const id of ['a', 'b']) ipam.allocate(id, 'eth0');
    ipam.release('b', 'eth0');
    const given = ['c', 'd', 'e', 'f'].map((id) => ipam.allocate(id, 'eth0'));
    expect(given.map((result) => (result.ok ? result.value.address : result.error))).toEqual([
      '10.244.1.4/29',
      '10.244.1.5/29',
      '10.244.1.6/29',
      '10.244.1.3/29',
    ]);
  });

  it('says which range is full', () => {
    const ipam = hostLocal('10.244.1.0/29');
    for (const id of 'abcde') ipam.allocate(id, 'eth0');
    expect(ipam.allocate('f', 'eth0')).toEqual({
      ok: false,
      error: 'failed to allocate for range 0: no IP addresses available in range set: 10.244.1.1-10.244.1.6',
    });
  });

  it('refuses a second address for the same interface', () => {
    const ipam = hostLocal('10.244.1.0/24');
    ipam.allocate('a', 'eth0');
    expect(ipam.allocate('a', 'eth0')).toEqual({
      ok: false,
      error: 'failed to allocate for range 0: 10.244.1.2 has been allocated to a, duplicate allocation is not allowed',
    });
  });

  it.each([
    ['10.244.9.7/24', 'Network has host bits set. For a subnet mask of length 24 the network address is 10.244.9.0'],
    ['10.244.9.0/31', 'Network 10.244.9.0/31 too small to allocate from'],
  ])('refuses %s', (subnet, error) => {
    expect(HostLocal.create({ name: 'x', subnet: cidr(subnet) })).toEqual({ ok: false, error });
  });

  it('keeps its state in files', () => {
    const ipam = hostLocal('10.244.1.0/24');
    ipam.allocate('5ea618', 'eth0');
    expect([...ipam.files()]).toEqual([
      ['10.244.1.2', '5ea618\r\neth0'],
      ['last_reserved_ip.0', '10.244.1.2'],
      ['lock', ''],
    ]);
  });

  it('never gives one address to two, nor the gateway, network or broadcast', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ id: fc.integer({ min: 0, max: 9 }), add: fc.boolean() }), { maxLength: 60 }),
        (steps) => {
          const ipam = hostLocal('10.0.0.0/29');
          const held = new Map<number, string>();
          for (const { id, add } of steps) {
            if (!add) {
              ipam.release(String(id), 'eth0');
              held.delete(id);
            } else if (!held.has(id)) {
              const result = ipam.allocate(String(id), 'eth0');
              expect(result.ok).toBe(held.size < 5);
              if (result.ok) held.set(id, result.value.address);
            }
          }
          expect(new Set(held.values()).size).toBe(held.size);
          for (const forbidden of ['10.0.0.0/29', '10.0.0.1/29', '10.0.0.7/29'])
            expect([...held.values()]).not.toContain(forbidden);
          for (const [id, address] of held)
            expect(`${assertExists(ipam.addressOf(String(id), 'eth0'), 'held')}/29`).toBe(address);
        },
      ),
    );
  });

  it('takes another gateway into account', () => {
    const made = HostLocal.create({ name: 'x', subnet: cidr('10.0.0.0/30'), gateway: ip('10.0.0.2') });
    expect(made.ok && made.value.allocate('a', 'eth0')).toEqual({
      ok: true,
      value: { address: '10.0.0.1/30', gateway: '10.0.0.2' },
    });
  });
});
