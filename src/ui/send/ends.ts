/** Where packets can start and end in a snapshot, as choices for the send form, and back from a choice's id. */
import { isHostName, type Place, type Target } from '../../cluster/commands.ts';
import type { ClusterSnapshot } from '../../cluster/snapshot.ts';
import { IP_LOOPBACK, isLoopback, parseIp } from '../../lib/ip.ts';
import { isHandMade, ownAddress } from '../../cluster/hand-made.ts';
import { placeText, targetText } from '../../cluster/command-title.ts';

export interface End<T> {
  readonly id: string;
  readonly kind: 'node' | 'pod' | 'netns' | 'service' | 'external' | 'self' | 'name';
  /** Name as shown, with its namespace where it is not default. */
  readonly name: string;
  /** The address behind it; empty where there is none. */
  readonly address: string;
  readonly value: T;
}

export function sources(snapshot: ClusterSnapshot): readonly End<Place>[] {
  const nodes = snapshot.nodes.map((node): End<Place> => {
    const value: Place = { kind: 'node', name: node.name };
    return { id: placeText(value), kind: 'node', name: node.name, address: node.ip, value };
  });
  const pods = [...snapshot.objects.values()].flatMap(({ object }): readonly End<Place>[] => {
    if (object.kind !== 'Pod' || object.status.podIP === undefined) return [];
    const { namespace, name } = object.metadata;
    const value: Place = { kind: 'pod', namespace, name };
    return [{ id: placeText(value), kind: 'pod', name: named(namespace, name), address: object.status.podIP, value }];
  });
  // A place outside has no name: there is but one.
  const outside = snapshot.hosts.filter(({ role }) => role === 'outside');
  const hosts = outside.slice(0, 1).map((host): End<Place> => ({
    id: 'external',
    kind: 'external',
    name: host.name,
    address: host.ip,
    value: { kind: 'external' },
  }));
  return [...nodes, ...handMade(snapshot), ...systemLast(pods), ...hosts];
}

/** Network namespaces that somebody made. */
function handMade({ nodes }: ClusterSnapshot): readonly End<Place>[] {
  return nodes.flatMap((node) =>
    [...node.podNetns.values()]
      .filter(({ name }) => isHandMade(name))
      .map((netns): End<Place> => {
        const value: Place = { kind: 'netns', node: node.name, name: netns.name };
        return {
          id: placeText(value),
          kind: 'netns',
          name: `${node.name}/${netns.name}`,
          address: ownAddress(netns) ?? '',
          value,
        };
      }),
  );
}

/** True of what every cluster has for itself. */
export function isSystem({ name }: End<unknown>): boolean {
  return name === 'kubernetes' || name.startsWith('kube-system/');
}

function systemLast<T>(ends: readonly End<T>[]): readonly End<T>[] {
  return [...ends.filter((end) => !isSystem(end)), ...ends.filter(isSystem)];
}

export function targets(snapshot: ClusterSnapshot): readonly End<Target>[] {
  const services = [...snapshot.objects.values()].flatMap(({ object }): readonly End<Target>[] => {
    if (object.kind !== 'Service') return [];
    const { namespace, name } = object.metadata;
    const value: Target = { kind: 'svc', namespace, name };
    return [
      { id: targetText(value), kind: 'service', name: named(namespace, name), address: object.spec.clusterIP ?? '', value },
    ];
  });
  const places = sources(snapshot).map((end): End<Target> => ({ ...end, value: { kind: 'place', place: end.value } }));
  return [...systemLast(services), ...places, SELF, ...systemLast(names(snapshot))];
}

/** Whoever sends. */
const SELF: End<Target> = {
  id: IP_LOOPBACK,
  kind: 'self',
  name: IP_LOOPBACK,
  address: 'localhost',
  value: { kind: 'address', address: IP_LOOPBACK },
};

/** Every Service by its name in DNS. */
function names(snapshot: ClusterSnapshot): readonly End<Target>[] {
  return [...snapshot.objects.values()].flatMap(({ object }): readonly End<Target>[] => {
    if (object.kind !== 'Service') return [];
    const name = serviceName(object.metadata.namespace, object.metadata.name);
    return [{ id: name, kind: 'name', name, address: '', value: { kind: 'name', name } }];
  });
}

/** What a Service is called in DNS: the cluster's domain is kubeadm's. */
export function serviceName(namespace: string, name: string): string {
  return `${name}.${namespace}.svc.cluster.local`;
}

function named(namespace: string, name: string): string {
  return namespace === 'default' ? name : `${namespace}/${name}`;
}

/**
 * What was typed as a target: one of the choices by name, an address, or any other host name, which the client will look up; null when it
 * is none. A Pod may be called as its Service is: while the text still names the chosen one, it is the one.
 */
export function typedTarget(text: string, ends: readonly End<Target>[], chosen: Target): Target | null {
  const wanted = text.trim();
  const id = targetText(chosen);
  if (ends.some((each) => each.id === id && each.name === wanted)) return chosen;
  const end = ends.find((each) => each.id === wanted || each.name === wanted);
  if (end !== undefined) return end.value;
  if (parseIp(wanted) !== null) return { kind: 'address', address: wanted };
  return isHostName(wanted) ? { kind: 'name', name: wanted } : null;
}

