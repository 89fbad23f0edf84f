/**
 * The virtual clock and event queue. Nothing else reads or keeps time: every entry point is driven from here.
 *
 * Events are ordered by (at, seq), so ties run in the order they were scheduled. Handlers run to completion. A step limit
 * turns an endless loop into a reported stop instead of a hang (modelled on smoltcp's netsim and gVisor's clock).
 */
import { assert } from '../lib/assert.ts';
import type { Rng } from '../lib/rng.ts';
import { EventQueue } from './queue.ts';

/** Virtual time in integer nanoseconds since the simulation began. */
export type Instant = number;

export const NS_PER_MS = 1_000_000;
export const NS_PER_S = 1_000_000_000;

/** Handle of a scheduled event. */
export interface Timer {
  readonly at: Instant;
  cancel(): void;
}

/** Why a run ended: nothing left, the time was reached, the condition held, or the step limit was hit. */
export type RunEnd = 'idle' | 'time' | 'done' | 'limit';

export class Sim {
  readonly rng: Rng;
  #now: Instant = 0;
  readonly #queue = new EventQueue();

  constructor(rng: Rng) {
    this.rng = rng;
  }

  get now(): Instant {
    return this.#now;
  }

  /** Runs `handler` `delay` nanoseconds from now; `label` names the event for diagnostics. */
  after(delay: number, label: string, handler: () => void): Timer {
    assert(delay >= 0, () => `event ${label} scheduled in the past`);
    return this.#queue.push({ at: this.#now + delay, label, handler, background: false });
  }

  /**
   * As `after`, for what goes on for ever or long after the work is done (resyncs, leases, timeouts): it does not keep
   * `busy` true, so a cluster can be told settled while its clocks tick on.
   */
  background(delay: number, label: string, handler: () => void): Timer {
    assert(delay >= 0, () => `event ${label} scheduled in the past`);
    return this.#queue.push({ at: this.#now + delay, label, handler, background: true });
  }

  /** True while an event that is not background is waiting. */
  get busy(): boolean {
    return this.#queue.foreground > 0;
  }

  /** Takes every waiting event whose label `matches` off the queue. */
  discard(matches: (label: string) => boolean): void {
    this.#queue.discard(matches);
  }

  /** Returns a closure that puts the clock and the waiting events back as they are now. */
  checkpoint(): () => void {
    const now = this.#now;
    const restoreQueue = this.#queue.checkpoint();
    return () => {
      this.#now = now;
      restoreQueue();
    };
  }

  /** Time of the next event, or null when none is left. */
  nextEventAt(): Instant | null {
    return this.#queue.peek()?.at ?? null;
  }

  /** Runs the next event; false when none is left. */
  step(): boolean {
    const event = this.#queue.pop();
    if (event === null) return false;
    this.#now = event.at;
    event.handler();
    return true;
  }

  /**
   * Runs events until `until` returns true, virtual time would pass `deadline`, none is left, or `maxSteps` were run.
   * On 'time' the clock stands at the deadline.
   */
  run(options: { readonly deadline?: Instant; readonly maxSteps: number; readonly until?: () => boolean }): RunEnd {
    for (let steps = 0; ; steps++) {
      if (options.until?.() === true) return 'done';
      const next = this.nextEventAt();
      if (options.deadline !== undefined && (next === null || next > options.deadline)) {
        this.#now = Math.max(this.#now, options.deadline);
        return next === null ? 'idle' : 'time';
      }
      if (next === null) return 'idle';
      if (steps >= options.maxSteps) return 'limit';
      this.step();
    }
  }
}
