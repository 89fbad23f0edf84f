/**
 * The EndpointSlice mirroring controller (pkg/controller/endpointslicemirroring): Endpoints written by hand for a Service without
 * selector become slices, because kube-proxy reads slices alone.
 */
import { jsonEqual } from '../../api/json.ts';
import { LABEL_MANAGED_BY, LABEL_SERVICE_NAME, type Endpoint, type EndpointPort } from '../../api/types/endpointslice.ts';
import type { EndpointAddress, Endpoints } from '../../api/types/endpoints.ts';
import { queueKey, RECONCILE_NS, splitKey, type Controller, type ControllerContext } from '../controller.ts';
import { WorkQueue } from '../workqueue.ts';
import { hasSelector } from './endpoints-of-pods.ts';
import { packSlices, portsKey, type PortGroup } from './pack.ts';
import { slicesOf, writeSlices } from './slice-writer.ts';

const NAME = 'endpointslicemirroring-controller';
const MANAGED_BY = 'endpointslicemirroring-controller.k8s.io';
const SKIP_MIRROR = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER_ANNOTATION = 'control-plane.alpha.kubernetes.io/leader';

export function startEndpointSliceMirroringController({ sim, client }: ControllerContext): Controller {
  const queue = new WorkQueue({ sim, name: NAME, workNs: RECONCILE_NS, reconcile: syncEndpoints });

  const stops = [
    client.watch('Endpoints', ({ object }) => queue.add(queueKey(object.metadata.namespace, object.metadata.name))),
    client.watch('Service', ({ object }) => queue.add(queueKey(object.metadata.namespace, object.metadata.name))),
    client.watch('EndpointSlice', ({ object }) => {
      const service = object.metadata.labels?.[LABEL_SERVICE_NAME];
      if (service !== undefined && object.metadata.labels?.[LABEL_MANAGED_BY] === MANAGED_BY)
        queue.add(queueKey(object.metadata.namespace, service));
    }),
  ];

  function syncEndpoints(key: string): 'done' | 'retry' {
    const [namespace, name] = splitKey(key);
    const existing = slicesOf(client, namespace, name, MANAGED_BY);
    const endpoints = client.get('Endpoints', namespace, name);
    const service = client.get('Service', namespace, name);
    const mirrored = endpoints !== null && service !== null && !hasSelector(service) && isMirrored(endpoints);
    if (!mirrored) {
      for (const slice of existing) client.delete('EndpointSlice', namespace, slice.metadata.name);
      return 'done';
    }
    const groups = groupsOf(endpoints);
    const plan = packSlices(existing, groups);
    // Unlike slices of Pods there is no placeholder: no addresses, no slices.
    const write = groups.length === 0 ? [] : plan.write;
    const remove = groups.length === 0 ? existing : plan.remove;
    const done = writeSlices(
      client,
      { owner: endpoints, managedBy: MANAGED_BY, labels: endpoints.metadata.labels ?? {} },
      { write, remove },
    );
    return done ? 'done' : 'retry';
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

function isMirrored({ metadata }: Endpoints): boolean {
  return metadata.labels?.[SKIP_MIRROR] !== 'true' && metadata.annotations?.[LEADER_ANNOTATION] === undefined;
}

function groupsOf(endpoints: Endpoints): readonly PortGroup[] {
  const groups = new Map<string, PortGroup>();
  for (const { addresses, notReadyAddresses, ports } of endpoints.subsets ?? []) {
    const slicePorts: readonly EndpointPort[] = (ports ?? []).map((port) => ({ ...port, name: port.name ?? '' }));
    const key = portsKey(slicePorts);
    const own = [
      ...(addresses ?? []).map((address) => endpointOf(address, true)),
      ...(notReadyAddresses ?? []).map((address) => endpointOf(address, false)),
    ];
    const before = groups.get(key)?.endpoints ?? [];
    const fresh = own.filter((endpoint) => !before.some((other) => jsonEqual(other.addresses, endpoint.addresses)));
    groups.set(key, { ports: slicePorts, endpoints: [...before, ...fresh] });
  }
  return [...groups.values()].filter((group) => group.endpoints.length > 0);
}

function endpointOf(address: EndpointAddress, ready: boolean): Endpoint {
  const { ip, hostname, nodeName, targetRef } = address;
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(targetRef === undefined ? {} : { targetRef }),
  };
}
