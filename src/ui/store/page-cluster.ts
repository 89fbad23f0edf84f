/**
 * A cluster as the page has it: it may be shown, by its picture, before the engine has opened it. Until then there is nothing that
 * could run a command; whoever has one waits (`withEngine`).
 */
import type { ClusterApi } from '../../cluster/cluster-api.ts';
import { assertExists } from '../../lib/assert.ts';

export class PageCluster {
  #opened: Promise<ClusterApi>;
  #engine: ClusterApi | null = null;

  constructor(cluster: ClusterApi | Promise<ClusterApi>) {
    if (!(cluster instanceof Promise)) this.#engine = cluster;
    this.#opened = this.#freeWhen(Promise.resolve(cluster));
  }

  /** Fails where the engine does not load or does not start: whoever began it tells. While it is occupied, when it is free again. */
  get opened(): Promise<ClusterApi> {
    return this.#opened;
  }

  /** Null until the engine has opened it, and while it is occupied. */
  get engine(): ClusterApi | null {
    return this.#engine;
  }

  /** Gives the engine to work that gives way to the page as it goes: until it is done, whoever has a command waits. */
  occupy<T>(work: (engine: ClusterApi) => Promise<T>): Promise<T> {
    const engine = assertExists(this.#engine, 'an engine is occupied once it is there');
    this.#engine = null;
    const done = work(engine);
    const free = (): ClusterApi => engine;
    this.#opened = this.#freeWhen(done.then(free, free));
    return done;
  }

  #freeWhen(engine: Promise<ClusterApi>): Promise<ClusterApi> {
    const free = engine.then((opened) => (this.#engine = opened));
    free.catch(() => undefined);
    return free;
  }
}
