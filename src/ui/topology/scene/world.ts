/**
 * A snapshot as the map needs it: nodes with the Pods on them, who owns each Pod, and Services with their endpoints.
 *
 * Owners are followed as kubectl does (Pod → ReplicaSet → Deployment); endpoints are read from EndpointSlices, as kube-proxy
 * reads them.
 */
import { placeText } from '../../../cluster/command-title.ts';
import type { Place } from '../../../cluster/commands.ts';
import { isHandMade, ownAddress } from '../../../cluster/hand-made.ts';
import type { ClusterSnapshot, ContainerView, HostView, NodeView, ObjectKey, Ref } from '../../../cluster/snapshot.ts';
import { groupBy } from './group-by.ts';
import type { KubeObject, LinkView, NetnsView } from '../../store/views.ts';

type Pod = Extract<KubeObject, { kind: 'Pod' }>;
type Service = Extract<KubeObject, { kind: 'Service' }>;
type EndpointSlice = Extract<KubeObject, { kind: 'EndpointSlice' }>;

export interface Owner {
  readonly kind: string;
  readonly name: string;
}

/** A Pod, or what looks like one on the map: a network namespace made by hand. */
export interface PodWorld {
  /** `namespace/name`; of a namespace made by hand `netns/NODE/NAME`. */
  readonly id: string;
  readonly ref: Ref;
  readonly place: Place;
  /** The name of its network namespace on its node. */
  readonly netnsName: string;
  /** Empty where there is none. */
  readonly namespace: string;
  readonly name: string;
  /** The workload at the end of the owner chain; null for a Pod made by hand. */
  readonly owner: Owner | null;
  readonly ip: string | null;
  readonly ready: boolean;
  /** What `kubectl get pods` has under STATUS when it is not simply running and ready; null otherwise. */
  readonly trouble: string | null;
  readonly hostNetwork: boolean;
  /** Null while there is none yet, and for hostNetwork Pods. */
  readonly netns: NetnsView | null;
  /** Running containers with the ports they declare; pause first. */
  readonly containers: readonly ContainerWorld[];
  /** The host's end of its veth. */
  readonly hostEnd: LinkView | null;
}

export interface ContainerWorld {
  readonly view: ContainerView;
  readonly name: string;
  readonly ports: readonly number[];
}

export interface NodeWorld {
  readonly view: NodeView;
  /** By (owner, name). */
  readonly pods: readonly PodWorld[];
}

export interface ServiceWorld {
  readonly key: ObjectKey;
  readonly namespace: string;
  readonly name: string;
  /** `10.99.25.192`, `None`, or what an ExternalName stands for. */
  readonly clusterIP: string;
  /** Headless or ExternalName: DNS knows it, kube-proxy does not. */
  readonly nameOnly: boolean;
  /** `http1 80`, or `80` for an unnamed port. */
  readonly ports: readonly string[];
  /** Ids of ready and unready endpoint Pods. */
  readonly pods: readonly { readonly id: string; readonly ready: boolean }[];
}

export interface World {
  readonly snapshot: ClusterSnapshot;
  readonly nodes: readonly NodeWorld[];
  readonly hosts: readonly HostView[];
  readonly services: readonly ServiceWorld[];
  /** Pods that no node runs yet. */
  readonly pending: readonly PodWorld[];
}

/** Namespaces of the cluster itself, folded until asked for. */
const SYSTEM_NAMESPACES = new Set(['kube-system', 'kube-flannel', 'kube-public', 'kube-node-lease', 'local-path-storage']);

export function isSystemNamespace(namespace: string): boolean {
  return SYSTEM_NAMESPACES.has(namespace);
}

/** The `kubernetes` Service and those of system namespaces, drawn only when their namespace is unfolded. */
export function isSystemService({ namespace, name }: { readonly namespace: string; readonly name: string }): boolean {
  return isSystemNamespace(namespace) || (namespace === 'default' && name === 'kubernetes');
}

export function worldOf(snapshot: ClusterSnapshot): World {
  const objects = [...snapshot.objects.values()].map((view) => view.object);
  const pods = objects.filter((object) => object.kind === 'Pod');
  const slices = objects.filter((object) => object.kind === 'EndpointSlice');
  const byNode = groupBy(pods, (pod) => pod.spec.nodeName ?? '');
  const owners = ownersOf(snapshot);
  const known = new Set(snapshot.nodes.map((node) => node.name));
  return {
    snapshot,
    nodes: snapshot.nodes.map((view) => ({
      view,
      pods: [...podsOn(view, byNode.get(view.name) ?? [], owners), ...handMadeOn(view)],
    })),
    hosts: snapshot.hosts,
    services: objects.filter((object) => object.kind === 'Service').map((service) => serviceWorld(service, slices)),
    pending: pods.filter((pod) => !known.has(pod.spec.nodeName ?? '')).map((pod) => podWorld(pod, null, [], owners)),
  };
}

type OwnerLookup = (object: KubeObject) => Owner | null;

