/**
 * Times and sizes: the median of several runs, so that one pause of the machine does not count.
 */

/** What something may take at most; frames a second: must reach at least. */
export interface Budget {
  readonly name: string;
  readonly unit: 'ms' | 'MB' | 'KB' | 'fps' | 'frames';
  /** Null: told, not judged. */
  readonly budget: number | null;
  /** Null: cannot be measured here. */
  readonly measure: () => number | null | Promise<number | null>;
}

/** One measured budget. `value` null: not measured here. */
export interface Measurement extends Omit<Budget, 'measure'> {
  readonly value: number | null;
}

/** One after the other, so that none slows another. */
export async function measured(budgets: readonly Budget[]): Promise<readonly Measurement[]> {
  const results: Measurement[] = [];
  for (const { name, unit, budget, measure } of budgets) results.push({ name, value: await measure(), unit, budget });
  return results;
}

/** The middle of the values; the mean of the two in the middle for an even count. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const high = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[half - 1] ?? Number.NaN) + high) / 2;
}

/** Median milliseconds of `run`, each time on what `prepare` made (not counted); the first `warmUps` runs do not count either. */
export function timeOf<T>(options: {
  readonly runs: number;
  readonly warmUps: number;
  readonly prepare: () => T;
  readonly run: (prepared: T) => void;
}): number {
  const times: number[] = [];
  for (let i = -options.warmUps; i < options.runs; i++) {
    const prepared = options.prepare();
    const start = performance.now();
    options.run(prepared);
    const time = performance.now() - start;
    if (i >= 0) times.push(time);
  }
  return median(times);
}
