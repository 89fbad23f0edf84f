import { expect, test } from 'vitest';
import { median, timeOf } from './measure.ts';

test('the median is the middle, or the mean of the two in the middle', () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([7])]).toEqual([2, 2.5, 7]);
});

test('every run gets what was prepared for it, warm-ups included', () => {
  const seen: number[] = [];
  let next = 0;
  const time = timeOf({ runs: 3, warmUps: 2, prepare: () => next++, run: (prepared) => void seen.push(prepared) });
  expect([seen, time >= 0]).toEqual([[0, 1, 2, 3, 4], true]);
});
