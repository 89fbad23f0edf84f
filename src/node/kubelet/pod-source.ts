/**
 * The Pods of each node, told to its kubelet: the kubelet's watch with fieldSelector spec.nodeName (pkg/kubelet/config/apiserver.go),
 * shared by all kubelets of a cluster so that a change is looked at once and not once per node. A kubelet that does not reach the API
 * server is not told, and lists its Pods when it does again.
 */
import type { Pod } from '../../api/types/pod.ts';
import type { ApiClient, WatchEvent } from '../../api/watch.ts';

export type PodHandler = (event: WatchEvent<Pod>) => void;

export interface PodSource {
  /** Tells `handler` of the node's Pods: those that are, then every change while `api` watches. Returns the unsubscriber. */
  subscribe(nodeName: string, api: ApiClient, handler: PodHandler): () => void;
}

interface Subscriber {
  readonly api: ApiClient;
  readonly handler: PodHandler;
}

export function createPodSource(api: ApiClient): PodSource {
  const subscribers = new Map<string, Subscriber>();
  let watching = false;
  return {
    subscribe(nodeName, client, handler) {
      const subscriber = { api: client, handler };
      subscribers.set(nodeName, subscriber);
      if (!watching) {
        watching = true;
        api.watch('Pod', (event) => {
          const told = subscribers.get(event.object.spec.nodeName ?? '');
          if (told?.api.isWatching() === true) told.handler(event);
        });
      }
      // The first subscriber hears of these a second time from the watch's own list, which changes nothing: handlers are level-triggered.
      for (const pod of api.list('Pod', { fieldSelector: `spec.nodeName=${nodeName}` }))
        handler({ type: 'ADDED', object: pod, old: null });
      return () => {
        if (subscribers.get(nodeName) === subscriber) subscribers.delete(nodeName);
      };
    },
  };
}
