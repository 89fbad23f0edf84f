/**
 * Names of a cluster from its objects (CoreDNS plugin/kubernetes parseRequest, findServices, findPods, serviceRecordForIP; the Kubernetes
 * DNS specification 1.1.0).
 *
 *   SERVICE.NS.svc.ZONE               the ClusterIP, or every ready endpoint of a headless Service, or a CNAME (ExternalName)
 *   HOSTNAME.SERVICE.NS.svc.ZONE      one endpoint; an endpoint without a hostname is called by its address, 10-244-1-2
 *   _PORT._PROTOCOL.SERVICE.NS.svc.…  SRV
 *   10-244-1-2.NS.pod.ZONE            the address in the name (pods insecure)
 *   2.1.244.10.in-addr.arpa           PTR of a ClusterIP or an endpoint
 *
 * Simplification: the objects are read as they are at the query, not as a watch has told of them; the zone's own NS and its address are not
 * served.
 */
import type { ApiClient } from '../../api/watch.ts';
import { LABEL_SERVICE_NAME, type Endpoint } from '../../api/types/endpointslice.ts';
import type { Service } from '../../api/types/service.ts';
import { parseIp, type IpAddr } from '../../lib/ip.ts';
import { isBelow, type DnsQuestion, type DnsRecord } from '../../net/wire/dns.ts';

/** What of the API a server of names reads. */
export type ApiReader = Pick<ApiClient, 'get' | 'list'>;

export interface ZoneConfig {
  /** Zones served: the cluster's domain and those of reverse look-up. */
  readonly zones: readonly string[];
  readonly pods: 'disabled' | 'insecure' | 'verified';
  /** Seconds. */
  readonly ttl: number;
}

export type ZoneAnswer =
  | { readonly kind: 'records'; readonly answers: readonly DnsRecord[]; readonly additional: readonly DnsRecord[] }
  /** The name is another name, to be looked up in its turn. */
  | { readonly kind: 'alias'; readonly record: DnsRecord; readonly target: string }
  | { readonly kind: 'no data' | 'no such name' };

const NO_NAME: ZoneAnswer = { kind: 'no such name' };
const NO_DATA: ZoneAnswer = { kind: 'no data' };
const DNS_VERSION = { text: '1.1.0', ttl: 28_800 };
const REVERSE = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa$/;

/** Something a name stands for, before it is made a record. */
interface Found {
  readonly address: IpAddr;
  /** The name it has for SRV. */
  readonly name: string;
  /** Null where the Service or endpoint declares no ports. */
  readonly port: number | null;
}

interface Request {
  readonly kind: 'svc' | 'pod';
  readonly namespace: string;
  readonly service: string;
  readonly endpoint: string | null;
  readonly port: string;
  readonly protocol: string;
}

/** The zone of the configuration that `name` is in, the longest one; null when in none. */
export function zoneOf({ zones }: ZoneConfig, name: string): string | null {
  return zones.filter((zone) => isBelow(name, zone)).sort((a, b) => b.length - a.length)[0] ?? null;
}

export function answerFromObjects(api: ApiReader, config: ZoneConfig, zone: string, question: DnsQuestion): ZoneAnswer {
  const { name, type } = question;
  if (type === 'PTR' && REVERSE.test(name)) return pointers(api, config, name);
  if (name === `dns-version.${zone}`) return type === 'TXT' ? records([{ name, type: 'TXT', ...DNS_VERSION }]) : NO_DATA;
  const request = requestOf(name, zone);
  if (request === 'apex') return NO_DATA;
  if (request === null || api.get('Namespace', null, request.namespace) === null) return NO_NAME;
  if (request.service === '') return NO_DATA;
  if (request.kind === 'pod') return podAnswer(api, config, request, question);
  const service = api.get('Service', request.namespace, request.service);
  if (service === null) return NO_NAME;
  if (service.spec.type === 'ExternalName') return alias(service, config, request, question);
  const found = foundOf(api, service, request, zone);
  return found.length === 0 ? NO_NAME : answerOf(found, config, question);
}

function records(answers: readonly DnsRecord[], additional: readonly DnsRecord[] = []): ZoneAnswer {
  return { kind: 'records', answers, additional };
}

/** The parts of a name below the zone; null for one that cannot be. */
function requestOf(name: string, zone: string): Request | 'apex' | null {
  const base = name === zone ? '' : name.slice(0, -zone.length - 1);
  if (base === '' || base === 'svc' || base === 'pod') return 'apex';
  const labels = base.split('.').reverse();
  const [kind, namespace = '', service = '', ...rest] = labels;
  if ((kind !== 'svc' && kind !== 'pod') || rest.length > 2) return null;
  const [last = '', first] = rest;
  const base_ = { kind, namespace, service } as const;
  if (rest.length < 2) return { ...base_, endpoint: rest.length === 0 ? null : last, port: '', protocol: '' };
  return { ...base_, endpoint: null, port: (first ?? '').replace(/^_/, ''), protocol: last.replace(/^_/, '') };
}

function podAnswer(api: ApiReader, config: ZoneConfig, request: Request, { name, type }: DnsQuestion): ZoneAnswer {
  const address = /^\d+-\d+-\d+-\d+$/.test(request.service) ? parseIp(request.service.replaceAll('-', '.')) : null;
  if (config.pods === 'disabled' || address === null) return NO_NAME;
  const exists = (): boolean =>
    api
      .list('Pod', { namespace: request.namespace })
      .some((pod) => pod.status.podIP === address && pod.spec.hostNetwork !== true);
  if (config.pods === 'verified' && !exists()) return NO_NAME;
  return type === 'A' ? records([{ name, type: 'A', address, ttl: config.ttl }]) : NO_DATA;
}

