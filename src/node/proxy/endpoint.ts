/**
 * One address and port behind a Service port (pkg/proxy/endpoint.go BaseEndpointInfo), as an EndpointSlice tells it:
 * `kubectl get endpointslices -o yaml`.
 */
import type { Endpoint } from '../../api/types/endpointslice.ts';

export interface EndpointInfo {
  /** `10.244.0.2:8080`: identity, sort order, and part of its chain's name. */
  readonly text: string;
  readonly ip: string;
  /** It runs on this proxy's node. */
  readonly isLocal: boolean;
  /** Ready and not terminating. */
  readonly ready: boolean;
  /** Ready, terminating or not. */
  readonly serving: boolean;
  readonly terminating: boolean;
  /** Zones this endpoint is meant for; empty without hints. */
  readonly zoneHints: readonly string[];
}

/** Endpoints by Service port key (`default/web:http/TCP`), each list sorted by text. */
export type EndpointsMap = ReadonlyMap<string, readonly EndpointInfo[]>;

const NO_HINTS: readonly string[] = [];

/** Unknown conditions read as the API says: ready and serving true, terminating false. */
export function conditionsOf(conditions: Endpoint['conditions']): Pick<EndpointInfo, 'ready' | 'serving' | 'terminating'> {
  return {
    ready: conditions?.ready ?? true,
    serving: conditions?.serving ?? true,
    terminating: conditions?.terminating ?? false,
  };
}

export function endpointInfo(endpoint: Endpoint, ip: string, port: number, hostname: string): EndpointInfo {
  const { conditions, hints } = endpoint;
  return {
    text: `${ip}:${port}`,
    ip,
    isLocal: hostname !== '' && endpoint.nodeName === hostname,
    ...conditionsOf(conditions),
    zoneHints: hints?.forZones?.map(({ name }) => name) ?? NO_HINTS,
  };
}

/** Sorts by text and keeps each address and port once: as first seen, unless a later one is local. */
export function sortedOnce(endpoints: EndpointInfo[]): readonly EndpointInfo[] {
  endpoints.sort(byText);
  if (!endpoints.some(({ text }, i) => text === endpoints[i - 1]?.text)) return endpoints;
  const once = new Map<string, EndpointInfo>();
  for (const endpoint of endpoints) if (endpoint.isLocal || !once.has(endpoint.text)) once.set(endpoint.text, endpoint);
  return [...once.values()];
}

function byText(a: EndpointInfo, b: EndpointInfo): number {
  return compareText(a.text, b.text);
}

/** Order of Go strings, for ASCII. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
