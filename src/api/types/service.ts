/**
 * Service (core/v1): `kubectl get services -o wide`, `kubectl describe service`.
 */
import type { ConditionStatus, IntOrString, Labels, NamespacedMeta } from './meta.ts';

export type Protocol = 'TCP' | 'UDP' | 'SCTP';

export type ServiceType = 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';

export type ServiceTrafficPolicy = 'Cluster' | 'Local';

export interface ServicePort {
  /** Absent on the only port of a Service. */
  readonly name?: string;
  readonly protocol: Protocol;
  readonly appProtocol?: string;
  readonly port: number;
  readonly targetPort: IntOrString;
  /** Absent (or 0) unless allocated: types NodePort and LoadBalancer. */
  readonly nodePort?: number;
}

export interface SessionAffinityConfig {
  readonly clientIP?: { readonly timeoutSeconds?: number };
}

export interface ServiceSpec {
  readonly type: ServiceType;
  /** Absent or empty: endpoints are managed by hand. */
  readonly selector?: Labels;
  readonly ports?: readonly ServicePort[];
  /** An address, `None` for a headless Service, absent for ExternalName. */
  readonly clusterIP?: string;
  readonly clusterIPs?: readonly string[];
  readonly ipFamilies?: readonly ('IPv4' | 'IPv6')[];
  readonly ipFamilyPolicy?: 'SingleStack' | 'PreferDualStack' | 'RequireDualStack';
  readonly externalIPs?: readonly string[];
  readonly sessionAffinity: 'None' | 'ClientIP';
  readonly sessionAffinityConfig?: SessionAffinityConfig;
  readonly loadBalancerIP?: string;
  readonly loadBalancerSourceRanges?: readonly string[];
  readonly loadBalancerClass?: string;
  readonly allocateLoadBalancerNodePorts?: boolean;
  readonly externalName?: string;
  /** Set for types NodePort and LoadBalancer, and where there are externalIPs. */
  readonly externalTrafficPolicy?: ServiceTrafficPolicy;
  /** Set for every type but ExternalName. */
  readonly internalTrafficPolicy?: ServiceTrafficPolicy;
  readonly healthCheckNodePort?: number;
  readonly publishNotReadyAddresses?: boolean;
  readonly trafficDistribution?: string;
}

export interface LoadBalancerIngress {
  readonly ip?: string;
  readonly hostname?: string;
  readonly ipMode?: 'VIP' | 'Proxy';
}

export interface ServiceCondition {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

export interface ServiceStatus {
  readonly loadBalancer?: { readonly ingress?: readonly LoadBalancerIngress[] };
  readonly conditions?: readonly ServiceCondition[];
}

export interface Service {
  readonly apiVersion: 'v1';
  readonly kind: 'Service';
  readonly metadata: NamespacedMeta;
  readonly spec: ServiceSpec;
  readonly status: ServiceStatus;
}
