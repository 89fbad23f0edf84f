/**
 * Services (pkg/apis/core/validation/validation.go ValidateService, ValidateServiceUpdate), ranges of addresses and node ports
 * excepted: those are the allocator's.
 */
import { isExternallyAccessible } from '../defaults/service.ts';
import { duplicate, forbidden, invalid, notSupported, printed, required, type FieldError } from '../field-error.ts';
import { jsonEqual, type Draft } from '../json.ts';
import type { Service, ServicePort, ServiceSpec } from '../types/service.ts';
import { duplicates, invalids, validateLabels } from './meta.ts';
import {
  isDns1123Label,
  isDns1123Subdomain,
  isNonSpecialIp,
  isQualifiedName,
  isValidCidr,
  isValidIp,
  isValidPortName,
  isValidPortNum,
} from './names.ts';

export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const POLICIES = ['Cluster', 'Local'];
const MAX_AFFINITY_SECONDS = 86_400;
const KUBELET_PORT = 10_250;

type Spec = Draft<ServiceSpec>;

export function validateService(service: Draft<Service>): readonly FieldError[] {
  const spec = service.spec ?? {};
  return [
    ...validateAddresses(spec),
    ...validatePorts(spec),
    ...validateLabels('spec.selector', spec.selector),
    ...validateAffinity(spec),
    ...(TYPES.includes(spec.type ?? '') ? [] : [notSupported('spec.type', spec.type, TYPES)]),
    ...(spec.externalIPs ?? []).flatMap((ip, i) => externalIpErrors(`spec.externalIPs[${i}]`, ip)),
    ...validateTypeFields(spec),
    ...validateTrafficPolicies(spec),
    ...validateLoadBalancer(spec),
  ];
}

function externalIpErrors(field: string, ip: string): readonly FieldError[] {
  const malformed = isValidIp(ip);
  return invalids(field, ip, malformed.length > 0 ? malformed : isNonSpecialIp(ip));
}

function validateAddresses(spec: Spec): readonly FieldError[] {
  const addresses = spec.clusterIPs ?? (spec.clusterIP === undefined || spec.clusterIP === '' ? [] : [spec.clusterIP]);
  if (spec.type === 'ExternalName') {
    return addresses.length === 0 ? [] : [invalid('spec.clusterIPs', addresses, 'may not be set for ExternalName services')];
  }
  const mismatch = spec.clusterIPs !== undefined && spec.clusterIP !== undefined && spec.clusterIPs[0] !== spec.clusterIP;
  const families = (spec.ipFamilies ?? []).flatMap((family: string, i) => {
    if (family !== 'IPv4' && family !== 'IPv6') return [notSupported(`spec.ipFamilies[${i}]`, family, ['IPv4', 'IPv6'])];
    return family === 'IPv6' ? [invalid(`spec.ipFamilies[${i}]`, family, 'not configured on this cluster')] : [];
  });
  const dual =
    spec.ipFamilyPolicy === 'RequireDualStack'
      ? [invalid('spec.ipFamilyPolicy', 'RequireDualStack', 'this cluster is not configured for dual-stack services')]
      : [];
  return [
    ...(mismatch ? [invalid('spec.clusterIPs', addresses, 'first value must match `clusterIP`')] : []),
    ...addresses.flatMap((ip, i) => (i === 0 && ip === 'None' ? [] : invalids(`spec.clusterIPs[${i}]`, ip, isValidIp(ip)))),
    ...families,
    ...dual,
  ];
}

function isHeadless(spec: Spec): boolean {
  return spec.clusterIP === 'None';
}

function validatePorts(spec: Spec): readonly FieldError[] {
  const ports = spec.ports ?? [];
  const missing = ports.length === 0 && !isHeadless(spec) && spec.type !== 'ExternalName' ? [required('spec.ports')] : [];
  return [
    ...missing,
    ...ports.flatMap((port, i) => validatePort(port, `spec.ports[${i}]`, { requireName: ports.length > 1, spec })),
    ...duplicates(
      ports,
      (port) => port.name ?? null,
      (port, i) => duplicate(`spec.ports[${i}].name`, port.name),
    ),
    ...duplicates(
      ports,
      (port) => `${port.protocol ?? ''}/${port.port ?? 0}`,
      (port, i) => duplicate(`spec.ports[${i}]`, printed(goPort({ Protocol: port.protocol, Port: port.port }))),
    ),
    ...duplicates(
      ports,
      (port) => ((port.nodePort ?? 0) === 0 ? null : `${port.protocol ?? ''}/${port.nodePort ?? 0}`),
      (port, i) =>
        duplicate(`spec.ports[${i}].nodePort`, printed(goPort({ Protocol: port.protocol, NodePort: port.nodePort }))),
    ),
  ];
}

/** The Go struct that stands for a repeated port. */
function goPort({
  Protocol = 'TCP',
  Port = 0,
  NodePort = 0,
}: {
  readonly Protocol?: string | undefined;
  readonly Port?: number | undefined;
  readonly NodePort?: number | undefined;
}): string {
  return `core.ServicePort{Name:"", Protocol:"${Protocol}", AppProtocol:(*string)(nil), Port:${Port}, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:${NodePort}}`;
}

