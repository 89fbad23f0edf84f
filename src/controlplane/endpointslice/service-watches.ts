/**
 * Which Services a change of a Pod concerns (pkg/controller/util/endpoint GetServicesToUpdateOnPodChange).
 */
import { selectorFromMap, matchesSelector } from '../../api/selectors.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { ApiClient, WatchEvent } from '../../api/watch.ts';
import { queueKey } from '../controller.ts';
import { endpointsMayChange, hasSelector } from './endpoints-of-pods.ts';

/** Queue keys of the Services that select the Pod now or did before the change. */
export function servicesOfPodChange(client: ApiClient, { type, object, old }: WatchEvent<Pod>): readonly string[] {
  if (type === 'MODIFIED' && old !== null && !endpointsMayChange(object, old)) return [];
  const labelled = old === null || old.metadata.labels === object.metadata.labels ? [object] : [object, old];
  return client
    .list('Service', { namespace: object.metadata.namespace })
    .filter((service) => {
      if (!hasSelector(service)) return false;
      const requirements = selectorFromMap(service.spec.selector ?? {});
      return labelled.some((pod) => matchesSelector(requirements, pod.metadata.labels));
    })
    .map((service) => queueKey(service.metadata.namespace, service.metadata.name));
}
