/** How a command reaches the cluster: at once, or, in the page's first moments, when the engine has opened what is shown. */
import type { ClusterApi } from '../../cluster/cluster-api.ts';
import type { AppStore } from './store.ts';

/**
 * Calls `act` with the engine: at once where it is there, else when it comes, in the order of the calls. What waits for a cluster
 * that is left meanwhile is left with it.
 */
export function withEngine(store: AppStore, act: (engine: ClusterApi) => void): void {
  const { cluster } = store.getState();
  if (cluster.engine !== null) {
    act(cluster.engine);
    return;
  }
  store.setState((state) => ({ waiting: state.waiting + 1 }));
  const go = (engine: ClusterApi): void => {
    if (store.getState().cluster !== cluster) return;
    store.setState((state) => ({ waiting: state.waiting - 1 }));
    // In a turn of its own: a fault is then told as one in an event handler is.
    queueMicrotask(() => act(engine));
  };
  cluster.opened.then(go, () => undefined);
}
