import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { sha1 } from './sha1.ts';

test.each(['', 'abc', 'ingress-default-allow:default', 'x'.repeat(55), 'x'.repeat(56), 'x'.repeat(64), 'x'.repeat(200)])(
  'the digest of %j is the one others compute',
  (text) => {
    expect(sha1(text)).toBe(createHash('sha1').update(text).digest('hex'));
  },
);
