/**
 * Packing endpoints into slices with as few writes as possible (staging endpointslice/reconciler.go reconcileByPortMapping):
 * endpoints stay in the slice they are in, gone ones leave, new ones fill the slices that change anyway, then the fullest one with
 * room, then new slices of at most 100.
 */
import { canonicalJson, jsonEqual } from '../../api/json.ts';
import type { Endpoint, EndpointPort, EndpointSlice } from '../../api/types/endpointslice.ts';

/** kube-controller-manager --max-endpoints-per-slice. */
export const MAX_ENDPOINTS = 100;

/** Endpoints that share their ports. */
export interface PortGroup {
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

/** The wanted content of one slice; `slice` is null for a new one. */
export interface SliceContent {
  readonly slice: EndpointSlice | null;
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

export interface PackPlan {
  /** Slices to create or update; unchanged ones are not listed. */
  readonly write: readonly SliceContent[];
  readonly remove: readonly EndpointSlice[];
}

/** Two port lists with the same key belong into the same slice. */
export function portsKey(ports: readonly EndpointPort[]): string {
  return canonicalJson([...ports].sort((a, b) => (a.name ?? '').localeCompare(b.name ?? '', 'en')));
}

/** What to write so that `existing` holds exactly `groups`; without any endpoint one empty slice stays as a placeholder. */
export function packSlices(existing: readonly EndpointSlice[], groups: readonly PortGroup[]): PackPlan {
  const byPorts = new Map<string, EndpointSlice[]>();
  for (const slice of existing) {
    const key = portsKey(slice.ports ?? []);
    byPorts.set(key, [...(byPorts.get(key) ?? []), slice]);
  }
  const write: SliceContent[] = [];
  const remove: EndpointSlice[] = [];
  let kept = 0;
  for (const group of groups) {
    const key = portsKey(group.ports);
    const contents = packGroup(byPorts.get(key) ?? [], group);
    byPorts.delete(key);
    for (const content of contents) {
      if (content.endpoints.length === 0 && content.slice !== null) remove.push(content.slice);
      else {
        kept++;
        if (content.slice === null || !jsonEqual(content.slice.endpoints, content.endpoints)) write.push(content);
      }
    }
  }
  remove.push(...[...byPorts.values()].flat());
  return kept > 0 ? { write, remove } : placeholder(remove);
}

function placeholder(remove: readonly EndpointSlice[]): PackPlan {
  const [first, ...others] = remove;
  const empty = { slice: first ?? null, ports: [], endpoints: [] };
  const isEmpty = first !== undefined && first.endpoints.length === 0 && (first.ports ?? []).length === 0;
  return { write: isEmpty ? [] : [empty], remove: others };
}

interface Bin {
  readonly slice: EndpointSlice | null;
  readonly endpoints: Endpoint[];
  changed: boolean;
}

function packGroup(slices: readonly EndpointSlice[], group: PortGroup): readonly SliceContent[] {
  const wanted = new Map(group.endpoints.map((endpoint) => [identityOf(endpoint), endpoint]));
  const bins = slices.map((slice) => keepWanted(slice, wanted));
  const rest = [...wanted.values()];
  for (const bin of bins) {
    if (bin.changed && bin.endpoints.length > 0) bin.endpoints.push(...rest.splice(0, MAX_ENDPOINTS - bin.endpoints.length));
  }
  const roomy = fullestWithRoom(bins, rest.length % MAX_ENDPOINTS);
  if (rest.length > 0 && roomy !== null) roomy.endpoints.push(...rest.splice(0, MAX_ENDPOINTS - roomy.endpoints.length));
  while (rest.length > 0) bins.push({ slice: null, endpoints: rest.splice(0, MAX_ENDPOINTS), changed: true });
  return bins.map(({ slice, endpoints }) => ({ slice, ports: group.ports, endpoints }));
}

/** The slice's endpoints that are still wanted, as they are wanted now; what it holds is taken out of `wanted`. */
function keepWanted(slice: EndpointSlice, wanted: Map<string, Endpoint>): Bin {
  const endpoints: Endpoint[] = [];
  for (const endpoint of slice.endpoints) {
    const identity = identityOf(endpoint);
    const now = wanted.get(identity);
    if (now === undefined) continue;
    endpoints.push(jsonEqual(now, endpoint) ? endpoint : now);
    wanted.delete(identity);
  }
  return {
    slice,
    endpoints,
    changed: endpoints.length !== slice.endpoints.length || endpoints.some((endpoint, i) => endpoint !== slice.endpoints[i]),
  };
}

/** Address and Pod make an endpoint what it is; conditions and node may change. */
function identityOf(endpoint: Endpoint): string {
  return `${endpoint.addresses.join(',')} ${endpoint.targetRef?.uid ?? ''} ${endpoint.hostname ?? ''}`;
}

function fullestWithRoom(bins: readonly Bin[], needed: number): Bin | null {
  const fits = bins.filter((bin) => bin.endpoints.length + needed <= MAX_ENDPOINTS && bin.endpoints.length < MAX_ENDPOINTS);
  return fits.reduce<Bin | null>(
    (best, bin) => (best === null || bin.endpoints.length > best.endpoints.length ? bin : best),
    null,
  );
}
