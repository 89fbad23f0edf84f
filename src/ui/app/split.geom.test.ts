import { describe, expect, it } from 'vitest';
import { movedSize, sizeOf } from './split.geom.ts';

const bounds = { total: 1000, min: 220, max: 450 };

describe('sizeOf', () => {
  it('keeps a size within its bounds, in the unit it is kept in', () => {
    expect([100, 300.4, 900].map((px) => [sizeOf(px, bounds, false), sizeOf(px, bounds, true)])).toEqual([
      ['220px', '22%'],
      ['300px', '30%'],
      ['450px', '45%'],
    ]);
  });

  it('has a share where nothing has a size yet', () => {
    expect(sizeOf(10, { total: 0, min: 0, max: 0 }, true)).toBe('0%');
  });
});

describe('movedSize', () => {
  it('moves the line where the arrow points', () => {
    const at = { ...bounds, now: 300 };
    const moved = (key: string, axis: 'columns' | 'rows', sized: 'first' | 'second'): number | null =>
      movedSize(key, { axis, sized }, at, 16);
    expect([
      moved('ArrowRight', 'columns', 'first'),
      moved('ArrowRight', 'columns', 'second'),
      moved('ArrowUp', 'rows', 'second'),
      moved('ArrowUp', 'columns', 'second'),
      moved('Home', 'rows', 'second'),
      moved('End', 'rows', 'second'),
    ]).toEqual([316, 284, 316, null, 220, 450]);
  });
});
