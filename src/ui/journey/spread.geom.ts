/**
 * The chart of many sends: for each possible end the expected count, the range in which 95 % of all runs fall (binomial,
 * normal approximation), and what was measured. Pure geometry; one scale for all rows.
 */
export interface SpreadInput {
  readonly measured: number;
  readonly expected: number;
}

export interface SpreadRow extends SpreadInput {
  readonly low: number;
  readonly high: number;
}

export interface SpreadScale {
  readonly ticks: readonly number[];
  /** From a count to a place between 0 and 1. */
  at(count: number): number;
}

/** 97.5th percentile of the normal distribution. */
const Z95 = 1.959964;

/** The expected range of each row for `count` sends. */
export function spreadRows(count: number, rows: readonly SpreadInput[]): readonly SpreadRow[] {
  return rows.map(({ measured, expected }) => {
    const p = count === 0 ? 0 : expected / count;
    const half = Z95 * Math.sqrt(count * p * (1 - p));
    return { measured, expected, low: Math.max(0, expected - half), high: Math.min(count, expected + half) };
  });
}

/** A scale with round ticks that holds every range and every dot, with a little air. */
export function spreadScale(rows: readonly SpreadRow[]): SpreadScale {
  const low = Math.min(...rows.map((row) => Math.min(row.low, row.measured)));
  const high = Math.max(...rows.map((row) => Math.max(row.high, row.measured)));
  const air = Math.max(1, (high - low) * 0.08);
  const step = tickStep((high - low + 2 * air) / 5);
  const from = Math.max(0, Math.floor((low - air) / step) * step);
  const to = Math.max(from + step, Math.ceil((high + air) / step) * step);
  const ticks = Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);
  return { ticks, at: (count) => (count - from) / (to - from) };
}

/** The next of 1, 2, 5, 10, 20, … */
function tickStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  const factor = [1, 2, 5, 10].find((each) => each * power >= rough) ?? 10;
  return Math.max(1, factor * power);
}
