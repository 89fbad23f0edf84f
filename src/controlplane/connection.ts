/**
 * How the clients of one machine get to the API server, and what they know while they don't (client-go tools/cache Reflector).
 *
 * As long as nobody answers, writes are refused and watches tell nothing; reads answer what was known before, as informers' caches do.
 * Reflectors try again after 0.8 s, then after twice as long each time, 30 s at most (NewExponentialBackoffManager in reflector.go). The
 * first try that is answered lists everything, and what differs from what was known is told as events.
 *
 * Simplification: watches end the moment the API server is lost, not when a keepalive notices, and all of a machine try again at the same
 * times, without jitter. Events of an outage are lost, where client-go tries to write each twelve times, ten seconds apart.
 */
import type { DialError } from '../api/status.ts';
import { NS_PER_MS, NS_PER_S, type Instant, type Sim, type Timer } from '../sim/sim.ts';
import type { ObjectReader } from './store.ts';
import { WATCH_LATENCY_NS } from './watch-hub.ts';

const FIRST_RETRY_NS = 800 * NS_PER_MS;
const MAX_RETRY_NS = 30 * NS_PER_S;

/** What a process knows that has not been told anything yet. */
export const NOTHING_KNOWN: ObjectReader = { get: () => null, list: () => [] };

export class ApiConnection {
  readonly #sim: Sim;
  #error: DialError | null;
  /** Since when the watches tell nothing; null while they do. */
  #brokenAt: Instant | null;
  #known = NOTHING_KNOWN;
  #retry: Timer | null = null;
  readonly #watches = new Set<(known: ObjectReader) => void>();
  readonly #resumed = new Set<() => void>();

  /** The connection of a machine that has just come up. */
  constructor(sim: Sim, error: DialError | null) {
    this.#sim = sim;
    this.#error = error;
    this.#brokenAt = error === null ? null : sim.now;
  }

  /** Why nobody answers; null while the API server does. */
  get error(): DialError | null {
    return this.#error;
  }

  get isWatching(): boolean {
    return this.#brokenAt === null;
  }

  /** What was known when the API server was lost. */
  get known(): ObjectReader {
    return this.#known;
  }

  /** Nobody answers from now on; `copy` takes down what has been told. */
  lose(error: DialError, copy: () => ObjectReader): void {
    this.#error = error;
    this.#retry?.cancel();
    this.#retry = null;
    if (this.#brokenAt !== null) return;
    this.#brokenAt = this.#sim.now;
    this.#known = copy();
  }

  /** The API server answers again: requests go through, watches go on with the next try. */
  find(): void {
    this.#error = null;
    if (this.#brokenAt === null || this.#retry !== null) return;
    const outage = this.#sim.now - this.#brokenAt;
    this.#retry = this.#sim.after(nextTry(outage) - outage, 'relist', () => {
      this.#resume();
    });
  }

  /** Tells `catchUp` what was known each time the watches go on, until the returned function is called. */
  follow(catchUp: (known: ObjectReader) => void): () => void {
    this.#watches.add(catchUp);
    return () => {
      this.#watches.delete(catchUp);
    };
  }

  /** Calls `handler` after the watches have told what they missed. */
  onResume(handler: () => void): () => void {
    this.#resumed.add(handler);
    return () => {
      this.#resumed.delete(handler);
    };
  }

  /** The machine is switched off, and all who used it are gone. */
  close(): void {
    this.#retry?.cancel();
    this.#watches.clear();
    this.#resumed.clear();
  }

  #resume(): void {
    const known = this.#known;
    this.#retry = null;
    this.#brokenAt = null;
    this.#known = NOTHING_KNOWN;
    for (const catchUp of [...this.#watches]) catchUp(known);
    // Behind the events just sent.
    this.#sim.after(WATCH_LATENCY_NS, 'caches synced', () => {
      if (this.isWatching) for (const handler of [...this.#resumed]) handler();
    });
  }
}

/** When the first try is made that comes `outageNs` after the loss or later. */
function nextTry(outageNs: number): number {
  let pause = FIRST_RETRY_NS;
  let at = pause;
  while (at < outageNs) {
    pause = Math.min(2 * pause, MAX_RETRY_NS);
    at += pause;
  }
  return at;
}
