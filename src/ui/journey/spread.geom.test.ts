import { expect, it } from 'vitest';
import { spreadRows, spreadScale } from './spread.geom.ts';

it('a third of 1,000 falls between 304 and 363 in 95 % of runs', () => {
  const [row] = spreadRows(1000, [{ measured: 336, expected: 1000 / 3 }]);
  expect([Math.round(row?.low ?? 0), Math.round(row?.high ?? 0)]).toEqual([304, 363]);
});

it('a certain outcome has no range', () => {
  expect(spreadRows(1000, [{ measured: 1000, expected: 1000 }])).toEqual([
    { measured: 1000, expected: 1000, low: 1000, high: 1000 },
  ]);
});

it('the scale holds ranges and dots on round ticks', () => {
  const rows = spreadRows(
    1000,
    [336, 313, 351].map((measured) => ({ measured, expected: 1000 / 3 })),
  );
  const scale = spreadScale(rows);
  expect(scale.ticks).toEqual([280, 300, 320, 340, 360, 380]);
  for (const row of rows)
    for (const value of [row.low, row.high, row.measured]) expect(scale.at(value) > 0 && scale.at(value) < 1).toBe(true);
});
