/**
 * Endpoints (core/v1): `kubectl get endpoints`, the older view of a Service's back ends.
 */
import type { NamespacedMeta, ObjectReference } from './meta.ts';
import type { Protocol } from './service.ts';

export interface EndpointAddress {
  readonly ip: string;
  readonly hostname?: string;
  readonly nodeName?: string;
  readonly targetRef?: ObjectReference;
}

export interface EndpointsPort {
  readonly name?: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly appProtocol?: string;
}

/** The Cartesian product of addresses and ports. */
export interface EndpointSubset {
  readonly addresses?: readonly EndpointAddress[];
  readonly notReadyAddresses?: readonly EndpointAddress[];
  readonly ports?: readonly EndpointsPort[];
}

export interface Endpoints {
  readonly apiVersion: 'v1';
  readonly kind: 'Endpoints';
  readonly metadata: NamespacedMeta;
  readonly subsets?: readonly EndpointSubset[];
}
