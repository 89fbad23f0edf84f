/**
 * What a healthCheckNodePort answers (pkg/proxy/healthcheck/service_health.go): cloud load balancers ask each node whether
 * it has local endpoints of a Service with externalTrafficPolicy Local; `curl -i http://NODE:PORT/healthz` says 200 or 503.
 */
import type { IpAddr } from '../../lib/ip.ts';
import type { EndpointInfo } from './endpoint.ts';
import type { ServicePortInfo } from './service-port.ts';

/** Where and what to answer (healthcheck.NewServiceHealthServer, SyncServices, SyncEndpoints). */
export interface HealthChecks {
  /** Addresses to listen on: those that answer NodePorts; 0.0.0.0 for all. */
  readonly addresses: readonly IpAddr[];
  readonly checks: readonly ServiceHealthCheck[];
}

export interface ServiceHealthCheck {
  /** `default/web`. */
  readonly service: string;
  readonly port: number;
  /** Ready endpoints on this node, by address; 0 answers 503. */
  readonly localEndpoints: number;
}

/** One check per Service: its ports share the healthCheckNodePort, and an address counts once for all of them. */
export function serviceHealthChecks(
  ports: Iterable<ServicePortInfo>,
  endpointsOf: (key: string) => readonly EndpointInfo[],
): readonly ServiceHealthCheck[] {
  const checks = new Map<string, { port: number; local: Set<string> }>();
  for (const { service, key, healthCheckNodePort } of ports) {
    const check = checks.get(service) ?? { port: healthCheckNodePort, local: new Set<string>() };
    checks.set(service, check);
    for (const { ready, isLocal, ip } of endpointsOf(key)) if (ready && isLocal) check.local.add(ip);
  }
  return Array.from(checks, ([service, { port, local }]) => ({ service, port, localEndpoints: local.size }));
}

/** The answer of the health check server, as `curl -i` shows it, its Date aside. */
export function healthCheckResponse({ service, localEndpoints }: ServiceHealthCheck): string {
  const [namespace = '', name = ''] = service.split('/');
  const body = JSON.stringify({ service: { namespace, name }, localEndpoints, serviceProxyHealthy: true }, null, '\t');
  return [
    `HTTP/1.1 ${localEndpoints > 0 ? '200 OK' : '503 Service Unavailable'}`,
    'Content-Type: application/json',
    'X-Content-Type-Options: nosniff',
    `X-Load-Balancing-Endpoint-Weight: ${localEndpoints}`,
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}
