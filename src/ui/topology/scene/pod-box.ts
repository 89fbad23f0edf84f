/** Facts about Pods, folds and devices that both the node and the kernel zoom draw. */
import type { LinkView } from '../../store/views.ts';
import { foldOf, isDrawn, type Column } from './layout-memory.ts';
import type { SceneInput } from './scene-builder.ts';
import type { SceneWords } from './words.ts';
import type { NodeWorld, PodWorld } from './world.ts';

/** `11: eth0@if12`, as `ip link` heads its lines. */
export function deviceName({ ifindex, name, peer }: LinkView): string {
  return `${ifindex}: ${name}${peer === null ? '' : `@if${peer.ifindex}`}`;
}

/** First address of a device, with its prefix length; null when it has none. */
export function addressOf(link: LinkView): string | null {
  return link.addresses[0]?.address ?? null;
}

/** `10.244.0.1` of `10.244.0.1/24`. */
export function withoutPrefix(address: string): string {
  return address.replace(/\/\d+$/, '');
}

/** What a Pod belongs to; of a namespace made by hand, that it is one and what listens in it. */
export function belongsTo(pod: PodWorld, words: SceneWords): string {
  if (pod.place.kind === 'pod') return pod.owner?.name ?? pod.namespace;
  const servers = (pod.netns?.sockets ?? [])
    .filter(({ state }) => state === 'LISTEN')
    .map(({ process, port }) => `${process} ${port}`);
  return [words.byHand, ...servers].join(', ');
}

export interface Fold {
  readonly key: string;
  /** What is folded: a namespace or an owner. */
  readonly name: string;
  readonly pods: readonly PodWorld[];
}

/** What stands in a node's columns now, by column key. */
export interface NodeContent {
  readonly pods: ReadonlyMap<string, PodWorld>;
  readonly folds: ReadonlyMap<string, Fold>;
  /** Pods without a namespace of their own. */
  readonly hostPods: readonly PodWorld[];
}

export function contentOf({ memory }: SceneInput, { view, pods }: NodeWorld): NodeContent {
  const single = new Map<string, PodWorld>();
  const folded = new Map<string, PodWorld[]>();
  for (const pod of pods.filter(isDrawn)) {
    const fold = foldOf(memory, view.name, pod);
    if (fold === null) single.set(`pod:${pod.id}`, pod);
    else folded.set(fold, [...(folded.get(fold) ?? []), pod]);
  }
  const folds = new Map(
    [...folded].map(([key, group]) => [key, { key, name: key.slice(key.lastIndexOf('/') + 1), pods: group }]),
  );
  return { pods: single, folds, hostPods: pods.filter((pod) => !isDrawn(pod)) };
}

/** Columns and what stands in them. */
export interface ShownColumns {
  readonly columns: readonly Column[];
  readonly content: NodeContent;
}

/** With this many columns a node of kernel zoom leaves its text too small. */
const MANY_COLUMNS = 3;

/**
 * In a journey, a node with many columns folds into one those that the packet cannot come to, and leaves out those that stand
 * empty: nothing comes or goes while a packet is watched.
 */
export function shownColumns(input: SceneInput, node: NodeWorld): ShownColumns {
  const columns = input.memory.nodes.get(node.view.name)?.columns ?? [];
  const content = contentOf(input, node);
  const standing = columns.filter(({ key }) => content.pods.has(key) || content.folds.has(key));
  const key = `fold:${node.view.name}/off-path`;
  const { near } = input;
  if (near === undefined) return { columns, content };
  const all = { columns: standing, content };
  if (standing.length < MANY_COLUMNS || input.memory.unfolded.has(key)) return all;
  const podsOf = (column: Column): readonly PodWorld[] =>
    content.folds.get(column.key)?.pods ?? [content.pods.get(column.key)].filter((pod) => pod !== undefined);
  const off = standing.filter((column) => !podsOf(column).some((pod) => near.has(pod.id)));
  if (off.length < 2) return all;
  const fold = { key, name: input.words.others, pods: off.flatMap(podsOf) };
  return {
    columns: [...standing.filter((column) => !off.includes(column)), { key, fold: true }],
    content: { ...content, folds: new Map([...content.folds, [key, fold]]) },
  };
}

/** A second switch behind the bridge, and the cable between. */
export interface Uplink {
  readonly datapath: LinkView;
  readonly bridgeEnd: LinkView;
  readonly datapathEnd: LinkView;
}

function uplinkOf(links: readonly LinkView[]): Uplink | null {
  const datapath = links.find((link) => link.kind === 'openvswitch');
  if (datapath === undefined) return null;
  const datapathEnd = links.find((link) => link.kind === 'veth' && link.master === datapath.name);
  const peer = datapathEnd?.peer;
  const bridgeEnd = peer?.netns === 'root' ? links.find((link) => link.name === peer.name) : undefined;
  if (datapathEnd === undefined || bridgeEnd === undefined) return null;
  return { datapath, bridgeEnd, datapathEnd };
}

/** The parts of a root namespace by the place they have on the map. */
export interface RootLinks {
  readonly bridge: LinkView | null;
  readonly nic: LinkView | null;
  readonly loopback: LinkView | null;
  /** The way from the bridge to a datapath (Weave); null where the bridge is the only switch. */
  readonly uplink: Uplink | null;
  /** Tunnels and whatever else is neither a Pod's veth nor one of the above. */
  readonly others: readonly LinkView[];
}

export function rootLinks({ root }: NodeWorld['view']): RootLinks {
  const ports = new Set(root.links.map((link) => link.master));
  const bridges = root.links.filter((link) => link.kind === 'bridge');
  const bridge = bridges.find((link) => ports.has(link.name)) ?? bridges[0] ?? null;
  const nic = root.links.find((link) => link.kind === 'ether') ?? null;
  const loopback = root.links.find((link) => link.kind === 'loopback') ?? null;
  const uplink = uplinkOf(root.links);
  const placed = new Set([bridge, nic, loopback, uplink?.datapath, uplink?.bridgeEnd, uplink?.datapathEnd]);
  const others = root.links.filter((link) => !placed.has(link) && (link.peer === null || link.peer.netns === 'root'));
  // A bridge of nobody's, docker0, comes after the tunnels.
  others.sort((a, b) => Number(a.kind === 'bridge') - Number(b.kind === 'bridge'));
  return { bridge, nic, loopback, uplink, others };
}

export function natRuleCount({ netfilter }: NodeWorld['view']['root']): number {
  let count = 0;
  for (const chain of netfilter.ruleset.nat.chains.values()) count += chain.rules.length;
  return count;
}
