import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base32Sha256 } from '../../lib/hash.ts';
import { chainHash, isServiceChainName, portProtoHash, servicePortEndpointChainName } from './chain-names.ts';

describe('chain names', () => {
  it('[KP11] are those the real kube-proxy gives', () => {
    expect(portProtoHash('default/auth-idi:http', 'tcp')).toBe('VZPWS4PHGAX5BQSC');
    expect(servicePortEndpointChainName('default/auth-idi:http', 'tcp', '10.244.0.112:9381')).toBe('KUBE-SEP-R6HUSQEGW2Z5DA7E');
  });

  it('[KP11] are base32(sha256) for text of any length', () => {
    const ascii = fc.string({
      unit: fc.integer({ min: 0, max: 127 }).map((code) => String.fromCharCode(code)),
      maxLength: 300,
    });
    fc.assert(
      fc.property(ascii, (text) => {
        expect(chainHash(text)).toBe(base32Sha256(text));
      }),
    );
    // Around the ends of the first two blocks.
    for (const length of [0, 54, 55, 56, 63, 64, 65, 118, 119, 120, 128]) {
      expect(chainHash('a'.repeat(length))).toBe(base32Sha256('a'.repeat(length)));
    }
  });

  it.each([
    ['KUBE-SVC-VZPWS4PHGAX5BQSC', true],
    ['KUBE-SVL-VZPWS4PHGAX5BQSC', true],
    ['KUBE-SEP-VZPWS4PHGAX5BQSC', true],
    ['KUBE-FW-VZPWS4PHGAX5BQSC', true],
    ['KUBE-EXT-VZPWS4PHGAX5BQSC', true],
    ['KUBE-SERVICES', false],
    ['KUBE-PROXY-CANARY', false],
    ['MY-KUBE-SVC-X', false],
  ])('[KP21] %s belongs to a Service port: %s', (chain, expected) => {
    expect(isServiceChainName(chain)).toBe(expected);
  });
});
