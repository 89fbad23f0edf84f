import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { base32Sha256, fnv32a, hexSha256, safeEncode, safeSuffix } from './hash.ts';

describe('names by hash', () => {
  // Chain names of the lab report's Service and of kube-dns in recordings of kube-proxy: servicePortName + protocol.
  test.each([
    ['default/two-containers-service:http1tcp', 'BKM3I2STRWDME2DT'],
    ['kube-system/kube-dns:dns-tcptcp', 'ERIFXISQEP7F7OF4'],
    ['default/kubernetes:httpstcp', 'NPX46M4PTMTKRN6Y'],
  ])('%s is KUBE-SVC-%s', (text, hash) => {
    expect(base32Sha256(text)).toBe(hash);
  });

  test('sha256 agrees with the platform', () => {
    fc.assert(fc.property(fc.string(), (text) => hexSha256(text) === createHash('sha256').update(text).digest('hex')));
  });

  // Test vectors of the FNV reference implementation, 32-bit FNV-1a.
  test.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('FNV-1a of %j', (text, hash) => {
    expect(fnv32a(text)).toBe(hash);
  });

  test('safe names spell no word: no vowels, no 0, 1, 3', () => {
    fc.assert(fc.property(fc.string({ maxLength: 20 }), (text) => /^[bcdfghjklmnpqrstvwxz2456789]*$/.test(safeEncode(text))));
    let next = 0;
    expect(safeSuffix(() => next++, 5)).toBe('bcdfg');
  });
});
