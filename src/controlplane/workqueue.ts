/**
 * A keyed work queue on the simulation clock (client-go util/workqueue): level-triggered, a key waiting twice is one item, a key
 * added while it is being worked on is worked on again, failures back off exponentially.
 *
 * Simplification: one worker per queue; the time one item takes is a constant of its controller.
 */
import { NS_PER_MS, type Sim, type Timer } from '../sim/sim.ts';

/** ItemExponentialFailureRateLimiter's defaults (DefaultControllerRateLimiter). */
const BASE_DELAY_NS = 5 * NS_PER_MS;
const MAX_DELAY_NS = 1_000_000 * NS_PER_MS;

/** A key that failed more often than this no longer keeps the cluster from being settled. */
const WAITED_FOR_RETRIES = 8;

export interface WorkQueueOptions {
  readonly sim: Sim;
  /** The controller's name, for the event labels. */
  readonly name: string;
  /** Time between taking a key and having worked on it, nanoseconds. */
  readonly workNs: number;
  /** Works on one key; `retry` puts it back after a growing delay. */
  readonly reconcile: (key: string) => 'done' | 'retry';
}

export class WorkQueue {
  readonly #options: WorkQueueOptions;
  /** Waiting keys in order of arrival. */
  #waiting = new Set<string>();
  #failures = new Map<string, number>();
  #delayed = new Map<string, Timer>();
  #worker: Timer | null = null;
  #stopped = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** Keys waiting to be worked on. */
  get size(): number {
    return this.#waiting.size;
  }

  add(key: string): void {
    if (this.#stopped) return;
    this.#waiting.add(key);
    this.#wake();
  }

  /** Adds the key `delayNs` from now, as work that is waited for; an earlier time already set stands. */
  addAfter(key: string, delayNs: number): void {
    this.#delay(key, delayNs, (run) => this.#options.sim.after(delayNs, `${this.#options.name} requeue ${key}`, run));
  }

  /** As addAfter, for deadlines and long waits: the cluster counts as settled meanwhile. */
  addInBackground(key: string, delayNs: number): void {
    this.#delay(key, delayNs, (run) => this.#options.sim.background(delayNs, `${this.#options.name} requeue ${key}`, run));
  }

  #delay(key: string, delayNs: number, schedule: (run: () => void) => Timer): void {
    const pending = this.#delayed.get(key);
    if (this.#stopped || (pending !== undefined && pending.at <= this.#options.sim.now + delayNs)) return;
    pending?.cancel();
    const timer = schedule(() => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, timer);
  }

  /** Forgets all keys and takes no more. */
  stop(): void {
    this.#stopped = true;
    this.#worker?.cancel();
    this.#worker = null;
    for (const timer of this.#delayed.values()) timer.cancel();
    this.#delayed.clear();
    this.#waiting.clear();
  }

  #wake(): void {
    if (this.#worker !== null || this.#waiting.size === 0) return;
    const { sim, name, workNs } = this.#options;
    this.#worker = sim.after(workNs, `${name} reconcile`, () => {
      this.#worker = null;
      this.#workOne();
      this.#wake();
    });
  }

  #workOne(): void {
    for (const key of this.#waiting) {
      this.#waiting.delete(key);
      if (this.#options.reconcile(key) === 'done') this.#failures.delete(key);
      else this.#retry(key);
      return;
    }
  }

  #retry(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const delay = Math.min(BASE_DELAY_NS * 2 ** failures, MAX_DELAY_NS);
    if (failures < WAITED_FOR_RETRIES) this.addAfter(key, delay);
    else this.addInBackground(key, delay);
  }

  /** Takes the queue's state; the returned function puts it back (timers live in the clock and are restored with it). */
  checkpoint(): () => void {
    const waiting = [...this.#waiting];
    const failures = [...this.#failures];
    const delayed = [...this.#delayed];
    const worker = this.#worker;
    return () => {
      this.#waiting = new Set(waiting);
      this.#failures = new Map(failures);
      this.#delayed = new Map(delayed);
      this.#worker = worker;
    };
  }
}
