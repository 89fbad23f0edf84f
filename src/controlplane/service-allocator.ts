/**
 * Cluster addresses and node ports of Services (pkg/registry/core/service/ipallocator, portallocator, storage/alloc.go).
 *
 * What is taken follows from the stored Services alone. Dynamic addresses come from the upper band of the range first
 * (KEP-3070), dynamic node ports from above the static band (KEP-3668); both at random, then in order.
 * Simplification: IPv4 single-stack clusters only.
 */
import { invalid, type FieldError } from '../api/field-error.ts';
import type { Draft } from '../api/json.ts';
import type { Service, ServiceSpec } from '../api/types/service.ts';
import { cidrLength, prefixContains, prefixOf, type Cidr } from '../lib/cidr.ts';
import { ipFromU32, ipToU32, parseIp, type IpAddr } from '../lib/ip.ts';

/** Inclusive range of node ports (kube-apiserver --service-node-port-range). */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export const DEFAULT_NODE_PORTS: PortRange = { first: 30000, last: 32767 };

const RANDOM_ATTEMPTS = 32;

/** Width of the band kept for static choices: min(max(min, size / step), max). */
function staticBand(size: number, step: number, max: number): number {
  return size < 16 ? 0 : Math.min(Math.max(16, Math.floor(size / step)), max);
}

export function needsClusterIP(spec: Draft<ServiceSpec>): boolean {
  return spec.type === 'ClusterIP' || spec.type === 'NodePort' || spec.type === 'LoadBalancer';
}

export function needsNodePort(spec: Draft<ServiceSpec>): boolean {
  return spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
}

/** True for a load balancer whose back ends see the client: it has a health check port. */
export function needsHealthCheckNodePort(spec: Draft<ServiceSpec>): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
}

export class ServiceAllocator {
  readonly serviceCIDR: Cidr;
  readonly nodePorts: PortRange;
  /** How many Services hold an address or port; rebuilt from what is stored. */
  readonly #addresses = new Map<string, number>();
  readonly #ports = new Map<number, number>();

  constructor(options: { readonly serviceCIDR: Cidr; readonly nodePorts: PortRange }) {
    this.serviceCIDR = options.serviceCIDR;
    this.nodePorts = options.nodePorts;
  }

  /** Follows a change of the stored Services. */
  replaced(before: Service | null, after: Service | null): void {
    this.#count(before, -1);
    this.#count(after, 1);
  }

  #count(service: Service | null, by: number): void {
    if (service === null) return;
    const { clusterIP } = service.spec;
    if (clusterIP !== undefined && clusterIP !== 'None') bump(this.#addresses, clusterIP, by);
    for (const port of portsOf(service.spec)) bump(this.#ports, port, by);
  }

  /**
   * Allocates what `spec` needs and does not have; `old` is the stored state on update (what it holds is its own).
   * `draws` are the streams of chance for address and ports.
   */
  allocate(
    spec: Draft<ServiceSpec>,
    old: ServiceSpec | null,
    draws: { readonly ip: () => number; readonly port: () => number },
  ): readonly FieldError[] {
    return [...this.#allocateAddress(spec, old, draws.ip), ...this.#allocatePorts(spec, old, draws.port)];
  }

  #allocateAddress(spec: Draft<ServiceSpec>, old: ServiceSpec | null, draw: () => number): readonly FieldError[] {
    if (!needsClusterIP(spec)) return [];
    spec.ipFamilies ??= ['IPv4'];
    spec.ipFamilyPolicy ??= 'SingleStack';
    spec.clusterIP ||= spec.clusterIPs?.[0] ?? this.#freeAddress(draw);
    if (spec.clusterIP === undefined) return [invalid('spec.clusterIPs', [], 'failed to allocate a serviceIP: range is full')];
    spec.clusterIPs ??= [spec.clusterIP];
    if (spec.clusterIP === 'None' || spec.clusterIP === old?.clusterIP) return [];
    return this.#checkAddress(spec.clusterIP);
  }

  #checkAddress(text: string): readonly FieldError[] {
    const address = parseIp(text);
    // A malformed address is validation's to report.
    if (address === null) return [];
    const refuse = (why: string): readonly FieldError[] => [
      invalid('spec.clusterIPs', [text], `failed to allocate IP ${text}: ${why}`),
    ];
    if (!this.#inRange(address))
      return refuse(`the provided IP (${text}) is not in the valid range. The range of valid IPs is ${this.serviceCIDR}`);
    return (this.#addresses.get(text) ?? 0) > 0 ? refuse('provided IP is already allocated') : [];
  }

  /** Network and broadcast addresses are never given out. */
  #inRange(address: IpAddr): boolean {
    const { first, size } = this.#usable();
    const offset = ipToU32(address) - first;
    return prefixContains(prefixOf(this.serviceCIDR), ipToU32(address)) && offset >= 0 && offset < size;
  }

  #usable(): { readonly first: number; readonly size: number } {
    const length = cidrLength(this.serviceCIDR);
    return { first: prefixOf(this.serviceCIDR).network + 1, size: Math.max(0, 2 ** (32 - length) - 2) };
  }

