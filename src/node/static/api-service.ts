/**
 * `default/kubernetes`: the API server's own Service, and the Endpoints and EndpointSlice it writes for itself
 * (pkg/controlplane/controller/kubernetesservice, pkg/controlplane/reconcilers).
 */
import type { Endpoints } from '../../api/types/endpoints.ts';
import type { EndpointSlice } from '../../api/types/endpointslice.ts';
import type { Service } from '../../api/types/service.ts';
import type { ObjectInput } from '../../api/watch.ts';
import { networkAddress, type Cidr } from '../../lib/cidr.ts';
import { ipAdd } from '../../lib/ip.ts';

const NAME = { name: 'kubernetes', namespace: 'default' } as const;
const PORT = 6443;

export function kubernetesService(serviceCIDR: Cidr): ObjectInput<Service> {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...NAME, labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      clusterIP: ipAdd(networkAddress(serviceCIDR), 1),
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: PORT }],
    },
  };
}

/** The addresses of the API servers; the label keeps the mirroring controller from making a second slice. */
export function kubernetesEndpoints(addresses: readonly string[]): ObjectInput<Endpoints> {
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...NAME, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: addresses.map((ip) => ({ ip })), ports: [{ name: 'https', port: PORT, protocol: 'TCP' }] }],
  };
}

export function kubernetesEndpointSlice(addresses: readonly string[]): ObjectInput<EndpointSlice> {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...NAME, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ports: [{ name: 'https', port: PORT, protocol: 'TCP' }],
  };
}
