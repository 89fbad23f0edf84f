/**
 * The EndpointSlice controller (pkg/controller/endpointslice, staging endpointslice/reconciler.go): for every Service with a
 * selector, slices that list its Pods with readiness, node and zone. `kubectl get endpointslices`.
 *
 * Simplification: no topology hints; no batching of Pod updates (--endpoint-updates-batch-period is 0 by default).
 */
import { jsonEqual } from '../../api/json.ts';
import {
  LABEL_MANAGED_BY,
  LABEL_SERVICE_NAME,
  type Endpoint,
  type EndpointPort,
  type EndpointSlice,
} from '../../api/types/endpointslice.ts';
import type { Labels } from '../../api/types/meta.ts';
import type { Service } from '../../api/types/service.ts';
import { queueKey, RECONCILE_NS, splitKey, type Controller, type ControllerContext } from '../controller.ts';
import { WorkQueue } from '../workqueue.ts';
import { endpointPorts, hasSelector, podToEndpoint, shouldBeInEndpoints } from './endpoints-of-pods.ts';
import { packSlices, portsKey, type PortGroup } from './pack.ts';
import { servicesOfPodChange } from './service-watches.ts';
import { relabel, slicesOf, writeSlices, type SliceOwner } from './slice-writer.ts';

const NAME = 'endpointslice-controller';
export const MANAGED_BY = 'endpointslice-controller.k8s.io';
/** Tells DNS and proxies that the Service has no address of its own. */
const LABEL_HEADLESS = 'service.kubernetes.io/headless';

/** The Service's labels as its endpoints carry them. */
export function labelsFromService(service: Service): Labels {
  const { [LABEL_HEADLESS]: _, ...labels } = service.metadata.labels ?? {};
  return service.spec.clusterIP === 'None' ? { ...labels, [LABEL_HEADLESS]: '' } : labels;
}

export function startEndpointSliceController({ sim, client }: ControllerContext): Controller {
  const queue = new WorkQueue({ sim, name: NAME, workNs: RECONCILE_NS, reconcile: syncService });

  const stops = [
    client.watch('Service', ({ object }) => queue.add(queueKey(object.metadata.namespace, object.metadata.name))),
    client.watch('Pod', (event) => {
      for (const key of servicesOfPodChange(client, event)) queue.add(key);
    }),
    client.watch('EndpointSlice', ({ object }) => enqueueServiceOf(object)),
  ];

  function enqueueServiceOf(slice: EndpointSlice): void {
    const service = slice.metadata.labels?.[LABEL_SERVICE_NAME];
    if (service !== undefined && slice.metadata.labels?.[LABEL_MANAGED_BY] === MANAGED_BY)
      queue.add(queueKey(slice.metadata.namespace, service));
  }

  function syncService(key: string): 'done' | 'retry' {
    const service = client.get('Service', ...splitKey(key));
    // Slices of a deleted Service are the garbage collector's.
    if (service?.metadata.deletionTimestamp !== undefined || service === null) return 'done';
    if (service.spec.type === 'ExternalName' || !hasSelector(service)) return 'done';
    const { namespace, name } = service.metadata;
    const owner: SliceOwner = { owner: service, managedBy: MANAGED_BY, labels: labelsFromService(service) };
    const existing = slicesOf(client, namespace, name, MANAGED_BY);
    const done = writeSlices(client, owner, packSlices(existing, desiredGroups(service)));
    relabel(
      client,
      owner,
      slicesOf(client, namespace, name, MANAGED_BY).filter((slice) => hasOtherLabels(slice, owner)),
    );
    return done ? 'done' : 'retry';
  }

  function hasOtherLabels(slice: EndpointSlice, { labels }: SliceOwner): boolean {
    const { [LABEL_SERVICE_NAME]: _service, [LABEL_MANAGED_BY]: _manager, ...own } = slice.metadata.labels ?? {};
    return !jsonEqual(own, labels);
  }

  /** Endpoints of the Service's Pods, one group per set of resolved ports. */
  function desiredGroups(service: Service): readonly PortGroup[] {
    const groups = new Map<string, { readonly ports: readonly EndpointPort[]; readonly endpoints: Endpoint[] }>();
    const selector = { matchLabels: service.spec.selector ?? {} };
    for (const pod of client.list('Pod', { namespace: service.metadata.namespace, labelSelector: selector })) {
      if (!shouldBeInEndpoints(pod, { includeTerminating: true })) continue;
      const ports = endpointPorts(service, pod);
      const key = portsKey(ports);
      const group = groups.get(key) ?? { ports, endpoints: [] };
      const node = pod.spec.nodeName === undefined ? null : client.get('Node', null, pod.spec.nodeName);
      group.endpoints.push(podToEndpoint(pod, service, node));
      groups.set(key, group);
    }
    return [...groups.values()];
  }

  return {
    name: NAME,
    stop() {
      for (const stop of stops) stop();
      queue.stop();
    },
    checkpoint: () => queue.checkpoint(),
  };
}
