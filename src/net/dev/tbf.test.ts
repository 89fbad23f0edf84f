/** The token bucket by its times alone. */
import { describe, expect, test } from 'vitest';
import { NS_PER_MS, NS_PER_S, type Instant } from '../../sim/sim.ts';
import { TbfQueue } from './tbf.ts';

/** 1000 bytes a second, a bucket of 500 bytes (half a second), a queue of 300. */
function queue(): TbfQueue {
  return new TbfQueue({ rateBytes: 1000, bufferTicks: NS_PER_S / 2 / 64, limitBytes: 300 }, 0);
}

const at = (ms: number): Instant => ms * NS_PER_MS;

describe('a bucket of half a second', () => {
  test('lets its burst pass, then one byte a millisecond, in order', () => {
    const tbf = queue();
    expect([tbf.enqueue(300, at(0)), tbf.enqueue(200, at(0))]).toEqual([0, 0]);
    expect([tbf.enqueue(100, at(0)), tbf.enqueue(100, at(0))].map((ns) => (ns ?? 0) / NS_PER_MS)).toEqual([100, 200]);
    expect(tbf.enqueue(50, at(50))).toBe(200 * NS_PER_MS);
  });

  test('throws away what its queue does not hold, and what is larger than the bucket', () => {
    const tbf = queue();
    expect(tbf.enqueue(300, at(0))).toBe(0);
    expect(tbf.enqueue(200, at(0))).toBe(0);
    expect(tbf.enqueue(300, at(0))).toBe(300 * NS_PER_MS);
    expect(tbf.enqueue(1, at(299))).toBeNull();
    expect(tbf.enqueue(1, at(300))).toBe(NS_PER_MS);
    expect(queue().enqueue(501, at(0))).toBeNull();
  });

  test('fills again to the brim and no further', () => {
    const tbf = queue();
    tbf.enqueue(300, at(0));
    expect(tbf.enqueue(300, at(60_000))).toBe(0);
    expect(tbf.enqueue(300, at(60_000))).toBe(100 * NS_PER_MS);
  });

  test('a checkpoint puts tokens and queue back', () => {
    const tbf = queue();
    const restore = tbf.checkpoint();
    for (const bytes of [300, 300, 100]) tbf.enqueue(bytes, at(0));
    restore();
    expect(tbf.enqueue(300, at(0))).toBe(0);
  });
});
