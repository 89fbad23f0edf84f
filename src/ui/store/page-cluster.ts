/**
 * A cluster as the page has it: it may be shown, by its picture, before the engine has opened it. Until then there is nothing that
 * could run a command; whoever has one waits (`withEngine`).
 */
import type { ClusterApi } from '../../cluster/cluster-api.ts';

export class PageCluster {
  /** Fails where the engine does not load or does not start: whoever began it tells. */
  readonly opened: Promise<ClusterApi>;
  #engine: ClusterApi | null = null;

  constructor(cluster: ClusterApi | Promise<ClusterApi>) {
    if (!(cluster instanceof Promise)) this.#engine = cluster;
    this.opened = Promise.resolve(cluster).then((engine) => (this.#engine = engine));
    this.opened.catch(() => undefined);
  }

  /** Null until the engine has opened it. */
  get engine(): ClusterApi | null {
    return this.#engine;
  }
}