/** ExternalName: a CNAME, which an address question goes on from. */
function alias({ spec }: Service, { ttl }: ZoneConfig, request: Request, { name, type }: DnsQuestion): ZoneAnswer {
  const target = (spec.externalName ?? '').replace(/\.$/, '');
  if (request.endpoint !== null || parseIp(target) !== null) return NO_NAME;
  if (type === 'SRV') return NO_DATA;
  return { kind: 'alias', record: { name, type: 'CNAME', target, ttl }, target };
}

function matches(wanted: string, has: string): boolean {
  return wanted === '' || wanted.toLowerCase() === has.toLowerCase();
}

function foundOf(api: ApiReader, service: Service, request: Request, zone: string): readonly Found[] {
  const { clusterIP = '', ports = [] } = service.spec;
  const own = `${service.metadata.name}.${service.metadata.namespace}.svc.${zone}`;
  if (clusterIP === 'None' || request.endpoint !== null) return endpointsOf(api, service, request, own);
  const address = parseIp(clusterIP);
  if (address === null) return [];
  return ports
    .filter(({ name = '', protocol }) => matches(request.port, name) && matches(request.protocol, protocol))
    .map(({ port }) => ({ address, name: own, port }));
}

function endpointsOf(api: ApiReader, { metadata }: Service, request: Request, own: string): readonly Found[] {
  const slices = api.list('EndpointSlice', {
    namespace: metadata.namespace,
    labelSelector: { matchLabels: { [LABEL_SERVICE_NAME]: metadata.name } },
  });
  return slices.flatMap(({ endpoints, ports = [] }) => {
    const numbers = ports
      .filter(({ name = '', protocol = 'TCP' }) => matches(request.port, name) && matches(request.protocol, protocol))
      .map(({ port }) => port ?? null);
    // A slice without ports still has addresses.
    const each = ports.length === 0 && request.port === '' ? [null] : numbers;
    return endpoints
      .filter((endpoint) => endpoint.conditions?.ready !== false)
      .flatMap((endpoint) => {
        const hostname = endpointHostname(endpoint);
        if (request.endpoint !== null && request.endpoint !== hostname.toLowerCase()) return [];
        return endpoint.addresses.flatMap((text) => {
          const address = parseIp(text);
          return address === null ? [] : each.map((port) => ({ address, name: `${hostname}.${own}`, port }));
        });
      });
  });
}

/** What an endpoint is called below its Service: its hostname, else its address with dashes. */
function endpointHostname({ hostname, addresses }: Endpoint): string {
  return hostname !== undefined && hostname !== '' ? hostname : (addresses[0] ?? '').replaceAll('.', '-');
}

function answerOf(found: readonly Found[], { ttl }: ZoneConfig, { name, type }: DnsQuestion): ZoneAnswer {
  if (type === 'A') {
    const unique = [...new Set(found.map(({ address }) => address))];
    return records(unique.map((address) => ({ name, type: 'A', address, ttl })));
  }
  if (type !== 'SRV') return NO_DATA;
  const ported = found.filter((each): each is Found & { readonly port: number } => each.port !== null);
  if (ported.length === 0) return NO_DATA;
  // Weights share a hundred among all (plugin/backend_lookup.go SRV).
  const weight = Math.max(1, Math.floor(100 / found.length));
  const services = new Map(ported.map((each) => [`${each.name} ${each.port}`, each]));
  const hosts = new Map(ported.map((each) => [each.name, each]));
  return records(
    [...services.values()].map((each) => ({
      name,
      type: 'SRV',
      priority: 0,
      weight,
      port: each.port,
      target: each.name,
      ttl,
    })),
    [...hosts.values()].map((each) => ({ name: each.name, type: 'A', address: each.address, ttl })),
  );
}

/** The names of an address: the Service whose ClusterIP it is, else every endpoint that has it. */
function pointers(api: ApiReader, { zones, ttl }: ZoneConfig, name: string): ZoneAnswer {
  const [, d, c, b, a] = REVERSE.exec(name) ?? [];
  const address = `${a ?? ''}.${b ?? ''}.${c ?? ''}.${d ?? ''}`;
  const domain = zones.find((zone) => !zone.endsWith('.arpa')) ?? '';
  const pointer = (target: string): DnsRecord => ({ name, type: 'PTR', target: `${target}.svc.${domain}`, ttl });
  const service = api.list('Service').find(({ spec }) => spec.clusterIP === address);
  if (service !== undefined) return records([pointer(`${service.metadata.name}.${service.metadata.namespace}`)]);
  const targets = api.list('EndpointSlice').flatMap(({ metadata, endpoints }) => {
    const owner = metadata.labels?.[LABEL_SERVICE_NAME];
    return owner === undefined
      ? []
      : endpoints
          .filter((endpoint) => endpoint.conditions?.ready !== false && endpoint.addresses.includes(address))
          .map((endpoint) => `${endpointHostname(endpoint)}.${owner}.${metadata.namespace}`);
  });
  return targets.length === 0 ? NO_NAME : records([...new Set(targets)].map(pointer));
}

/** The start of authority that comes with "no such name" and "no data" (plugin/backend_lookup.go SOA). */
export function zoneAuthority(zone: string, ttl: number, serial: number): DnsRecord {
  return {
    name: zone,
    type: 'SOA',
    mname: `ns.dns.${zone}`,
    rname: `hostmaster.${zone}`,
    serial,
    refresh: 7_200,
    retry: 1_800,
    expire: 86_400,
    minimum: ttl,
    ttl: Math.min(300, ttl),
  };
}
