/**
 * Defaults of Services, Endpoints and EndpointSlices (pkg/apis/core/v1/defaults.go SetDefaults_Service, SetDefaults_Endpoints;
 * pkg/apis/discovery/v1/defaults.go). Addresses and node ports are allocated later, by the store.
 */
import type { Draft } from '../json.ts';
import type { Endpoints } from '../types/endpoints.ts';
import type { EndpointSlice } from '../types/endpointslice.ts';
import type { Service, ServiceSpec } from '../types/service.ts';

const DEFAULT_CLIENT_IP_SECONDS = 10_800;

export function setDefaultsService(service: Draft<Service>): void {
  const spec = (service.spec ??= {});
  spec.sessionAffinity ??= 'None';
  spec.type ??= 'ClusterIP';
  setDefaultsAffinity(spec);
  for (const port of spec.ports ?? []) {
    port.protocol ??= 'TCP';
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') {
      if (port.port !== undefined) port.targetPort = port.port;
    }
  }
  if (isExternallyAccessible(spec)) spec.externalTrafficPolicy ??= 'Cluster';
  if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'LoadBalancer') {
    spec.allocateLoadBalancerNodePorts ??= true;
  }
  for (const ingress of service.status?.loadBalancer?.ingress ?? []) {
    if (ingress.ip !== undefined && ingress.ip !== '') ingress.ipMode ??= 'VIP';
  }
}

function setDefaultsAffinity(spec: Draft<ServiceSpec>): void {
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: DEFAULT_CLIENT_IP_SECONDS } };
  }
}

/** True for types with node ports and for Services with externalIPs (pkg/apis/core/service ExternallyAccessible). */
export function isExternallyAccessible(spec: Draft<ServiceSpec>): boolean {
  return (
    spec.type === 'LoadBalancer' ||
    spec.type === 'NodePort' ||
    (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0)
  );
}

export function setDefaultsEndpoints(endpoints: Draft<Endpoints>): void {
  for (const subset of endpoints.subsets ?? []) {
    for (const port of subset.ports ?? []) port.protocol ??= 'TCP';
  }
}

export function setDefaultsEndpointSlice(slice: Draft<EndpointSlice>): void {
  slice.endpoints ??= [];
  for (const port of slice.ports ?? []) {
    port.name ??= '';
    port.protocol ??= 'TCP';
  }
}
