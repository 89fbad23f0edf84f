import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng, type RngStream } from './rng.ts';

const draws = (stream: RngStream, count = 5): readonly number[] => Array.from({ length: count }, () => stream.u32());

describe('seeded streams', () => {
  test('the same seed and name give the same draws, another name or seed others', () => {
    const of = (seed: number, name: string): readonly number[] => draws(createRng(seed).fork(name));
    expect(of(1, 'a')).toEqual(of(1, 'a'));
    expect(of(1, 'b')).not.toEqual(of(1, 'a'));
    expect(of(2, 'a')).not.toEqual(of(1, 'a'));
  });

  test('a draw in one stream moves nothing in another', () => {
    const quiet = createRng(1).fork('a');
    const busy = createRng(1);
    draws(busy.fork('b'), 100);
    expect(draws(busy.fork('a'))).toEqual(draws(quiet));
  });

  test('a name is one stream, however often it is forked', () => {
    const rng = createRng(1);
    const first = [rng.fork('a').u32(), rng.fork('a').u32()];
    expect(first).toEqual(draws(createRng(1).fork('a'), 2));
  });

  test('u32 is unsigned and below stays below', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 1000 }), (seed, limit) => {
        const stream = createRng(seed).fork('x');
        const value = stream.u32();
        const small = stream.below(limit);
        return Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff && small >= 0 && small < limit;
      }),
    );
  });

  test('below reaches every value evenly', () => {
    const stream = createRng(7).fork('x');
    const counts = Array.from({ length: 6 }, () => 0);
    for (let i = 0; i < 6000; i++) {
      const drawn = stream.below(6);
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }
    expect(counts.filter((count) => count < 900 || count > 1100)).toEqual([]);
  });

  test('hexadecimal digits as many as asked for', () => {
    const stream = createRng(1).fork('hex');
    expect([1, 8, 64].map((length) => /^[0-9a-f]*$/.exec(stream.hex(length))?.[0].length)).toEqual([1, 8, 64]);
  });

  test('a checkpoint brings every stream back, as often as it is asked, and forgets later ones', () => {
    const rng = createRng(1);
    draws(rng.fork('a'));
    const restore = rng.checkpoint();
    const after = [draws(rng.fork('a')), draws(rng.fork('new'))];
    restore();
    const again = [draws(rng.fork('a')), draws(rng.fork('new'))];
    restore();
    expect([again, draws(rng.fork('a'))]).toEqual([after, after[0]]);
  });
});