  #freeAddress(draw: () => number): string | undefined {
    const { first, size } = this.#usable();
    const free = pickFree(
      { first: 0, size, reserved: staticBand(size, 16, 256) },
      draw,
      (offset) => !this.#addresses.has(ipFromU32(first + offset)),
    );
    return free === null ? undefined : ipFromU32(first + free);
  }

  #allocatePorts(spec: Draft<ServiceSpec>, old: ServiceSpec | null, draw: () => number): readonly FieldError[] {
    if (spec.type !== 'NodePort' && spec.type !== 'LoadBalancer') return [];
    const own = new Set(old === null ? [] : portsOf(old));
    const errors = (spec.ports ?? []).flatMap((port, i) =>
      this.#checkPort(`spec.ports[${i}].nodePort`, port.nodePort ?? 0, own),
    );
    errors.push(...this.#checkPort('spec.healthCheckNodePort', spec.healthCheckNodePort ?? 0, own));
    const taken = new Set(portsOf(spec));
    if (needsNodePort(spec)) this.#fillNodePorts(spec, taken, draw);
    if (needsHealthCheckNodePort(spec) && (spec.healthCheckNodePort ?? 0) === 0) {
      const port = this.#freePort(taken, draw);
      if (port === null)
        errors.push(invalid('spec.healthCheckNodePort', 0, 'failed to allocate a HealthCheck NodePort: range is full'));
      else spec.healthCheckNodePort = port;
    }
    return errors;
  }

  #checkPort(field: string, port: number, own: ReadonlySet<number>): FieldError[] {
    if (port === 0 || own.has(port) || !Number.isInteger(port)) return [];
    const { first, last } = this.nodePorts;
    if (port < first || port > last) {
      return [invalid(field, port, `provided port is not in the valid range. The range of valid ports is ${first}-${last}`)];
    }
    return (this.#ports.get(port) ?? 0) > 0 ? [invalid(field, port, 'provided port is already allocated')] : [];
  }

  /** Ports of the same number and different protocols share a node port (alloc.go: one port, two protocols). */
  #fillNodePorts(spec: Draft<ServiceSpec>, taken: Set<number>, draw: () => number): void {
    for (const port of spec.ports ?? []) {
      if ((port.nodePort ?? 0) !== 0) continue;
      const twin = spec.ports?.find(
        (other) =>
          other !== port && other.port === port.port && other.protocol !== port.protocol && (other.nodePort ?? 0) !== 0,
      );
      const free = twin?.nodePort ?? this.#freePort(taken, draw);
      if (free === null) continue;
      port.nodePort = free;
      taken.add(free);
    }
  }

  #freePort(taken: ReadonlySet<number>, draw: () => number): number | null {
    const { first, last } = this.nodePorts;
    const size = last - first + 1;
    return pickFree(
      { first, size, reserved: staticBand(size, 32, 128) },
      draw,
      (port) => !this.#ports.has(port) && !taken.has(port),
    );
  }
}

interface Band {
  readonly first: number;
  readonly size: number;
  /** How many numbers at the start are used last. */
  readonly reserved: number;
}

function pickFree({ first, size, reserved }: Band, draw: () => number, isFree: (candidate: number) => boolean): number | null {
  const upper = size - reserved;
  for (let attempt = 0; attempt < RANDOM_ATTEMPTS && upper > 0; attempt++) {
    const candidate = first + reserved + (draw() % upper);
    if (isFree(candidate)) return candidate;
  }
  for (let i = 0; i < size; i++) {
    const candidate = first + ((reserved + i) % size);
    if (isFree(candidate)) return candidate;
  }
  return null;
}

function bump<Key>(counts: Map<Key, number>, key: Key, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}

/** The distinct node ports a Service holds. */
function portsOf(spec: Draft<ServiceSpec> | ServiceSpec): readonly number[] {
  const ports = (spec.ports ?? []).map((port) => port.nodePort ?? 0);
  return [...new Set([...ports, spec.healthCheckNodePort ?? 0])].filter((port) => port !== 0);
}
