/**
 * EndpointSlices as they were at the last sync and as they are now (pkg/proxy/endpointschangetracker.go,
 * endpointslicecache.go). Endpoints move between slices, so a Service's endpoints are always computed from all its slices.
 *
 * Where slices contradict each other about an address, a local endpoint counts, and else any one of them: kube-proxy takes the
 * slices in the random order of a Go map. Here it is the first by name, so that equal objects always make equal rules.
 */
import { LABEL_SERVICE_NAME, type EndpointSlice } from '../../api/types/endpointslice.ts';
import { compareText, conditionsOf, endpointInfo, sortedOnce, type EndpointInfo, type EndpointsMap } from './endpoint.ts';
import { same } from './same.ts';
import { servicePortKey } from './service-port.ts';

/** The endpoints of one Service before and after. */
export interface EndpointsChange {
  readonly service: string;
  readonly previous: EndpointsMap;
  readonly current: EndpointsMap;
}

/** The slices of one Service. They are few, so lists do; maps would be the most of a proxier's memory. */
interface SliceTracker {
  /** As of the last sync. */
  applied: readonly EndpointSlice[];
  /** Written or deleted since, each name once. */
  pending: PendingSlice[];
  /** What `applied` amounts to. */
  endpoints: EndpointsMap;
}

interface PendingSlice {
  readonly name: string;
  /** Null when it was deleted. */
  readonly slice: EndpointSlice | null;
}

const NO_ENDPOINTS: EndpointsMap = new Map();

export class EndpointsChangeTracker {
  readonly #hostname: string;
  readonly #trackers = new Map<string, SliceTracker>();
  readonly #pendingServices = new Set<string>();

  constructor(hostname: string) {
    this.#hostname = hostname;
  }

  /** Notes a written (or, with `remove`, deleted) slice; true when that is a change to be synced. */
  endpointSliceUpdate(slice: EndpointSlice, { remove }: { readonly remove: boolean }): boolean {
    const owner = slice.metadata.labels?.[LABEL_SERVICE_NAME] ?? '';
    if (slice.addressType === 'FQDN' || owner === '') return false;
    const service = `${slice.metadata.namespace}/${owner}`;
    const tracker = this.#tracker(service);
    if (!isChange(tracker, slice, remove)) return false;
    const { name } = slice.metadata;
    tracker.pending = tracker.pending.filter((pending) => pending.name !== name);
    tracker.pending.push({ name, slice: remove ? null : slice });
    this.#pendingServices.add(service);
    return true;
  }

  /** The pending changes, which count as applied from now on. */
  checkoutChanges(): readonly EndpointsChange[] {
    const changes = Array.from(this.#pendingServices, (service) => this.#apply(service));
    this.#pendingServices.clear();
    return changes;
  }

  #tracker(service: string): SliceTracker {
    let tracker = this.#trackers.get(service);
    if (tracker === undefined) {
      tracker = { applied: [], pending: [], endpoints: NO_ENDPOINTS };
      this.#trackers.set(service, tracker);
    }
    return tracker;
  }

  #apply(service: string): EndpointsChange {
    const tracker = this.#tracker(service);
    const previous = tracker.endpoints;
    const written = tracker.pending.flatMap(({ slice }) => slice ?? []);
    const kept = tracker.applied.filter(({ metadata }) => !tracker.pending.some(({ name }) => name === metadata.name));
    tracker.applied = [...kept, ...written].sort(byName);
    tracker.pending = [];
    tracker.endpoints = endpointsOf(service, tracker.applied, this.#hostname);
    if (tracker.applied.length === 0) this.#trackers.delete(service);
    return { service, previous, current: tracker.endpoints };
  }
}

/** Models esInfoChanged: compared with what is pending, else with what is applied; metadata and references don't count. */
function isChange({ pending, applied }: SliceTracker, slice: EndpointSlice, remove: boolean): boolean {
  const { name } = slice.metadata;
  const waiting = pending.find((each) => each.name === name);
  const known = waiting === undefined ? (applied.find(({ metadata }) => metadata.name === name) ?? null) : waiting.slice;
  if (known === null || remove) return (known === null) !== remove;
  return !same(relevant(known), relevant(slice));
}

/** What rules are made of, in an order of its own (endpointSliceInfo). */
function relevant({ ports, endpoints }: EndpointSlice): unknown {
  const infos = endpoints.map(({ addresses, conditions, nodeName, zone, hints }) => {
    const text = addresses.join();
    return { text, ...conditionsOf(conditions), nodeName, zone, zones: hints?.forZones?.map(({ name }) => name).sort() };
  });
  return {
    ports: [...(ports ?? [])].sort((a, b) => (a.port ?? 0) - (b.port ?? 0)),
    endpoints: infos.sort((a, b) => compareText(a.text, b.text)),
  };
}

function byName(a: EndpointSlice, b: EndpointSlice): number {
  return compareText(a.metadata.name, b.metadata.name);
}

/** Models endpointInfoByServicePort: slices merged by port name and protocol, addresses once each, sorted. */
function endpointsOf(service: string, slices: readonly EndpointSlice[], hostname: string): EndpointsMap {
  const lists = new Map<string, EndpointInfo[]>();
  for (const slice of slices) {
    for (const { name, protocol, port } of slice.ports ?? []) {
      // The API server gives every port a name, be it empty.
      if (name === undefined || port === undefined || port === 0) continue;
      const key = servicePortKey(service, name, protocol ?? 'TCP');
      let list = lists.get(key);
      if (list === undefined) lists.set(key, (list = []));
      addEndpoints(list, slice, port, hostname);
    }
  }
  const endpoints = new Map<string, readonly EndpointInfo[]>();
  for (const [key, list] of lists) if (list.length > 0) endpoints.set(key, sortedOnce(list));
  return endpoints;
}

/** IPv4 only; an endpoint's further addresses are not used. */
function addEndpoints(list: EndpointInfo[], slice: EndpointSlice, port: number, hostname: string): void {
  for (const endpoint of slice.endpoints) {
    const ip = endpoint.addresses[0];
    if (ip !== undefined && !ip.includes(':')) list.push(endpointInfo(endpoint, ip, port, hostname));
  }
}
