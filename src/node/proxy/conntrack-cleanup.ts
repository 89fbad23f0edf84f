/**
 * Stale UDP connections (pkg/proxy/conntrack/cleanup.go, pkg/proxy/endpointschangetracker.go): UDP flows have no end, so
 * entries made before a change would keep sending a client to an endpoint that is gone, or into the void that was there
 * before the first endpoint came. kube-proxy deletes them: `conntrack -D -p udp --orig-dst 10.96.0.10 …`.
 * Follows v1.30.6: v1.29.0 to v1.30.5 kept the entries of an endpoint that serves no more but is still listed.
 */
import type { IpAddr } from '../../lib/ip.ts';
import type { EndpointInfo } from './endpoint.ts';
import type { EndpointsChange } from './endpoints-change-tracker.ts';
import type { ServicePortInfo } from './service-port.ts';
import type { ServiceChange } from './service-change-tracker.ts';

/** Which connections to delete; every given field must match (options of `conntrack -D`). */
export interface ConntrackFilter {
  readonly protocol: 'udp';
  /** --orig-dst: the address the client called. */
  readonly origDst?: IpAddr;
  /** --dport: the port the client called. */
  readonly origDport?: number;
  /** --dst-nat: the endpoint it was sent to, which is the source of the reply. */
  readonly dstNat?: string;
}

function isUdp(key: string): boolean {
  return key.endsWith('/UDP');
}

/** Addresses that serve a port to clients. */
function addressesOf(info: ServicePortInfo): readonly IpAddr[] {
  return [info.clusterIP, ...info.externalIPs, ...info.loadBalancerVIPs];
}

/** What a sync's changes make stale, Services first, as CleanStaleEntries does it; `ports` is the state after them. */
export function staleEntries(
  ports: ReadonlyMap<string, ServicePortInfo>,
  serviceChanges: readonly ServiceChange[],
  endpointsChanges: readonly EndpointsChange[],
): readonly ConntrackFilter[] {
  return [...staleServices(ports, serviceChanges, endpointsChanges), ...staleEndpoints(ports, endpointsChanges)];
}

function staleServices(
  ports: ReadonlyMap<string, ServicePortInfo>,
  serviceChanges: readonly ServiceChange[],
  endpointsChanges: readonly EndpointsChange[],
): readonly ConntrackFilter[] {
  const addresses = new Set<IpAddr>();
  const nodePorts = new Set<number>();
  for (const { previous, current } of serviceChanges) {
    const kept = new Set(current.map(({ key }) => key));
    for (const info of previous) if (info.protocol === 'UDP' && !kept.has(info.key)) addresses.add(info.clusterIP);
  }
  for (const info of newlyActive(ports, endpointsChanges)) {
    for (const address of addressesOf(info)) addresses.add(address);
    if (info.nodePort !== 0) nodePorts.add(info.nodePort);
  }
  return [
    ...[...addresses].map((origDst): ConntrackFilter => ({ protocol: 'udp', origDst })),
    ...[...nodePorts].map((origDport): ConntrackFilter => ({ protocol: 'udp', origDport })),
  ];
}

/** UDP ports that had no serving endpoint and have one now. */
function newlyActive(
  ports: ReadonlyMap<string, ServicePortInfo>,
  endpointsChanges: readonly EndpointsChange[],
): readonly ServicePortInfo[] {
  const serves = (endpoints: readonly EndpointInfo[] | undefined): boolean =>
    endpoints?.some(({ serving }) => serving) === true;
  return endpointsChanges.flatMap(({ previous, current }) =>
    [...current]
      .filter(([key, endpoints]) => isUdp(key) && serves(endpoints) && !serves(previous.get(key)))
      .flatMap(([key]) => ports.get(key) ?? []),
  );
}

/** Endpoints that served and are gone or serve no more. */
function staleEndpoints(
  ports: ReadonlyMap<string, ServicePortInfo>,
  endpointsChanges: readonly EndpointsChange[],
): readonly ConntrackFilter[] {
  const filters: ConntrackFilter[] = [];
  for (const { previous, current } of endpointsChanges) {
    for (const [key, endpoints] of previous) {
      const info = ports.get(key);
      if (info === undefined || !isUdp(key)) continue;
      const still = new Set((current.get(key) ?? []).filter(({ serving }) => serving).map(({ text }) => text));
      for (const { text, ip, serving } of endpoints) {
        if (serving && !still.has(text)) filters.push(...endpointFilters(info, ip));
      }
    }
  }
  return filters;
}

function endpointFilters(info: ServicePortInfo, dstNat: string): readonly ConntrackFilter[] {
  const byAddress = addressesOf(info).map((origDst): ConntrackFilter => ({ protocol: 'udp', origDst, dstNat }));
  return info.nodePort === 0 ? byAddress : [{ protocol: 'udp', origDport: info.nodePort, dstNat }, ...byAddress];
}
