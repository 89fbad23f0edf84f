/**
 * A load balancer outside the cluster: all that is modelled of it is what it reports of a Service, its addresses in
 * `status.loadBalancer.ingress` (what a cloud controller or MetalLB writes there). kube-proxy then answers on them on every node.
 *
 * Simplification: nobody routes packets for those addresses to a node; what a node or Pod sends to one, its own rules catch.
 */
import { kubectlErrorText } from '../api/status.ts';
import type { ServiceStatus } from '../api/types/service.ts';
import type { ApiStore } from '../controlplane/store.ts';
import { err, ok, type Result } from '../lib/result.ts';

export function loadBalancerStatus(ips: readonly string[]): ServiceStatus {
  return { loadBalancer: { ingress: ips.map((ip) => ({ ip })) } };
}

/** Writes the addresses into the Service's status; the error is what kubectl would print. */
export function reportLoadBalancer(store: ApiStore, key: string, ips: readonly string[]): Result<string, string> {
  const service = store.byKey(key);
  if (service === null) return err(`Error from server (NotFound): ${key} not found`);
  if (service.kind !== 'Service' || service.spec.type !== 'LoadBalancer') return err(`error: ${key} has no load balancer`);
  const written = store.updateStatus('Service', { ...service, status: { ...service.status, ...loadBalancerStatus(ips) } });
  return written.ok ? ok(`service/${service.metadata.name} patched`) : err(kubectlErrorText(written.error));
}
