/**
 * What an update of a Service keeps and drops without being told (pkg/registry/core/service storage patchAllocatedValues and
 * strategy dropTypeDependentFields): allocated values stay when the manifest leaves them out, fields of the old type go.
 */
import type { Draft } from '../api/json.ts';
import { isExternallyAccessible } from '../api/defaults/service.ts';
import type { Service, ServiceSpec } from '../api/types/service.ts';
import { needsClusterIP, needsHealthCheckNodePort, needsNodePort } from './service-allocator.ts';

/** Brings what was allocated for `old` over to `next`, then clears what the new type has no use for. */
export function prepareServiceForUpdate(next: Draft<Service>, old: Service): void {
  const spec = (next.spec ??= {});
  normaliseAddresses(spec, old.spec);
  if (needsClusterIP(spec) && needsClusterIP(old.spec as Draft<ServiceSpec>)) keepAddress(spec, old.spec);
  if (needsNodePort(spec) && needsNodePort(old.spec as Draft<ServiceSpec>)) keepNodePorts(spec, old.spec);
  if (needsHealthCheckNodePort(spec)) spec.healthCheckNodePort ||= old.spec.healthCheckNodePort;
  dropTypeDependentFields(spec, old.spec);
}

/** A client that changed clusterIP alone means clusterIPs too (NormalizeClusterIPs). */
function normaliseAddresses(spec: Draft<ServiceSpec>, old: ServiceSpec): void {
  const sameList = (spec.clusterIPs ?? []).join() === (old.clusterIPs ?? []).join();
  if (spec.clusterIP === old.clusterIP || !sameList) return;
  if ((spec.clusterIP ?? '') === '') delete spec.clusterIPs;
  else spec.clusterIPs = [spec.clusterIP ?? ''];
}

function keepAddress(spec: Draft<ServiceSpec>, old: ServiceSpec): void {
  spec.clusterIP ||= old.clusterIP;
  if (spec.clusterIPs === undefined && spec.clusterIP === old.clusterIP) spec.clusterIPs = [...(old.clusterIPs ?? [])];
  spec.ipFamilies ??= [...(old.ipFamilies ?? [])];
  spec.ipFamilyPolicy ??= old.ipFamilyPolicy;
}

/** By port name, unless another port has taken the number meanwhile. */
function keepNodePorts(spec: Draft<ServiceSpec>, old: ServiceSpec): void {
  const used = new Set((spec.ports ?? []).map((port) => port.nodePort ?? 0));
  const byName = new Map((old.ports ?? []).map((port) => [port.name ?? '', port.nodePort ?? 0]));
  for (const port of spec.ports ?? []) {
    const kept = byName.get(port.name ?? '') ?? 0;
    if ((port.nodePort ?? 0) !== 0 || kept === 0 || used.has(kept)) continue;
    port.nodePort = kept;
    used.add(kept);
  }
}

function dropTypeDependentFields(spec: Draft<ServiceSpec>, old: ServiceSpec): void {
  const before = old as Draft<ServiceSpec>;
  if (needsClusterIP(before) && !needsClusterIP(spec)) dropAddress(spec, old);
  if (needsNodePort(before) && !needsNodePort(spec)) dropNodePorts(spec, old);
  if (
    needsHealthCheckNodePort(before) &&
    !needsHealthCheckNodePort(spec) &&
    spec.healthCheckNodePort === old.healthCheckNodePort
  ) {
    delete spec.healthCheckNodePort;
  }
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (spec.allocateLoadBalancerNodePorts === old.allocateLoadBalancerNodePorts) delete spec.allocateLoadBalancerNodePorts;
    if (spec.loadBalancerClass === old.loadBalancerClass) delete spec.loadBalancerClass;
  }
  if (
    isExternallyAccessible(before) &&
    !isExternallyAccessible(spec) &&
    spec.externalTrafficPolicy === old.externalTrafficPolicy
  ) {
    delete spec.externalTrafficPolicy;
  }
}

function dropAddress(spec: Draft<ServiceSpec>, old: ServiceSpec): void {
  if (spec.clusterIP === old.clusterIP) {
    delete spec.clusterIP;
    delete spec.clusterIPs;
  }
  delete spec.ipFamilies;
  delete spec.ipFamilyPolicy;
  delete spec.internalTrafficPolicy;
}

/** Clears node ports when they are the ones the old type had. */
function dropNodePorts(spec: Draft<ServiceSpec>, old: ServiceSpec): void {
  const had = new Set((old.ports ?? []).map((port) => port.nodePort ?? 0));
  if (!(spec.ports ?? []).every((port) => had.has(port.nodePort ?? 0))) return;
  for (const port of spec.ports ?? []) delete port.nodePort;
}
