/** Where packets can start and end in a snapshot, as choices for the send form, and back from a choice's id. */
import type { Place, Target } from '../../cluster/commands.ts';
import type { ClusterSnapshot } from '../../cluster/snapshot.ts';
import { parseIp } from '../../lib/ip.ts';
import { placeText, targetText } from '../../cluster/command-title.ts';

export interface End<T> {
  readonly id: string;
  readonly kind: 'node' | 'pod' | 'service' | 'external';
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
  const hosts = snapshot.hosts.map((host): End<Place> => ({
    id: 'external',
    kind: 'external',
    name: host.name,
    address: host.ip,
    value: { kind: 'external' },
  }));
  return [...nodes, ...systemLast(pods), ...hosts];
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
  return [...systemLast(services), ...places];
}

function named(namespace: string, name: string): string {
  return namespace === 'default' ? name : `${namespace}/${name}`;
}

/** What was typed as a target: one of the choices by name, or an address; null when it is neither. */
export function typedTarget(text: string, ends: readonly End<Target>[]): Target | null {
  const wanted = text.trim();
  const end = ends.find((each) => each.id === wanted || each.name === wanted);
  if (end !== undefined) return end.value;
  return parseIp(wanted) === null ? null : { kind: 'address', address: wanted };
}

export interface PortChoice {
  readonly port: number;
  readonly name: string;
  readonly protocol: 'tcp' | 'udp';
}

/** The ports a target is known to listen on. */
export function portsOf(snapshot: ClusterSnapshot, target: Target): readonly PortChoice[] {
  if (target.kind === 'svc') {
    const object = snapshot.objects.get(`Service ${target.namespace}/${target.name}`)?.object;
    if (object?.kind !== 'Service') return [];
    return (object.spec.ports ?? []).flatMap((port): readonly PortChoice[] => {
      const protocol = port.protocol === 'UDP' ? 'udp' : 'tcp';
      return port.protocol === 'SCTP' ? [] : [{ port: port.port, name: port.name ?? '', protocol }];
    });
  }
  if (target.kind === 'place' && target.place.kind === 'pod') {
    const object = snapshot.objects.get(`Pod ${target.place.namespace}/${target.place.name}`)?.object;
    if (object?.kind !== 'Pod') return [];
    return object.spec.containers.flatMap((container) =>
      (container.ports ?? []).flatMap((port): readonly PortChoice[] =>
        port.protocol === 'SCTP'
          ? []
          : [
              {
                port: port.containerPort,
                name: port.name ?? container.name,
                protocol: port.protocol === 'UDP' ? 'udp' : 'tcp',
              },
            ],
      ),
    );
  }
  if (target.kind === 'place' && target.place.kind === 'node') return nodePorts(snapshot);
  return [];
}

function nodePorts(snapshot: ClusterSnapshot): readonly PortChoice[] {
  return [...snapshot.objects.values()].flatMap(({ object }) =>
    object.kind === 'Service'
      ? (object.spec.ports ?? []).flatMap((port): readonly PortChoice[] =>
          port.nodePort === undefined || port.nodePort === 0 || port.protocol === 'SCTP'
            ? []
            : [{ port: port.nodePort, name: object.metadata.name, protocol: port.protocol === 'UDP' ? 'udp' : 'tcp' }],
        )
      : [],
  );
}

/** The address a target's name stands for; null where it has none yet. */
export function addressOf(target: Target, ends: readonly End<Target>[]): string | null {
  if (target.kind === 'address') return target.address;
  const id = targetText(target);
  const address = ends.find((end) => end.id === id)?.address ?? '';
  return address === '' || address === 'None' ? null : address;
}
