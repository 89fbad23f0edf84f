/**
 * The namespaces an exported script makes, and how its reader names the places in them.
 *
 * A namespace is called by its machine, or by machine, Kubernetes namespace and Pod, joined by `_`, which none of these names may hold.
 * What is no node begins with `_`, so that no node's name meets it.
 */
import type { Pod } from '../../api/types/pod.ts';
import { cidr, cidrAddress, cidrContains } from '../../lib/cidr.ts';
import { ip } from '../../lib/ip.ts';
import type { NetnsView } from '../../net/view.ts';
import { isHandMade, ownAddress } from '../hand-made.ts';
import type { ClusterSnapshot, HostView, NodeView } from '../snapshot.ts';

/** The namespace that stands for the cable and switch between the machines. */
export const WIRE = '_wire';

/** The bridge of the first subnet. */
export const FIRST_WIRE = 'underlay';

/** A namespace to be made. */
export interface ExportedNetns {
  /** Its name without the script's prefix. */
  readonly name: string;
  /** For its section's heading: `node class`, `pod default/web-a on class`. */
  readonly title: string;
  /** Who its servers say they are. */
  readonly answersAs: string;
  readonly view: NetnsView;
  /** By card, the wire it is plugged into. */
  readonly wires: ReadonlyMap<string, string>;
}

/** Where a probe may start or end: `pod/web-a`, its namespace and its address. */
export interface ExportedPlace {
  readonly text: string;
  readonly netns: string;
  readonly address: string;
}

/** Every namespace of the cluster: machines first, each followed by its Pods. */
export function exportedNetns(snapshot: ClusterSnapshot): readonly ExportedNetns[] {
  const { nodes, hosts } = snapshot;
  return [
    ...hosts.map((host) => ({
      name: `_${host.name}`,
      title: host.role === 'router' ? `router ${host.name}` : `host ${host.name}`,
      answersAs: host.name,
      view: host.root,
      wires: wiresOf(snapshot, host),
    })),
    ...nodes.flatMap((node) => [
      {
        name: node.name,
        title: `node ${node.name}`,
        answersAs: node.name,
        view: node.root,
        wires: wiresOf(snapshot, node),
      },
      ...[...node.podNetns.values()].map((view) => podNetns(node, view)),
    ]),
  ];
}

function podNetns(node: NodeView, view: NetnsView): ExportedNetns {
  return {
    name: netnsName(node.name, view.name),
    title: `${isHandMade(view.name) ? 'netns' : 'pod'} ${view.name} on ${node.name}`,
    answersAs: view.name.slice(view.name.indexOf('/') + 1),
    view,
    wires: new Map(),
  };
}

/** The bridge that stands for the switch of each subnet, in the subnets' order. */
export function wireNames({ subnets }: ClusterSnapshot): readonly [string, ...string[]] {
  return [FIRST_WIRE, ...subnets.slice(1).map((_, index) => `underlay${index + 1}`)];
}

/** A card without an address, of a machine that is switched off, hangs where the machine's address lies. */
function wiresOf(snapshot: ClusterSnapshot, { ip: own, root }: NodeView | HostView): ReadonlyMap<string, string> {
  const [first, ...others] = wireNames(snapshot);
  const cards = root.links.filter(({ kind }) => kind === 'ether');
  return new Map(
    cards.map(({ name, addresses }) => {
      const address = addresses[0] === undefined ? ip(own) : cidrAddress(addresses[0].address);
      const index = snapshot.subnets.findIndex((subnet) => cidrContains(cidr(subnet), address));
      return [name, others[index - 1] ?? first];
    }),
  );
}

/** The name of a machine's namespace, as `PeerView` and `NetnsView` say machine and namespace. */
export function netnsName(node: string, netns: string): string {
  return netns === 'root' ? node : `${node}_${netns.replace('/', '_')}`;
}

/** Every place by the words of the command line: `external`, `node/class`, `pod/web-a`, `pod/kube-system/coredns-…`. */
export function exportedPlaces(snapshot: ClusterSnapshot): readonly ExportedPlace[] {
  return [
    ...snapshot.hosts.map(({ name, ip }) => ({ text: name, netns: `_${name}`, address: ip })),
    ...snapshot.nodes.map(({ name, ip }) => ({ text: `node/${name}`, netns: name, address: ip })),
    ...snapshot.nodes.flatMap(handMadePlaces),
    ...snapshotPods(snapshot).flatMap((pod) => podPlace(snapshot, pod)),
  ];
}

function handMadePlaces({ name: node, podNetns }: NodeView): readonly ExportedPlace[] {
  return [...podNetns.values()].flatMap((view) => {
    const address = isHandMade(view.name) ? ownAddress(view) : null;
    return address === null ? [] : [{ text: `netns/${node}/${view.name}`, netns: netnsName(node, view.name), address }];
  });
}

function snapshotPods({ objects }: ClusterSnapshot): readonly Pod[] {
  return [...objects.values()].flatMap(({ object }) => (object.kind === 'Pod' ? [object] : []));
}

function podPlace({ nodes }: ClusterSnapshot, { metadata, spec, status }: Pod): readonly ExportedPlace[] {
  const { namespace, name } = metadata;
  const node = nodes.find((other) => other.name === spec.nodeName);
  const key = `${namespace}/${name}`;
  if (node === undefined || status.podIP === undefined) return [];
  if (spec.hostNetwork !== true && !node.podNetns.has(key)) return [];
  const text = namespace === 'default' ? `pod/${name}` : `pod/${key}`;
  return [{ text, netns: netnsName(node.name, spec.hostNetwork === true ? 'root' : key), address: status.podIP }];
}

/** The Services that have an address of their own: `svc/web`, `svc/kube-system/kube-dns`. */
export function exportedServices({ objects }: ClusterSnapshot): readonly Omit<ExportedPlace, 'netns'>[] {
  return [...objects.values()].flatMap(({ object }) => {
    if (object.kind !== 'Service') return [];
    const { metadata, spec } = object;
    const { namespace, name } = metadata;
    if (spec.clusterIP === undefined || spec.clusterIP === 'None' || spec.clusterIP === '') return [];
    return [{ text: namespace === 'default' ? `svc/${name}` : `svc/${namespace}/${name}`, address: spec.clusterIP }];
  });
}
