/**
 * Which endpoints a Service port's traffic may use on this node (pkg/proxy/topology.go CategorizeEndpoints): ready ones,
 * or serving ones that are terminating where no ready one is left; all of the cluster or the node's own by traffic policy;
 * those of the node's zone where hints cover every ready endpoint (KEP-2433).
 */
import type { Labels } from '../../api/types/meta.ts';
import type { EndpointInfo } from './endpoint.ts';
import { usesClusterEndpoints, usesLocalEndpoints, type ServicePortInfo } from './service-port.ts';

export interface CategorizedEndpoints {
  /** For traffic policy Cluster; empty when the port never uses it. */
  readonly cluster: readonly EndpointInfo[];
  /** For traffic policy Local; empty when the port never uses it. */
  readonly local: readonly EndpointInfo[];
  /** Union of both: each gets a chain. */
  readonly allReachable: readonly EndpointInfo[];
  /** Some usable endpoint exists somewhere, be it out of reach from here. */
  readonly hasAny: boolean;
}

export const LABEL_TOPOLOGY_ZONE = 'topology.kubernetes.io/zone';

/** The zone of the node; '' when it has no label. */
export function zoneOf(nodeLabels: Labels): string {
  return nodeLabels[LABEL_TOPOLOGY_ZONE] ?? '';
}

const NONE: readonly EndpointInfo[] = [];

function isServingTerminating(endpoint: EndpointInfo): boolean {
  return endpoint.serving && endpoint.terminating;
}

/** Ready endpoints, or where there are none, those that still serve while they terminate. */
function usable(endpoints: readonly EndpointInfo[]): { found: readonly EndpointInfo[]; terminating: boolean } {
  if (endpoints.every((endpoint) => endpoint.ready)) return { found: endpoints, terminating: false };
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  if (ready.length > 0) return { found: ready, terminating: false };
  return { found: endpoints.filter(isServingTerminating), terminating: true };
}

export function categorizeEndpoints(
  endpoints: readonly EndpointInfo[],
  info: ServicePortInfo,
  zone: string,
): CategorizedEndpoints {
  const anywhere = usable(endpoints);
  const hasAny = anywhere.found.length > 0;
  const useTopology = usesClusterEndpoints(info) && canUseTopology(endpoints, info, zone);
  const inZone = (endpoint: EndpointInfo): boolean => endpoint.zoneHints.includes(zone);
  const cluster = !usesClusterEndpoints(info) ? NONE : useTopology ? anywhere.found.filter(inZone) : anywhere.found;
  if (!usesLocalEndpoints(info)) return { cluster, local: NONE, allReachable: cluster, hasAny };
  const local = usable(endpoints.filter((endpoint) => endpoint.isLocal));
  return {
    cluster,
    local: local.found,
    allReachable: union(endpoints, cluster, local.found),
    hasAny,
  };
}

/** In the order of `all`, as both are. Local endpoints are missing from `cluster` when they terminate or are hinted elsewhere. */
function union(
  all: readonly EndpointInfo[],
  cluster: readonly EndpointInfo[],
  local: readonly EndpointInfo[],
): readonly EndpointInfo[] {
  if (local.length === 0 || cluster.length === all.length) return cluster;
  const either = new Set([...cluster, ...local]);
  return either.size === cluster.length ? cluster : all.filter((endpoint) => either.has(endpoint));
}

/** Hints are used when the Service asks for them, the node has a zone, every ready endpoint is hinted, and one for this zone. */
function canUseTopology(endpoints: readonly EndpointInfo[], info: ServicePortInfo, zone: string): boolean {
  if (['', 'disabled', 'Disabled'].includes(info.hintsAnnotation) || zone === '') return false;
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  return (
    ready.every((endpoint) => endpoint.zoneHints.length > 0) && ready.some((endpoint) => endpoint.zoneHints.includes(zone))
  );
}
