/**
 * Which column each Pod has, kept while the view is open. Columns go to Pods by (owner, name); a new Pod takes a column that
 * stood empty before, else the next one, and moves nothing. What takes the place of a Pod in the same moment stands beside it,
 * not in its column: it would be taken for it. Pure: a memory is a value, and `remember` gives the next one (the same value
 * where nothing is new).
 */
import { groupBy } from './group-by.ts';
import { isSystemNamespace, isSystemService, type NodeWorld, type PodWorld, type World } from './world.ts';

/** A column: one Pod (`pod:NAMESPACE/NAME`) or one folded group (`fold:…`). */
export interface Column {
  readonly key: string;
  readonly fold: boolean;
}

export interface NodeColumns {
  readonly columns: readonly Column[];
  /** How many columns the node was opened with; later ones grow outward from these. Null: to be dealt anew. */
  readonly opened: number | null;
  /** Columns of Pods that were gone when last looked at. */
  readonly vacant: readonly string[];
}

/** What a row of cells stands for in cluster zoom; `nothing`: all Pods of a node one after another. */
export type FoldBy = 'owner' | 'namespace' | 'nothing';

export interface LayoutMemory {
  readonly foldBy: FoldBy;
  /** By node name, in the order nodes were first seen. */
  readonly nodes: ReadonlyMap<string, NodeColumns>;
  /** Services in the order they were first seen. */
  readonly services: readonly string[];
  /** Rows of cells in cluster zoom, in the order first seen (the largest first when opened together). */
  readonly owners: readonly string[];
  /** Groups opened by the user, by their key. */
  readonly unfolded: ReadonlySet<string>;
  /** Owners that had too many Pods on a node when first seen. */
  readonly crowded: ReadonlySet<string>;
}

export const EMPTY_MEMORY: LayoutMemory = {
  foldBy: 'owner',
  nodes: new Map(),
  services: [],
  owners: [],
  unfolded: new Set(),
  crowded: new Set(),
};

const NONE: readonly Column[] = [];
const NO_KEYS: readonly string[] = [];

/** More Pods of one owner than this on one node are folded when first seen. */
const CROWD = 6;

/** A node that is opened with more Pods than this folds every owner with several. */
const FULL = 8;
const SEVERAL = 3;

/** The group a Pod is folded into; null when it is drawn itself. */
export function foldOf(memory: LayoutMemory, node: string, pod: PodWorld): string | null {
  const system = `fold:${node}/${pod.namespace}`;
  if (isSystemNamespace(pod.namespace)) return memory.unfolded.has(system) ? null : system;
  const owner = ownerFold(node, pod);
  return memory.crowded.has(owner) && !memory.unfolded.has(owner) ? owner : null;
}

function ownerFold(node: string, { namespace, owner, name }: PodWorld): string {
  return `fold:${node}/${namespace}/${owner?.kind ?? 'Pod'}/${owner?.name ?? name}`;
}

/** Pods with a box on the map: those with a namespace of their own, or that will get one. */
export function isDrawn(pod: PodWorld): boolean {
  return !pod.hostNetwork;
}

/** Services drawn as plates. */
export function isServiceDrawn(memory: LayoutMemory, service: { readonly namespace: string; readonly name: string }): boolean {
  return !isSystemService(service) || [...memory.unfolded].some((key) => key.endsWith(`/${service.namespace}`));
}

/** The memory after seeing this world. */
export function remember(memory: LayoutMemory, world: World): LayoutMemory {
  const crowded = rememberCrowds(memory, world);
  const known = { ...memory, crowded };
  const nodes = rememberNodes(known, world);
  const services = rememberServices(known, world);
  const owners = rememberOwners(known, world);
  const same = crowded === memory.crowded && nodes === memory.nodes && services === memory.services && owners === memory.owners;
  return same ? memory : { ...known, nodes, services, owners };
}

function rememberCrowds(memory: LayoutMemory, world: World): ReadonlySet<string> {
  const found: string[] = [];
  for (const { view, pods } of world.nodes) {
    const seen = new Set(memory.nodes.get(view.name)?.columns.map((column) => column.key));
    const drawn = pods.filter((pod) => isDrawn(pod) && !isSystemNamespace(pod.namespace));
    const limit = !memory.nodes.has(view.name) && drawn.length > FULL ? SEVERAL - 1 : CROWD;
    for (const [key, group] of groupBy(drawn, (pod) => ownerFold(view.name, pod))) {
      const fresh = group.every((pod) => !seen.has(`pod:${pod.id}`));
      if (group.length > limit && fresh && !memory.crowded.has(key)) found.push(key);
    }
  }
  return found.length === 0 ? memory.crowded : new Set([...memory.crowded, ...found]);
}

