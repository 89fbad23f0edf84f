/**
 * What kube-proxy keeps of one port of a Service (pkg/proxy/serviceport.go BaseServicePortInfo, and the names that
 * pkg/proxy/iptables/proxier.go servicePortInfo adds). `kubectl get svc NAME -o yaml` shows where each field comes from.
 */
import type { Labels } from '../../api/types/meta.ts';
import type { LoadBalancerIngress, Protocol, Service, ServicePort } from '../../api/types/service.ts';
import { networkCidr, parseCidr, type Cidr } from '../../lib/cidr.ts';
import { parseIp, type IpAddr } from '../../lib/ip.ts';

export interface ServicePortInfo {
  /** Identity within the proxy: `default/web:http/TCP`. */
  readonly key: string;
  /** The Service, `default/web`. */
  readonly service: string;
  /** ServicePortName as rules and hashes spell it: `default/web:http`, or `default/web` for an unnamed port. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly clusterIP: IpAddr;
  readonly port: number;
  /** 0 when there is none. */
  readonly nodePort: number;
  readonly externalIPs: readonly IpAddr[];
  /** Ingress addresses that reach the node unchanged (ipMode VIP). */
  readonly loadBalancerVIPs: readonly IpAddr[];
  readonly loadBalancerSourceRanges: readonly Cidr[];
  readonly sessionAffinity: 'None' | 'ClientIP';
  /** Seconds a client stays with its endpoint; 0 without session affinity. */
  readonly stickyMaxAgeSeconds: number;
  /** 0 unless type LoadBalancer with externalTrafficPolicy Local. */
  readonly healthCheckNodePort: number;
  readonly externalPolicyLocal: boolean;
  readonly internalPolicyLocal: boolean;
  /** The annotation that asks for topology-aware routing; '' when absent. */
  readonly hintsAnnotation: string;
}

/** Reachable by something other than its ClusterIP. */
export function externallyAccessible(info: ServicePortInfo): boolean {
  return info.nodePort !== 0 || info.loadBalancerVIPs.length !== 0 || info.externalIPs.length !== 0;
}

/** Cluster endpoints are needed even for external policy Local: local clients are short-circuited to them. */
export function usesClusterEndpoints(info: ServicePortInfo): boolean {
  return !info.internalPolicyLocal || externallyAccessible(info);
}

export function usesLocalEndpoints(info: ServicePortInfo): boolean {
  return info.internalPolicyLocal || (info.externalPolicyLocal && externallyAccessible(info));
}

/** The identity of a port of a Service, shared with the EndpointSlices' ports. */
export function servicePortKey(service: string, portName: string, protocol: Protocol): string {
  return `${service}:${portName}/${protocol}`;
}

/** The Service's IPv4 ClusterIP; null for those kube-proxy has no part in: headless, ExternalName, IPv6 only. */
function clusterIPOf({ spec }: Service): IpAddr | null {
  if (spec.type === 'ExternalName' || spec.clusterIP === undefined || spec.clusterIP === 'None') return null;
  const { ipFamilies = [], clusterIPs = [] } = spec;
  // Objects from before dual stack have no families (GetClusterIPByFamily).
  return parseIp((ipFamilies.length === 0 ? spec.clusterIP : clusterIPs[ipFamilies.indexOf('IPv4')]) ?? '');
}

/** Models pkg/proxy/servicechangetracker.go serviceToServiceMap: the ports of a Service, none when it is skipped. */
export function servicePortsOf(service: Service): readonly ServicePortInfo[] {
  const clusterIP = clusterIPOf(service);
  return clusterIP === null ? [] : (service.spec.ports ?? []).map((port) => servicePortInfo(service, port, clusterIP));
}

function servicePortInfo({ metadata, spec, status }: Service, port: ServicePort, clusterIP: IpAddr): ServicePortInfo {
  const service = `${metadata.namespace}/${metadata.name}`;
  const portName = port.name ?? '';
  const externalPolicyLocal = isExternal(spec) && spec.externalTrafficPolicy === 'Local';
  const sticky = spec.sessionAffinity === 'ClientIP';
  return {
    key: servicePortKey(service, portName, port.protocol),
    service,
    name: portName === '' ? service : `${service}:${portName}`,
    protocol: port.protocol,
    clusterIP,
    port: port.port,
    nodePort: port.nodePort ?? 0,
    externalIPs: valid(spec.externalIPs, parseIp),
    loadBalancerVIPs: valid(status.loadBalancer?.ingress, vipOf),
    loadBalancerSourceRanges: valid(spec.loadBalancerSourceRanges, sourceRange),
    sessionAffinity: sticky ? 'ClientIP' : 'None',
    stickyMaxAgeSeconds: sticky ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_CLIENT_IP_SECONDS) : 0,
    healthCheckNodePort: spec.type === 'LoadBalancer' && externalPolicyLocal ? (spec.healthCheckNodePort ?? 0) : 0,
    externalPolicyLocal,
    internalPolicyLocal: spec.internalTrafficPolicy === 'Local',
    hintsAnnotation: hintsAnnotation(metadata.annotations),
  };
}

/** The API server's default of sessionAffinityConfig.clientIP.timeoutSeconds. */
const DEFAULT_CLIENT_IP_SECONDS = 10_800;

const NONE: readonly never[] = [];

/** The values that `parse` accepts: of the proxier's family, and well formed. */
function valid<T, U>(values: readonly T[] | undefined, parse: (value: T) => U | null): readonly U[] {
  return values === undefined || values.length === 0 ? NONE : values.map(parse).filter((value) => value !== null);
}

/** An ingress address that reaches the node unchanged. */
function vipOf(ingress: LoadBalancerIngress): IpAddr | null {
  return (ingress.ipMode ?? 'VIP') === 'VIP' ? parseIp(ingress.ip ?? '') : null;
}

/** Validation lets blanks around a range pass; kube-proxy writes the network, host bits cleared. */
function sourceRange(text: string): Cidr | null {
  const range = parseCidr(text.trim());
  return range === null ? null : networkCidr(range);
}

/** The deprecated annotation has precedence. */
function hintsAnnotation(annotations: Labels | undefined): string {
  return (
    annotations?.['service.kubernetes.io/topology-aware-hints'] ?? annotations?.['service.kubernetes.io/topology-mode'] ?? ''
  );
}

function isExternal(spec: Service['spec']): boolean {
  return spec.type === 'NodePort' || spec.type === 'LoadBalancer' || (spec.externalIPs ?? []).length > 0;
}
