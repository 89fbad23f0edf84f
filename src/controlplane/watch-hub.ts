/**
 * Delivers changes of the store to watchers, each as its own event on the simulation clock.
 *
 * A watch may be held up by its client's connection (`connection.ts`): what was sent before arrives, what changes then does not.
 *
 * Simplification: a change reaches every watcher after the same fixed latency.
 */
import { keyOf, type Kind, type KindMap, type KubeObject } from '../api/kinds.ts';
import type { WatchEvent } from '../api/watch.ts';
import { NS_PER_MS, type Sim } from '../sim/sim.ts';

/** From the write to the handler: etcd, watch cache and one network hop on a quiet cluster. */
export const WATCH_LATENCY_NS = NS_PER_MS;

interface Watcher {
  readonly name: string;
  readonly deliver: (event: WatchEvent) => void;
  /** Whether changes are told at the moment. */
  readonly admits: () => boolean;
  active: boolean;
}

/** A running watch. */
export interface Watch<T extends KubeObject> {
  stop(): void;
  /** Tells, as a list after an outage does, what became of `before`. */
  catchUp(before: readonly T[], now: readonly T[]): void;
}

export class WatchHub {
  readonly #sim: Sim;
  #watchers = new Map<Kind, readonly Watcher[]>();
  #muted = false;

  constructor(sim: Sim) {
    this.#sim = sim;
  }

  /** Calls `handler` for `existing` as ADDED, then for every change while `admits`, until it is stopped. */
  watch<K extends Kind>(
    name: string,
    kind: K,
    existing: readonly KindMap[K][],
    handler: (event: WatchEvent<KindMap[K]>) => void,
    admits: () => boolean = () => true,
  ): Watch<KindMap[K]> {
    // The hub only ever hands a watcher events of its own kind.
    const deliver = handler as (event: WatchEvent) => void;
    const watcher: Watcher = { name, deliver, admits, active: true };
    this.#watchers.set(kind, [...(this.#watchers.get(kind) ?? []), watcher]);
    for (const object of existing) this.#send(watcher, kind, { type: 'ADDED', object, old: null });
    return {
      stop: () => {
        watcher.active = false;
        this.#watchers.set(
          kind,
          (this.#watchers.get(kind) ?? []).filter((other) => other !== watcher),
        );
      },
      catchUp: (before, now) => {
        for (const event of missedEvents<KubeObject>(before, now)) this.#send(watcher, kind, event);
      },
    };
  }

  notify(event: WatchEvent): void {
    if (this.#muted) return;
    const { kind } = event.object;
    for (const watcher of this.#watchers.get(kind) ?? []) if (watcher.admits()) this.#send(watcher, kind, event);
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

/**
 * What a list tells a reflector's cache (client-go tools/cache DeltaFIFO Replace): what is gone, then what is new or another. An object
 * that was deleted and made anew under its name is both.
 */
function missedEvents<T extends KubeObject>(before: readonly T[], now: readonly T[]): readonly WatchEvent<T>[] {
  const known = new Map(before.map((object) => [keyOf(object), object]));
  const present = new Map(now.map((object) => [keyOf(object), object]));
  const gone = before.filter((object) => present.get(keyOf(object))?.metadata.uid !== object.metadata.uid);
  const news = now.flatMap((object): readonly WatchEvent<T>[] => {
    const old = known.get(keyOf(object));
    if (old === object) return [];
    return old?.metadata.uid === object.metadata.uid
      ? [{ type: 'MODIFIED', object, old }]
      : [{ type: 'ADDED', object, old: null }];
  });
  return [...gone.map((object): WatchEvent<T> => ({ type: 'DELETED', object, old: object })), ...news];
}
