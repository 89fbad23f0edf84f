import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdSet } from './id-set.ts';

describe('a set of ids', () => {
  it('has nothing at first, however large the id asked for', () => {
    const ids = new IdSet();
    expect([0, 31, 32, 1_000_000].map((id) => ids.has(id))).toEqual([false, false, false, false]);
  });

  it('keeps each end of a word apart from its neighbours', () => {
    const ids = new IdSet();
    for (const id of [0, 31, 64]) ids.add(id);
    expect([0, 1, 30, 31, 32, 63, 64, 65].filter((id) => ids.has(id))).toEqual([0, 31, 64]);
  });

  it('has what a set of numbers has, in whatever order they came', () => {
    const id = fc.oneof(fc.nat(200), fc.nat(100_000));
    fc.assert(
      fc.property(fc.array(id), fc.array(id), (added, asked) => {
        const ids = new IdSet();
        for (const each of added) ids.add(each);
        const twin = new Set(added);
        for (const each of [...added, ...asked]) expect(ids.has(each)).toBe(twin.has(each));
      }),
    );
  });
});
