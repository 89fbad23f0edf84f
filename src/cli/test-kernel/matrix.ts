/**
 * Which probes are sent through a cluster: from every kind of place to every Service port, NodePort, Pod and machine it has, and to what
 * is not there. Bounded, the same for the same cluster.
 */
import type { Service } from '../../api/types/service.ts';
import type { Place, ProbeSpec, Target } from '../../cluster/commands.ts';
import { exportedPlaces } from '../../cluster/export/places.ts';
import type { ClusterSnapshot } from '../../cluster/snapshot.ts';
import type { SocketView } from '../../net/view.ts';
import { parsePlace } from '../place.ts';

const MAX_PLACES = 9;
const MAX_PROBES = 140;
/** A port on which nobody listens. */
const CLOSED = 4444;
/** Data of an echo or a datagram that fills a packet of 1500 bytes, and is too long for a tunnel. */
const FULL_PACKET_BYTES = 1472;
/** A request of several segments, or of several fragments. */
const LONG_REQUEST_BYTES = 4000;

type Protocol = ProbeSpec['protocol'];

interface End {
  readonly to: Target;
  readonly port: number;
  readonly protocol: Protocol;
  readonly bytes?: number;
}

/** The probes of a cluster; of too many, every n-th. */
export function probesOf(snapshot: ClusterSnapshot): readonly ProbeSpec[] {
  const all = placesOf(snapshot).flatMap((from) => endsOf(snapshot, from).map((end) => ({ from, ...end })));
  const step = Math.max(1, all.length / MAX_PROBES);
  return all.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

/** Machines, the outside, and Pods of every node; Pods of kube-system stand for themselves once. */
function placesOf(snapshot: ClusterSnapshot): readonly Place[] {
  const places = exportedPlaces(snapshot).flatMap(({ text }) => {
    const place = parsePlace(text);
    return place.ok ? [place.value] : [];
  });
  const pods = places.filter((place) => place.kind === 'pod');
  const own = pods.filter(({ namespace }) => namespace !== 'kube-system');
  const system = pods.filter((pod) => pod.namespace === 'kube-system' && !isHostNetwork(snapshot, pod));
  return [...places.filter(({ kind }) => kind !== 'pod'), ...own, ...system.slice(0, 1)].slice(0, MAX_PLACES);
}

function isHostNetwork({ objects }: ClusterSnapshot, pod: { readonly namespace: string; readonly name: string }): boolean {
  const object = objects.get(`Pod ${pod.namespace}/${pod.name}`)?.object;
  return object?.kind === 'Pod' && object.spec.hostNetwork === true;
}

function endsOf(snapshot: ClusterSnapshot, from: Place): readonly End[] {
  return [
    ...servicesOf(snapshot).flatMap((service) => serviceEnds(snapshot, service, from)),
    ...placesOf(snapshot).flatMap((place) => placeEnds(snapshot, place)),
    ...ownAddressEnds(snapshot),
    { to: { kind: 'address', address: unusedAddress(snapshot) }, port: 80, protocol: 'tcp' },
  ];
}

function servicesOf({ objects }: ClusterSnapshot): readonly Service[] {
  return [...objects.values()].flatMap(({ object }) => (object.kind === 'Service' ? [object] : []));
}

/** Every port at the Service's own address, at its outside addresses, and at every node. */
function serviceEnds({ nodes }: ClusterSnapshot, { metadata, spec, status }: Service, from: Place): readonly End[] {
  const addresses = [
    ...(spec.clusterIP === undefined || spec.clusterIP === 'None' ? [] : [spec.clusterIP]),
    ...(spec.externalIPs ?? []),
    ...(status.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip === undefined ? [] : [ip])),
  ];
  const local = from.kind === 'node' ? ['127.0.0.1'] : [];
  const ports = (spec.ports ?? [])
    .filter(({ protocol }) => protocol !== 'SCTP')
    .slice(0, metadata.namespace === 'kube-system' ? 1 : 4);
  return ports.flatMap(({ protocol, port, nodePort }) => {
    const over = protocol === 'UDP' ? 'udp' : 'tcp';
    const hosts = nodePort === undefined || nodePort === 0 ? [] : [...nodes.map(({ ip }) => ip), ...local];
    const ends = [
      ...addresses.map((address): End => ({ to: { kind: 'address', address }, port, protocol: over })),
      ...hosts.map((address): End => ({ to: { kind: 'address', address }, port: nodePort ?? 0, protocol: over })),
    ];
    return [...ends, ...(over === 'udp' ? ends.flatMap(longOnes) : [])];
  });
}

/** The same with a datagram that fills a packet of 1500 bytes, and with one that no packet holds. */
function longOnes(end: End): readonly End[] {
  return [FULL_PACKET_BYTES, LONG_REQUEST_BYTES].map((bytes) => ({ ...end, bytes }));
}

/** A port somebody listens on, one where nobody does, and echoes; of requests and echoes a short one and a long one. */
function placeEnds(snapshot: ClusterSnapshot, place: Place): readonly End[] {
  const to: Target = { kind: 'place', place };
  const sockets = socketsOf(snapshot, place).filter(
    ({ local, state }) => local === '0.0.0.0' && (state === 'LISTEN' || state === 'UNCONN'),
  );
  const first = (protocol: 'tcp' | 'udp'): readonly End[] =>
    sockets
      .filter((socket) => socket.protocol === protocol)
      .slice(0, 1)
      .map(({ port }): End => ({ to, port, protocol }));
  return [
    ...first('tcp'),
    ...(place.kind === 'pod' ? first('tcp').map((end) => ({ ...end, bytes: LONG_REQUEST_BYTES })) : []),
    ...first('udp'),
    ...(place.kind === 'node' ? [] : first('udp').flatMap(longOnes)),
    { to, port: CLOSED, protocol: 'tcp' },
    { to, port: CLOSED, protocol: 'udp' },
    { to, port: 0, protocol: 'icmp' },
    { to, port: 0, protocol: 'icmp', bytes: FULL_PACKET_BYTES },
  ];
}

/** What listens on machines at an address that is neither theirs on the underlay nor the loopback's: a cache of names on every node. */
function ownAddressEnds({ nodes }: ClusterSnapshot): readonly End[] {
  const ends = nodes.flatMap(({ ip, root }) =>
    root.sockets
      .filter(({ local, state }) => !['0.0.0.0', ip].includes(local) && (state === 'LISTEN' || state === 'UNCONN'))
      .filter(({ local }) => !local.startsWith('127.'))
      .map(({ local, port, protocol }): End => ({ to: { kind: 'address', address: local }, port, protocol })),
  );
  return [...new Map(ends.map((end) => [JSON.stringify(end), end])).values()];
}

function socketsOf({ nodes, hosts }: ClusterSnapshot, place: Place): readonly SocketView[] {
  switch (place.kind) {
    case 'external':
      return hosts.find(({ role }) => role === 'outside')?.root.sockets ?? [];
    case 'node':
      return nodes.find(({ name }) => name === place.name)?.root.sockets ?? [];
    case 'pod':
      return nodes.flatMap(({ podNetns }) => podNetns.get(`${place.namespace}/${place.name}`)?.sockets ?? []);
    case 'netns':
      return nodes.find(({ name }) => name === place.node)?.podNetns.get(place.name)?.sockets ?? [];
  }
}

/** The last address but one of the first node's Pods' range, which no Pod has yet. */
function unusedAddress({ nodes }: ClusterSnapshot): string {
  const [range = '10.244.0.0'] = (nodes[0]?.podCIDR ?? '').split('/');
  return range.replace(/\.\d+$/, '.62');
}