function validatePort(
  port: Draft<ServicePort>,
  field: string,
  { requireName, spec }: { readonly requireName: boolean; readonly spec: Spec },
): readonly FieldError[] {
  const name = port.name ?? '';
  return [
    ...(name === '' ? (requireName ? [required(`${field}.name`)] : []) : invalids(`${field}.name`, name, isDns1123Label(name))),
    ...invalids(`${field}.port`, port.port ?? 0, isValidPortNum(port.port ?? 0)),
    ...(PROTOCOLS.includes(port.protocol ?? '') ? [] : [notSupported(`${field}.protocol`, port.protocol, PROTOCOLS)]),
    ...validateTargetPort(`${field}.targetPort`, port.targetPort),
    ...(port.appProtocol === undefined
      ? []
      : invalids(`${field}.appProtocol`, port.appProtocol, isQualifiedName(port.appProtocol))),
    ...(spec.type === 'ClusterIP' && (port.nodePort ?? 0) !== 0
      ? [forbidden(`${field}.nodePort`, "may not be used when `type` is 'ClusterIP'")]
      : []),
    ...(spec.type === 'LoadBalancer' && port.port === KUBELET_PORT
      ? [invalid(`${field}.port`, port.port, `may not expose port ${KUBELET_PORT} externally since it is used by kubelet`)]
      : []),
  ];
}

/** A port by number or by name. */
export function validateTargetPort(field: string, port: number | string | undefined): readonly FieldError[] {
  if (typeof port === 'number') return invalids(field, port, isValidPortNum(port));
  return port === undefined ? [] : invalids(field, port, isValidPortName(port));
}

function validateAffinity(spec: Spec): readonly FieldError[] {
  const affinity = spec.sessionAffinity ?? '';
  if (affinity !== 'ClientIP' && affinity !== 'None')
    return [notSupported('spec.sessionAffinity', affinity, ['ClientIP', 'None'])];
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  const field = 'spec.sessionAffinityConfig.clientIP.timeoutSeconds';
  return seconds !== undefined && (seconds <= 0 || seconds > MAX_AFFINITY_SECONDS)
    ? [invalid(field, seconds, `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`)]
    : [];
}

function validateTypeFields(spec: Spec): readonly FieldError[] {
  if ((spec.type === 'LoadBalancer' || spec.type === 'NodePort') && isHeadless(spec)) {
    return [invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`)];
  }
  if (spec.type !== 'ExternalName') return [];
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  return name === '' ? [required('spec.externalName')] : invalids('spec.externalName', name, isDns1123Subdomain(name));
}

function validateTrafficPolicies(spec: Spec): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { externalTrafficPolicy: external, internalTrafficPolicy: internal } = spec;
  if (!isExternallyAccessible(spec)) {
    if (external !== undefined)
      errors.push(invalid('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services'));
  } else if (external === undefined) errors.push(required('spec.externalTrafficPolicy'));
  else if (!POLICIES.includes(external)) errors.push(notSupported('spec.externalTrafficPolicy', external, POLICIES));
  if (internal !== undefined && !POLICIES.includes(internal))
    errors.push(notSupported('spec.internalTrafficPolicy', internal, POLICIES));
  if ((spec.healthCheckNodePort ?? 0) !== 0 && !(spec.type === 'LoadBalancer' && external === 'Local')) {
    errors.push(
      invalid(
        'spec.healthCheckNodePort',
        spec.healthCheckNodePort,
        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ),
    );
  }
  return errors;
}

function validateLoadBalancer(spec: Spec): readonly FieldError[] {
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const field = 'spec.LoadBalancerSourceRanges';
  const onlyLoadBalancer = "may only be used when `type` is 'LoadBalancer'";
  const errors: FieldError[] = [];
  if (spec.type !== 'LoadBalancer') {
    if (ranges.length > 0) errors.push(forbidden(field, onlyLoadBalancer));
    if (spec.allocateLoadBalancerNodePorts !== undefined)
      errors.push(forbidden('spec.allocateLoadBalancerNodePorts', onlyLoadBalancer));
    if (spec.loadBalancerClass !== undefined) errors.push(forbidden('spec.loadBalancerClass', onlyLoadBalancer));
  } else if (spec.loadBalancerClass !== undefined)
    errors.push(...invalids('spec.loadBalancerClass', spec.loadBalancerClass, isQualifiedName(spec.loadBalancerClass)));
  if (ranges.some((range) => isValidCidr(range.trim()).length > 0)) {
    errors.push(
      invalid(field, `[${ranges.join(' ')}]`, 'must be a list of IP ranges. For example, 10.240.0.0/24,10.250.0.0/24 '),
    );
  }
  return errors;
}

/** What may not change once it is set. */
export function validateServiceUpdate(service: Draft<Service>, old: Service): readonly FieldError[] {
  const spec = service.spec ?? {};
  const errors: FieldError[] = [];
  const keepsAddress = spec.type !== 'ExternalName' && old.spec.type !== 'ExternalName';
  if (keepsAddress && (old.spec.clusterIP ?? '') !== '' && spec.clusterIP !== old.spec.clusterIP) {
    errors.push(invalid('spec.clusterIPs[0]', spec.clusterIPs ?? [], 'may not change once set'));
  }
  if (
    spec.type === 'LoadBalancer' &&
    old.spec.type === 'LoadBalancer' &&
    !jsonEqual(spec.loadBalancerClass, old.spec.loadBalancerClass)
  ) {
    errors.push(invalid('spec.loadBalancerClass', spec.loadBalancerClass ?? '', 'may not change once set'));
  }
  const ports = [old.spec.healthCheckNodePort ?? 0, spec.healthCheckNodePort ?? 0];
  if (ports.every((port) => port !== 0) && ports[0] !== ports[1])
    errors.push(invalid('spec.healthCheckNodePort', ports[1], 'field is immutable'));
  return errors;
}
