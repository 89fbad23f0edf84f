/**
 * Runs a function when asked, but not more often than bearable (pkg/util/async/bounded_frequency_runner.go): requests are
 * gathered; a bucket of `burstRuns` tokens, refilled one per `minInterval`, lets a few runs follow each other at once; whatever
 * happens, the function runs once per `maxInterval`.
 */
import type { Instant, Sim, Timer } from '../../sim/sim.ts';

export interface BoundedFrequency {
  /** Nanoseconds between runs, bursts aside. */
  readonly minInterval: number;
  /** Nanoseconds after which it runs unasked. */
  readonly maxInterval: number;
  readonly burstRuns: number;
}

export class BoundedFrequencyRunner {
  readonly #sim: Sim;
  readonly #name: string;
  readonly #run: () => void;
  readonly #limits: BoundedFrequency;
  #tokens: number;
  #tokensAt: Instant;
  #lastRun: Instant = -Infinity;
  /** When it runs unasked. */
  #unasked: Timer | null = null;
  /** A request waiting for its turn. */
  #requested: Timer | null = null;

  constructor(sim: Sim, name: string, run: () => void, limits: BoundedFrequency) {
    this.#sim = sim;
    this.#name = name;
    this.#run = run;
    this.#limits = limits;
    this.#tokens = limits.burstRuns;
    this.#tokensAt = sim.now;
    this.#runWithin(limits.maxInterval);
  }

  /** Asks for a run as soon as the limits allow. */
  request(): void {
    this.#requested ??= this.#tryAfter(0);
  }

  /** Makes sure that it runs again within `interval` nanoseconds: after a failure. */
  retryAfter(interval: number): void {
    if (this.#unasked === null || this.#sim.now + interval < this.#unasked.at) this.#runWithin(interval);
  }

  stop(): void {
    this.#unasked?.cancel();
    this.#requested?.cancel();
  }

  #tryRun(): void {
    if (!this.#takeToken()) {
      const wait = this.#lastRun + this.#limits.minInterval - this.#sim.now;
      // Never at once: rounding in the bucket must not become a loop in which time stands still.
      this.#requested = this.#tryAfter(Math.max(wait, 1));
      return;
    }
    this.#runWithin(this.#limits.maxInterval);
    this.#lastRun = this.#sim.now;
    this.#run();
  }

  #takeToken(): boolean {
    const { minInterval, burstRuns } = this.#limits;
    if (minInterval === 0) return true;
    this.#tokens = Math.min(burstRuns, this.#tokens + (this.#sim.now - this.#tokensAt) / minInterval);
    this.#tokensAt = this.#sim.now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  #tryAfter(delay: number): Timer {
    return this.#sim.after(delay, this.#name, () => {
      this.#requested = null;
      this.#tryRun();
    });
  }

  #runWithin(delay: number): void {
    this.#unasked?.cancel();
    this.#unasked = this.#sim.background(delay, this.#name, () => {
      this.#unasked = null;
      if (this.#requested === null) this.#tryRun();
    });
  }
}