function ownersOf(snapshot: ClusterSnapshot): OwnerLookup {
  const lookup: OwnerLookup = ({ metadata }) => {
    const reference = metadata.ownerReferences?.find((each) => each.controller === true);
    if (reference === undefined) return null;
    const parent = snapshot.objects.get(`${reference.kind} ${metadata.namespace ?? ''}/${reference.name}`)?.object;
    return (parent === undefined ? null : lookup(parent)) ?? { kind: reference.kind, name: reference.name };
  };
  return lookup;
}

function podsOn(node: NodeView, pods: readonly Pod[], owners: OwnerLookup): readonly PodWorld[] {
  const containers = groupBy(node.containers, (container) => container.pod);
  return pods
    .map((pod) => podWorld(pod, node, containers.get(`Pod ${pod.metadata.namespace}/${pod.metadata.name}`) ?? [], owners))
    .toSorted((a, b) => compare(orderKey(a), orderKey(b)));
}

function orderKey({ namespace, owner, name }: PodWorld): string {
  return [namespace, owner?.name ?? name, name].join('\n');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function podWorld(pod: Pod, node: NodeView | null, containers: readonly ContainerView[], owners: OwnerLookup): PodWorld {
  const { namespace, name } = pod.metadata;
  const id = `${namespace}/${name}`;
  const netns = node?.podNetns.get(id) ?? null;
  const ready = pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  return {
    id,
    ref: { kind: 'object', key: `Pod ${id}` },
    place: { kind: 'pod', namespace, name },
    netnsName: id,
    namespace,
    name,
    owner: owners(pod),
    ip: pod.status.podIP ?? null,
    ready,
    trouble: troubleOf(pod, ready),
    hostNetwork: pod.spec.hostNetwork ?? false,
    netns,
    containers: containers.filter(({ state }) => state !== 'exited').map((view) => containerWorld(view, pod)),
    hostEnd: hostEndOf(node, netns),
  };
}

/** What stands behind the id of a Pod on the map. */
export function podOfId(id: string): Pick<PodWorld, 'place' | 'ref'> {
  const [first = '', second = '', third] = id.split('/');
  if (third === undefined) {
    const ref = { kind: 'object', key: `Pod ${id}` } as const;
    return { ref, place: { kind: 'pod', namespace: first, name: second } };
  }
  return { ref: { kind: 'netns', node: second, netns: third }, place: { kind: 'netns', node: second, name: third } };
}

function handMadeOn(node: NodeView): readonly PodWorld[] {
  return [...node.podNetns.values()]
    .filter(({ name }) => isHandMade(name))
    .map((netns): PodWorld => {
      const place = { kind: 'netns', node: node.name, name: netns.name } as const;
      return {
        id: placeText(place),
        ref: { kind: 'netns', node: node.name, netns: netns.name },
        place,
        netnsName: netns.name,
        namespace: '',
        name: netns.name,
        owner: null,
        ip: ownAddress(netns),
        ready: true,
        trouble: null,
        hostNetwork: false,
        netns,
        containers: [],
        hostEnd: hostEndOf(node, netns),
      };
    });
}

function troubleOf(pod: Pod, ready: boolean): string | null {
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (pod.status.phase !== 'Running') return pod.status.reason ?? pod.status.phase;
  return ready ? null : 'NotReady';
}

function containerWorld(view: ContainerView, pod: Pod): ContainerWorld {
  if (view.container === 'POD') return { view, name: 'pause', ports: [] };
  const spec = pod.spec.containers.find((container) => container.name === view.container);
  return { view, name: view.container, ports: (spec?.ports ?? []).map((port) => port.containerPort) };
}

/** The link in the root namespace whose peer is in the Pod. */
function hostEndOf(node: NodeView | null, netns: NetnsView | null): LinkView | null {
  if (node === null || netns === null) return null;
  return node.root.links.find((link) => link.peer?.netns === netns.name && link.peer.node === node.name) ?? null;
}

function serviceWorld(service: Service, slices: readonly EndpointSlice[]): ServiceWorld {
  const { namespace, name } = service.metadata;
  const own = slices.filter(
    ({ metadata }) => metadata.namespace === namespace && metadata.labels?.['kubernetes.io/service-name'] === name,
  );
  const pods = new Map<string, boolean>();
  for (const { targetRef, conditions } of own.flatMap((slice) => slice.endpoints)) {
    if (targetRef?.kind !== 'Pod' || targetRef.name === undefined) continue;
    pods.set(`${targetRef.namespace ?? namespace}/${targetRef.name}`, conditions?.ready ?? true);
  }
  return {
    key: `Service ${namespace}/${name}`,
    namespace,
    name,
    clusterIP: service.spec.clusterIP ?? service.spec.externalName ?? '',
    nameOnly: service.spec.type === 'ExternalName' || service.spec.clusterIP === 'None',
    ports: (service.spec.ports ?? []).map((each) => (each.name === undefined ? `${each.port}` : `${each.name} ${each.port}`)),
    pods: [...pods].map(([id, ready]) => ({ id, ready })),
  };
}
