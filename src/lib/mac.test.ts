import { describe, expect, test } from 'vitest';
import { isGroup, mac, MAC_BROADCAST, parseMac, randomMac } from './mac.ts';
import { createRng } from './rng.ts';

describe('link addresses', () => {
  test.each(['', '0a:58:0a:f4:00', '0A:58:0a:f4:00:02', '0a-58-0a-f4-00-02', '0a:58:0a:f4:00:02:03', '0g:58:0a:f4:00:02'])(
    '%j is none',
    (text) => {
      expect(parseMac(text)).toBeNull();
    },
  );

  test('the group bit is the lowest of the first octet', () => {
    expect([MAC_BROADCAST, mac('01:00:5e:00:00:01'), mac('0a:58:0a:f4:00:02')].map(isGroup)).toEqual([true, true, false]);
  });

  test('random ones are unicast, locally administered and follow from the seed', () => {
    const draw = (seed: number): readonly string[] => {
      const stream = createRng(seed).fork('mac');
      return Array.from({ length: 200 }, () => randomMac(stream));
    };
    expect(draw(1).filter((address) => (parseInt(address.slice(0, 2), 16) & 3) !== 2 || parseMac(address) === null)).toEqual(
      [],
    );
    expect([draw(1), new Set(draw(1)).size]).toEqual([draw(1), 200]);
    expect(draw(2)).not.toEqual(draw(1));
  });
});
