/**
 * Services and EndpointSlices for tests of kube-proxy, as the API server would store them.
 */
import type { Endpoint, EndpointSlice } from '../../api/types/endpointslice.ts';
import type { NamespacedMeta } from '../../api/types/meta.ts';
import type { Node } from '../../api/types/node.ts';
import type { Service, ServiceSpec, ServiceStatus } from '../../api/types/service.ts';

function metadata(name: string, extra: Partial<NamespacedMeta> = {}): NamespacedMeta {
  return { name, namespace: 'default', uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', ...extra };
}

/** A ClusterIP Service with one port `http` 80, changed as told. */
export function service(
  name: string,
  spec: Partial<ServiceSpec> = {},
  { status = {}, ...meta }: Partial<NamespacedMeta> & { readonly status?: ServiceStatus } = {},
): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(name, meta),
    spec: {
      type: 'ClusterIP',
      clusterIP: '10.96.0.10',
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 }],
      ...spec,
    },
    status,
  };
}

/** A ready endpoint at `address` on `nodeName`, changed as told. */
export function endpoint(address: string, nodeName = 'other', extra: Partial<Endpoint> = {}): Endpoint {
  return { addresses: [address], nodeName, conditions: { ready: true, serving: true, terminating: false }, ...extra };
}

/** Conditions of an endpoint whose Pod is going but answers. */
export const TERMINATING = { conditions: { ready: false, serving: true, terminating: true } };
export const UNREADY = { conditions: { ready: false, serving: false, terminating: false } };

/** A slice of `owner` with port `http` 8080, changed as told. */
export function slice(owner: string, endpoints: readonly Endpoint[], extra: Partial<EndpointSlice> = {}): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: metadata(`${owner}-abc12`, { labels: { 'kubernetes.io/service-name': owner } }),
    addressType: 'IPv4',
    ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
    endpoints,
    ...extra,
  };
}

export function node(name: string, labels: Readonly<Record<string, string>> = {}): Node {
  const { namespace: _, ...meta } = metadata(name, { labels });
  return { apiVersion: 'v1', kind: 'Node', metadata: meta, spec: {}, status: {} };
}
