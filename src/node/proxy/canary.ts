/**
 * Notices that somebody flushed the rules (pkg/util/iptables Monitor): an empty chain KUBE-PROXY-CANARY in three tables; when
 * it is gone from the first one, kube-proxy waits until the others are gone too, writes everything anew, and puts new ones.
 * `iptables -t mangle -L` shows it on every node.
 */
import type { Sim, Timer } from '../../sim/sim.ts';
import { NS_PER_MS, NS_PER_S } from '../../sim/sim.ts';
import type { IptablesPort } from './iptables-port.ts';
import { CANARY_CHAIN, CANARY_TABLES } from './jump-chains.ts';
import { BY_KUBE_PROXY } from './provenance.ts';

/** How often, and how long, to look whether a flush in progress has reached the other tables. */
const FLUSH_POLL = 100 * NS_PER_MS;
const FLUSH_TIMEOUT = 5 * NS_PER_S;

export class Canary {
  readonly #sim: Sim;
  readonly #port: IptablesPort;
  readonly #interval: number;
  readonly #onFlush: () => void;
  #timer: Timer | null = null;

  /** Looks every `interval` nanoseconds. */
  constructor(sim: Sim, port: IptablesPort, interval: number, onFlush: () => void) {
    this.#sim = sim;
    this.#port = port;
    this.#interval = interval;
    this.#onFlush = onFlush;
  }

  start(): void {
    const placed = CANARY_TABLES.every((table) => this.#port.ensureChain(table, CANARY_CHAIN, BY_KUBE_PROXY).ok);
    this.#after(this.#interval, () => {
      if (placed) this.#look();
      else this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #after(delay: number, then: () => void): void {
    this.#timer = this.#sim.background(delay, 'iptables canary', then);
  }

  #look(): void {
    const [first = 'mangle', ...others] = CANARY_TABLES;
    if (!this.#port.chainExists(first, CANARY_CHAIN)) {
      this.#awaitFlush(this.#sim.now + FLUSH_TIMEOUT, others);
      return;
    }
    this.#after(this.#interval, () => {
      this.#look();
    });
  }

  #awaitFlush(deadline: number, tables: typeof CANARY_TABLES): void {
    const flushed = tables.every((table) => !this.#port.chainExists(table, CANARY_CHAIN));
    if (!flushed && this.#sim.now < deadline) {
      this.#after(FLUSH_POLL, () => {
        this.#awaitFlush(deadline, tables);
      });
      return;
    }
    this.#onFlush();
    this.start();
  }
}
