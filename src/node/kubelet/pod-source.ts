/**
 * The Pods of each node, told to its kubelet: the kubelet's watch with fieldSelector spec.nodeName (pkg/kubelet/config/apiserver.go),
 * shared by all kubelets of a cluster so that a change is looked at once and not once per node.
 */
import type { Pod } from '../../api/types/pod.ts';
import type { ApiClient, WatchEvent } from '../../api/watch.ts';

export type PodHandler = (event: WatchEvent<Pod>) => void;

export interface PodSource {
  /** Tells `handler` of the node's Pods: those that are, then every change. Returns the unsubscriber. */
  subscribe(nodeName: string, handler: PodHandler): () => void;
}

export function createPodSource(api: ApiClient): PodSource {
  const handlers = new Map<string, PodHandler>();
  let watching = false;
  return {
    subscribe(nodeName, handler) {
      handlers.set(nodeName, handler);
      if (!watching) {
        watching = true;
        api.watch('Pod', (event) => {
          handlers.get(event.object.spec.nodeName ?? '')?.(event);
        });
      }
      // The first subscriber hears of these a second time from the watch's own list, which changes nothing: handlers are level-triggered.
      for (const pod of api.list('Pod', { fieldSelector: `spec.nodeName=${nodeName}` }))
        handler({ type: 'ADDED', object: pod, old: null });
      return () => {
        if (handlers.get(nodeName) === handler) handlers.delete(nodeName);
      };
    },
  };
}
