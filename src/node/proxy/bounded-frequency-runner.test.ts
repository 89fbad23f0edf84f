import { describe, expect, it } from 'vitest';
import { createRng } from '../../lib/rng.ts';
import { NS_PER_S, Sim } from '../../sim/sim.ts';
import { BoundedFrequencyRunner } from './bounded-frequency-runner.ts';

/** Seconds at which the function ran when it was asked at `requests`. */
function runs(requests: readonly number[], until: number): number[] {
  const sim = new Sim(createRng(1));
  const seen: number[] = [];
  const runner = new BoundedFrequencyRunner(sim, 'test', () => seen.push(sim.now / NS_PER_S), {
    minInterval: NS_PER_S,
    maxInterval: 100 * NS_PER_S,
    burstRuns: 2,
  });
  for (const at of requests) sim.after(at * NS_PER_S, 'request', () => runner.request());
  sim.run({ deadline: until * NS_PER_S, maxSteps: 10_000 });
  runner.stop();
  return seen;
}

describe('[KP25] bounded frequency', () => {
  it('runs at once when asked', () => {
    expect(runs([3], 50)).toEqual([3]);
  });

  it('gathers requests of one moment', () => {
    expect(runs([3, 3, 3], 50)).toEqual([3]);
  });

  it('lets two runs follow each other, then one per interval', () => {
    expect(runs([1, 1.1, 1.2, 1.3, 1.4], 50)).toEqual([1, 1.1, 2.1]);
  });

  it('runs unasked after the longest interval, counted from the last run', () => {
    expect(runs([3], 250)).toEqual([3, 103, 203]);
  });

  it('runs again within the time told after a failure', () => {
    const sim = new Sim(createRng(1));
    const seen: number[] = [];
    const limits = { minInterval: NS_PER_S, maxInterval: 100 * NS_PER_S, burstRuns: 2 };
    const runner = new BoundedFrequencyRunner(sim, 'test', () => seen.push(sim.now / NS_PER_S), limits);
    runner.retryAfter(30 * NS_PER_S);
    runner.retryAfter(60 * NS_PER_S);
    sim.run({ deadline: 99 * NS_PER_S, maxSteps: 100 });
    expect(seen).toEqual([30]);
  });

  it('never runs once stopped', () => {
    const sim = new Sim(createRng(1));
    const limits = { minInterval: NS_PER_S, maxInterval: 100 * NS_PER_S, burstRuns: 2 };
    const runner = new BoundedFrequencyRunner(sim, 'test', () => expect.unreachable(), limits);
    runner.request();
    runner.stop();
    expect(sim.run({ maxSteps: 10 })).toBe('idle');
  });
});
