/**
 * Delivers changes of the store to watchers, each as its own event on the simulation clock.
 *
 * Simplification: a change reaches every watcher after the same fixed latency; watches never break and are never re-listed.
 */
import type { Kind, KindMap } from '../api/kinds.ts';
import type { WatchEvent } from '../api/watch.ts';
import { NS_PER_MS, type Sim } from '../sim/sim.ts';

/** From the write to the handler: etcd, watch cache and one network hop on a quiet cluster. */
const WATCH_LATENCY_NS = NS_PER_MS;

interface Watcher {
  readonly name: string;
  readonly deliver: (event: WatchEvent) => void;
  active: boolean;
}

export class WatchHub {
  readonly #sim: Sim;
  #watchers = new Map<Kind, readonly Watcher[]>();
  #muted = false;

  constructor(sim: Sim) {
    this.#sim = sim;
  }

  /** Calls `handler` for `existing` as ADDED, then for every change, until the returned function is called. */
  watch<K extends Kind>(
    name: string,
    kind: K,
    existing: readonly KindMap[K][],
    handler: (event: WatchEvent<KindMap[K]>) => void,
  ): () => void {
    // The hub only ever hands a watcher events of its own kind.
    const deliver = handler as (event: WatchEvent) => void;
    const watcher: Watcher = { name, deliver, active: true };
    this.#watchers.set(kind, [...(this.#watchers.get(kind) ?? []), watcher]);
    for (const object of existing) this.#send(watcher, kind, { type: 'ADDED', object, old: null });
    return () => {
      watcher.active = false;
      this.#watchers.set(
        kind,
        (this.#watchers.get(kind) ?? []).filter((other) => other !== watcher),
      );
    };
  }

  notify(event: WatchEvent): void {
    if (this.#muted) return;
    const { kind } = event.object;
    for (const watcher of this.#watchers.get(kind) ?? []) this.#send(watcher, kind, event);
  }

  /** Runs `work` without telling anyone what it changes: for changes that are taken back. */
  muted<T>(work: () => T): T {
    const before = this.#muted;
    this.#muted = true;
    try {
      return work();
    } finally {
      this.#muted = before;
    }
  }

  #send(watcher: Watcher, kind: Kind, event: WatchEvent): void {
    this.#sim.after(WATCH_LATENCY_NS, `watch ${watcher.name} ${kind}`, () => {
      if (watcher.active) watcher.deliver(event);
    });
  }

  checkpoint(): () => void {
    const watchers = new Map(this.#watchers);
    return () => {
      this.#watchers = new Map(watchers);
      for (const list of watchers.values()) for (const watcher of list) watcher.active = true;
    };
  }
}