/** Why a target cannot be dialled by an address of its own; null when it can. */
export function withoutAddress(snapshot: ClusterSnapshot, target: Target): 'headless' | 'externalName' | 'pending' | null {
  if (target.kind !== 'svc') return null;
  const object = snapshot.objects.get(`Service ${target.namespace}/${target.name}`)?.object;
  if (object?.kind !== 'Service') return null;
  if (object.spec.type === 'ExternalName') return 'externalName';
  if (object.spec.clusterIP === 'None') return 'headless';
  return object.spec.clusterIP === undefined || object.spec.clusterIP === '' ? 'pending' : null;
}

export interface PortChoice {
  /** `53/udp`: a number may stand for a TCP port and a UDP port. */
  readonly id: string;
  readonly port: number;
  readonly name: string;
  readonly protocol: 'tcp' | 'udp';
}

interface PortLike {
  readonly number: number | undefined;
  readonly name: string;
  readonly protocol: string | undefined;
}

/** The ports a target is known to listen on, each once; a loopback address is the sender's own. */
export function portsOf(snapshot: ClusterSnapshot, target: Target, from: Place): readonly PortChoice[] {
  const choices = new Map<string, PortChoice>();
  const listener: Target = isSelf(target) && from.kind === 'pod' ? { kind: 'place', place: from } : target;
  for (const { number: port, name, protocol: spelt } of listed(snapshot, listener)) {
    const protocol = protocolOf(spelt);
    if (port === undefined || port === 0 || protocol === null) continue;
    const id = portId(port, protocol);
    const known = choices.get(id);
    choices.set(id, { id, port, protocol, name: known === undefined ? name : joined(known.name, name) });
  }
  return [...choices.values()];
}

/** True of an address of lo, and of its name. */
export function isSelf(target: Target): boolean {
  if (target.kind === 'name') return target.name === 'localhost';
  const address = target.kind === 'address' ? parseIp(target.address) : null;
  return address !== null && isLoopback(address);
}

/** Null for what a probe cannot speak: SCTP. */
function protocolOf(spelt: string = 'TCP'): PortChoice['protocol'] | null {
  if (spelt === 'TCP') return 'tcp';
  return spelt === 'UDP' ? 'udp' : null;
}

export function portId(port: number | string, protocol: string): string {
  return `${port}/${protocol}`;
}

function joined(...names: readonly string[]): string {
  return names.filter((name) => name !== '').join(', ');
}

function listed(snapshot: ClusterSnapshot, target: Target): readonly PortLike[] {
  if (target.kind === 'svc') {
    const object = snapshot.objects.get(`Service ${target.namespace}/${target.name}`)?.object;
    if (object?.kind !== 'Service') return [];
    return (object.spec.ports ?? []).map(({ port, name = '', protocol }) => ({ number: port, name, protocol }));
  }
  if (target.kind === 'name') return namedPorts(snapshot, target.name);
  if (target.kind === 'address') return [];
  const { place } = target;
  if (place.kind === 'node') return nodePorts(snapshot);
  if (place.kind === 'external') return [];
  if (place.kind === 'netns') return handMadePorts(snapshot, place);
  const object = snapshot.objects.get(`Pod ${place.namespace}/${place.name}`)?.object;
  if (object?.kind !== 'Pod') return [];
  return object.spec.containers.flatMap((container) =>
    (container.ports ?? []).map(({ containerPort, name, protocol }) => ({
      number: containerPort,
      name: name ?? container.name,
      protocol,
    })),
  );
}

function handMadePorts({ nodes }: ClusterSnapshot, { node, name }: Extract<Place, { kind: 'netns' }>): readonly PortLike[] {
  const sockets = nodes.find((each) => each.name === node)?.podNetns.get(name)?.sockets ?? [];
  return sockets.map(({ port, process, protocol }) => ({ number: port, name: process, protocol: protocol.toUpperCase() }));
}

/** The ports of the Service a name is of; a headless one's Pods are dialled themselves, on their own ports. */
function namedPorts(snapshot: ClusterSnapshot, name: string): readonly PortLike[] {
  const [service = '', namespace = 'default', svc = 'svc'] = name.replace(/\.$/, '').split('.');
  const object = svc === 'svc' ? snapshot.objects.get(`Service ${namespace}/${service}`)?.object : undefined;
  if (object?.kind !== 'Service') return [];
  const headless = object.spec.clusterIP === 'None';
  return (object.spec.ports ?? []).map(({ port, targetPort, name: own = '', protocol }) => ({
    number: headless && typeof targetPort === 'number' ? targetPort : port,
    name: own,
    protocol,
  }));
}

function nodePorts(snapshot: ClusterSnapshot): readonly PortLike[] {
  return [...snapshot.objects.values()].flatMap(({ object }) =>
    object.kind === 'Service'
      ? (object.spec.ports ?? []).map(({ nodePort, protocol }) => ({ number: nodePort, name: object.metadata.name, protocol }))
      : [],
  );
}

/** The address a target's name stands for; null where it has none yet. */
export function addressOf(target: Target, ends: readonly End<Target>[]): string | null {
  if (target.kind === 'address') return target.address;
  if (isSelf(target)) return IP_LOOPBACK;
  const id = targetText(target);
  const address = ends.find((end) => end.id === id)?.address ?? '';
  return address === '' || address === 'None' ? null : address;
}
