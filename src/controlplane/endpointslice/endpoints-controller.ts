/**
 * The Endpoints controller (pkg/controller/endpoint/endpoints_controller.go): one Endpoints object per Service with a selector,
 * ready and not ready addresses apart. `kubectl get endpoints`, the Endpoints line of `kubectl describe service`.
 */
import { canonicalJson, jsonEqual } from '../../api/json.ts';
import { isPodReady } from '../../api/pod-status.ts';
import type { EndpointAddress, EndpointSubset, EndpointsPort } from '../../api/types/endpoints.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { Service } from '../../api/types/service.ts';
import { parseU32 } from '../../lib/ip.ts';
import { queueKey, RECONCILE_NS, splitKey, type Controller, type ControllerContext } from '../controller.ts';
import { WorkQueue } from '../workqueue.ts';
import { labelsFromService } from './endpointslice-controller.ts';
import { endpointPorts, hasSelector, hostnameOf, shouldBeInEndpoints } from './endpoints-of-pods.ts';
import { servicesOfPodChange } from './service-watches.ts';
import { LAST_CHANGE } from './slice-writer.ts';

const NAME = 'endpoints-controller';
/** More addresses than this are cut off, with an annotation that says so. */
const MAX_ADDRESSES = 1000;
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

export function startEndpointsController({ sim, client }: ControllerContext): Controller {
  const queue = new WorkQueue({ sim, name: NAME, workNs: RECONCILE_NS, reconcile: syncService });

  const stops = [
    client.watch('Service', ({ object }) => queue.add(queueKey(object.metadata.namespace, object.metadata.name))),
    client.watch('Pod', (event) => {
      for (const key of servicesOfPodChange(client, event)) queue.add(key);
    }),
    client.watch('Endpoints', ({ object }) => queue.add(queueKey(object.metadata.namespace, object.metadata.name))),
  ];

  function syncService(key: string): 'done' | 'retry' {
    const [namespace, name] = splitKey(key);
    const service = client.get('Service', namespace, name);
    const existing = client.get('Endpoints', namespace, name);
    if (service === null) {
      if (existing !== null) client.delete('Endpoints', namespace, name);
      return 'done';
    }
    if (service.spec.type === 'ExternalName' || !hasSelector(service)) return 'done';
    const { subsets, truncated } = truncate(subsetsOf(service));
    const labels = labelsFromService(service);
    if (existing !== null && jsonEqual(existing.subsets ?? [], subsets) && jsonEqual(existing.metadata.labels ?? {}, labels))
      return 'done';
    const annotations = { [LAST_CHANGE]: client.timestamp(), ...(truncated ? { [OVER_CAPACITY]: 'truncated' } : {}) };
    const metadata =
      existing === null ? { namespace, name, labels, annotations } : { ...existing.metadata, labels, annotations };
    const object = { apiVersion: 'v1', kind: 'Endpoints', metadata, ...(subsets.length === 0 ? {} : { subsets }) } as const;
    const written = existing === null ? client.create('Endpoints', object) : client.update('Endpoints', object);
    return written.ok ? 'done' : 'retry';
  }

  function subsetsOf(service: Service): readonly EndpointSubset[] {
    const publishNotReady = service.spec.publishNotReadyAddresses === true;
    const groups = new Map<
      string,
      { readonly ports: readonly EndpointsPort[]; readonly ready: EndpointAddress[]; readonly notReady: EndpointAddress[] }
    >();
    const selector = { matchLabels: service.spec.selector ?? {} };
    for (const pod of client.list('Pod', { namespace: service.metadata.namespace, labelSelector: selector })) {
      if (!shouldBeInEndpoints(pod, { includeTerminating: publishNotReady })) continue;
      const ports = portsFor(service, pod);
      if (ports.length === 0 && (service.spec.ports ?? []).length > 0) continue;
      const key = canonicalJson(ports);
      const group = groups.get(key) ?? { ports, ready: [], notReady: [] };
      (publishNotReady || isPodReady(pod) ? group.ready : group.notReady).push(addressOf(pod, service));
      groups.set(key, group);
    }
    return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => subset(group));
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

function subset({
  ports,
  ready,
  notReady,
}: {
  readonly ports: readonly EndpointsPort[];
  readonly ready: readonly EndpointAddress[];
  readonly notReady: readonly EndpointAddress[];
}): EndpointSubset {
  return {
    ...(ready.length === 0 ? {} : { addresses: sortAddresses(ready) }),
    ...(notReady.length === 0 ? {} : { notReadyAddresses: sortAddresses(notReady) }),
    ...(ports.length === 0 ? {} : { ports }),
  };
}

/** Numeric order; addresses of another family come last, as text. */
function sortAddresses(addresses: readonly EndpointAddress[]): readonly EndpointAddress[] {
  const keyed = addresses.map((address) => ({ address, number: parseU32(address.ip) ?? Infinity }));
  keyed.sort((a, b) => (a.number === b.number ? (a.address.ip < b.address.ip ? -1 : 1) : a.number - b.number));
  return keyed.map(({ address }) => address);
}

/** An unnamed port has no name here, unlike in a slice. */
function portsFor(service: Service, pod: Pod): readonly EndpointsPort[] {
  return endpointPorts(service, pod).map(({ name, port, protocol, appProtocol }) => ({
    ...(name === undefined || name === '' ? {} : { name }),
    port: port ?? 0,
    protocol: protocol ?? 'TCP',
    ...(appProtocol === undefined ? {} : { appProtocol }),
  }));
}

function addressOf(pod: Pod, service: Service): EndpointAddress {
  const { namespace, name, uid } = pod.metadata;
  return {
    ip: pod.status.podIP ?? '',
    ...hostnameOf(pod, service),
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

/** Ready addresses are kept before others. */
function truncate(subsets: readonly EndpointSubset[]): {
  readonly subsets: readonly EndpointSubset[];
  readonly truncated: boolean;
} {
  const total = subsets.reduce(
    (sum, { addresses, notReadyAddresses }) => sum + (addresses?.length ?? 0) + (notReadyAddresses?.length ?? 0),
    0,
  );
  if (total <= MAX_ADDRESSES) return { subsets, truncated: false };
  let left = MAX_ADDRESSES;
  const take = (list: readonly EndpointAddress[] | undefined): readonly EndpointAddress[] => {
    const taken = (list ?? []).slice(0, left);
    left -= taken.length;
    return taken;
  };
  const ready = subsets.map(({ addresses }) => take(addresses));
  const cut = subsets.map(({ notReadyAddresses, ports }, i) =>
    subset({ ports: ports ?? [], ready: ready[i] ?? [], notReady: take(notReadyAddresses) }),
  );
  return {
    subsets: cut.filter((part) => part.addresses !== undefined || part.notReadyAddresses !== undefined),
    truncated: true,
  };
}