function rememberNodes(memory: LayoutMemory, world: World): LayoutMemory['nodes'] {
  const changed = world.nodes.flatMap((node): [string, NodeColumns][] => {
    const name = node.view.name;
    const old = memory.nodes.get(name);
    const columns = nextColumns(memory, node, old);
    const opened = old?.opened ?? columns.length;
    const standing = new Set(node.pods.filter(isDrawn).map((pod) => columnKey(memory, name, pod)));
    const vacant = columns.filter(({ key, fold }) => !fold && !standing.has(key)).map(({ key }) => key);
    const same = old?.columns === columns && old.opened === opened && old.vacant.join() === vacant.join();
    return same ? [] : [[name, { columns, opened, vacant }]];
  });
  return changed.length === 0 ? memory.nodes : new Map([...memory.nodes, ...changed]);
}

function columnKey(memory: LayoutMemory, node: string, pod: PodWorld): string {
  return foldOf(memory, node, pod) ?? `pod:${pod.id}`;
}

function nextColumns(memory: LayoutMemory, { view, pods }: NodeWorld, known: NodeColumns | undefined): readonly Column[] {
  const old = known?.columns ?? NONE;
  const standing = new Map(
    pods.filter(isDrawn).map((pod) => [columnKey(memory, view.name, pod), foldOf(memory, view.name, pod) !== null]),
  );
  const taken = new Set(old.map((column) => column.key));
  const added = [...standing].flatMap(([key, fold]): Column[] => (taken.has(key) ? [] : [{ key, fold }]));
  if (added.length === 0) return old;
  const arriving = added.filter((column) => !column.fold);
  const free = new Set((known?.vacant ?? NO_KEYS).filter((key) => !standing.has(key)));
  const filled = old.map((column) => (free.has(column.key) ? (arriving.shift() ?? column) : column));
  // Folded groups stand behind the Pods that arrive with them.
  return [...filled, ...arriving, ...added.filter((column) => column.fold)];
}

function rememberServices(memory: LayoutMemory, world: World): readonly string[] {
  const added = world.services
    .filter((service) => isServiceDrawn(memory, service) && !memory.services.includes(service.key))
    .map((service) => service.key);
  return added.length === 0 ? memory.services : [...memory.services, ...added];
}

/** The row of cells a Pod is in: its owner's, or its namespace's for the cluster's own Pods. */
export function rowOf({ namespace, name, owner }: PodWorld, foldBy: FoldBy): string {
  if (foldBy === 'nothing') return '';
  return foldBy === 'namespace' || isSystemNamespace(namespace) ? namespace : `${namespace}/${owner?.name ?? name}`;
}

/** Rows are dealt anew, because the user asked for other ones. */
export function foldRowsBy(memory: LayoutMemory, foldBy: FoldBy): LayoutMemory {
  return { ...memory, foldBy, owners: [] };
}

function rememberOwners(memory: LayoutMemory, world: World): readonly string[] {
  const counts = new Map<string, number>();
  for (const pod of world.nodes.flatMap((node) => node.pods)) {
    const row = rowOf(pod, memory.foldBy);
    counts.set(row, (counts.get(row) ?? 0) + 1);
  }
  const added = [...counts].filter(([row]) => !memory.owners.includes(row));
  if (added.length === 0) return memory.owners;
  // Rows of the cluster's own Pods come last.
  const rank = ([row, count]: [string, number]): number => (isSystemNamespace(row) ? 1 : -count);
  return [...memory.owners, ...added.toSorted((a, b) => rank(a) - rank(b) || (a[0] < b[0] ? -1 : 1)).map(([row]) => row)];
}

/** Opens or folds a group. The user asked for another layout, so its node's columns are dealt anew. */
export function toggleFold(memory: LayoutMemory, fold: string): LayoutMemory {
  const unfolded = new Set(memory.unfolded);
  if (!unfolded.delete(fold)) unfolded.add(fold);
  const nodes = new Map(memory.nodes);
  for (const name of nodes.keys()) if (fold.startsWith(`fold:${name}/`)) nodes.delete(name);
  return { ...memory, unfolded, nodes: inOrder(nodes, memory) };
}

/** A node dealt anew keeps its place among the nodes. */
function inOrder(nodes: Map<string, NodeColumns>, memory: LayoutMemory): ReadonlyMap<string, NodeColumns> {
  return new Map(
    [...memory.nodes.keys()].map((name) => [name, nodes.get(name) ?? { columns: NONE, opened: null, vacant: NO_KEYS }]),
  );
}

/** True where a column's Pod is gone: closing the gaps would move something. */
export function hasGaps(memory: LayoutMemory, world: World): boolean {
  return world.nodes.some((node) => {
    const fresh = nextColumns(memory, node, undefined);
    return (memory.nodes.get(node.view.name)?.columns.length ?? 0) > fresh.length;
  });
}

/** Deals all columns anew, because the user asked for it. */
export function closeGaps(memory: LayoutMemory): LayoutMemory {
  return { ...memory, nodes: inOrder(new Map(), memory), services: [], owners: [] };
}
