/** Work a network's daemon repeats for as long as it lives; it keeps nobody waiting for the cluster to come to rest. */
import type { Sim, Timer } from '../../sim/sim.ts';

export class PeriodicWork {
  readonly #sim: Sim;
  readonly #timers = new Set<Timer>();
  #stopped = false;

  constructor(sim: Sim) {
    this.#sim = sim;
  }

  /** Runs `work` each `periodNs` from now on. */
  every(periodNs: number, label: string, work: () => void): void {
    this.#stopped = false;
    const again = (): void => {
      const timer = this.#sim.background(periodNs, label, () => {
        this.#timers.delete(timer);
        if (this.#stopped) return;
        again();
        work();
      });
      this.#timers.add(timer);
    };
    again();
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }
}
