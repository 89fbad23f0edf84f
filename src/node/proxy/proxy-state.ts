/**
 * Service ports and endpoints as of the last sync (pkg/proxy ServicePortMap and EndpointsMap), with the totals that would
 * otherwise cost a walk over all of them at every sync.
 */
import type { EndpointInfo } from './endpoint.ts';
import type { EndpointsChange } from './endpoints-change-tracker.ts';
import type { ServiceChange } from './service-change-tracker.ts';
import type { ServicePortInfo } from './service-port.ts';

const NO_PORTS: readonly ServicePortInfo[] = [];
const NO_ENDPOINTS: readonly EndpointInfo[] = [];

export class ProxyState {
  readonly #portsOfService = new Map<string, readonly ServicePortInfo[]>();
  readonly #ports = new Map<string, ServicePortInfo>();
  readonly #endpoints = new Map<string, readonly EndpointInfo[]>();
  readonly #healthChecked = new Map<string, ServicePortInfo>();
  #totalEndpoints = 0;

  /** Service ports by key. */
  get ports(): ReadonlyMap<string, ServicePortInfo> {
    return this.#ports;
  }

  /** Services that have ports to proxy, `default/web`. */
  get services(): ReadonlyMap<string, readonly ServicePortInfo[]> {
    return this.#portsOfService;
  }

  /** Ports with a healthCheckNodePort. */
  get healthChecked(): Iterable<ServicePortInfo> {
    return this.#healthChecked.values();
  }

  /** Endpoints of all Service ports, usable or not. */
  get totalEndpoints(): number {
    return this.#totalEndpoints;
  }

  portsOf(service: string): readonly ServicePortInfo[] {
    return this.#portsOfService.get(service) ?? NO_PORTS;
  }

  endpointsOf(key: string): readonly EndpointInfo[] {
    return this.#endpoints.get(key) ?? NO_ENDPOINTS;
  }

  applyServiceChange({ service, current }: ServiceChange): void {
    for (const { key } of this.portsOf(service)) {
      this.#totalEndpoints -= this.endpointsOf(key).length;
      this.#ports.delete(key);
      this.#healthChecked.delete(key);
    }
    for (const info of current) {
      if (!this.#ports.has(info.key)) this.#totalEndpoints += this.endpointsOf(info.key).length;
      this.#ports.set(info.key, info);
      if (info.healthCheckNodePort !== 0) this.#healthChecked.set(info.key, info);
    }
    if (current.length === 0) this.#portsOfService.delete(service);
    else this.#portsOfService.set(service, current);
  }

  applyEndpointsChange({ previous, current }: EndpointsChange): void {
    for (const key of previous.keys()) this.#setEndpoints(key, NO_ENDPOINTS);
    for (const [key, endpoints] of current) this.#setEndpoints(key, endpoints);
  }

  #setEndpoints(key: string, endpoints: readonly EndpointInfo[]): void {
    if (this.#ports.has(key)) this.#totalEndpoints += endpoints.length - this.endpointsOf(key).length;
    if (endpoints.length === 0) this.#endpoints.delete(key);
    else this.#endpoints.set(key, endpoints);
  }
}
