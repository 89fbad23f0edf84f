/**
 * The chain of causes behind a thing, outermost first: the YAML line, the controllers, the scheduler, the kubelet, the tool.
 */
import type { KubeObject } from '../api/kinds.ts';
import type { Provenance } from '../lib/provenance.ts';
import type { ClusterSnapshot, MadeByStep, NodeView, ObjectKey, Ref } from './snapshot.ts';
import type { NetnsView } from '../net/view.ts';

/** The causes of `ref` in a snapshot; empty when it is gone. */
export function madeByChain(snapshot: ClusterSnapshot, ref: Ref): readonly MadeByStep[] {
  switch (ref.kind) {
    case 'object':
      return objectChain(snapshot, ref.key);
    case 'container': {
      const container = nodeOf(snapshot, ref.node)?.containers.find((candidate) => candidate.id === ref.id);
      if (container === undefined) return [];
      return [
        ...podChain(snapshot, container.pod),
        step({ actor: 'kubelet', action: 'sandbox', object: container.pod, node: ref.node, ref }),
      ];
    }
    case 'netns':
      return ref.netns === 'root' ? [] : podChain(snapshot, `Pod ${ref.netns}`);
    case 'node':
      return objectChain(snapshot, `Node ${ref.node}`);
    case 'host':
    case 'wire':
    case 'conntrack':
      return [];
    case 'link':
    case 'route':
    case 'neigh':
    case 'chain':
    case 'rule': {
      const netns = netnsOf(snapshot, ref.node, ref.netns);
      const maker = netns === null ? null : makerOf(netns, ref);
      return maker === null ? [] : provenanceChain(snapshot, maker, ref.node, ref);
    }
  }
}

/** The causes of state that carries `provenance`. */
export function provenanceChain(
  snapshot: ClusterSnapshot,
  provenance: Provenance,
  node: string,
  ref: Ref | null,
): readonly MadeByStep[] {
  const { actor, action, object, field } = provenance;
  const causes = object === null ? [] : podChain(snapshot, object);
  const before =
    field === undefined ? causes : causes.map((cause) => (cause.object === object ? narrowed(snapshot, cause, field) : cause));
  return [...before, step({ actor, action, object, node, ref })];
}

/** The cause with its place narrowed from the whole object to one entry of a list, `spec.ports[http]`. */
function narrowed(snapshot: ClusterSnapshot, cause: MadeByStep, field: string): MadeByStep {
  const [, list = '', name = ''] = /^(.*)\[(.*)\]$/.exec(field) ?? [];
  const fields = cause.object === null ? undefined : snapshot.objects.get(cause.object)?.fieldSources;
  for (const [path, source] of fields ?? []) {
    const entry = /^(.*)\[\d+\]$/.exec(path);
    if (entry?.[1] === list && nameAt(snapshot, cause.object, path) === name) return { ...cause, source };
  }
  return cause;
}

/** The `name` of the entry at `spec.ports[0]`. */
function nameAt(snapshot: ClusterSnapshot, key: ObjectKey | null, path: string): string | null {
  let value: unknown = key === null ? null : snapshot.objects.get(key)?.object;
  for (const word of path.split(/[.[\]]+/).filter((part) => part !== '')) value = childOf(value, word);
  const name = childOf(value, 'name');
  return typeof name === 'string' ? name : null;
}

function childOf(value: unknown, word: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[word] : undefined;
}

/** As an object's chain, and for a Pod also who bound and started it. */
function podChain(snapshot: ClusterSnapshot, key: ObjectKey): readonly MadeByStep[] {
  const chain = objectChain(snapshot, key);
  const object = snapshot.objects.get(key)?.object;
  if (object?.kind !== 'Pod' || object.spec.nodeName === undefined) return chain;
  const node = object.spec.nodeName;
  const bound =
    (object.status.conditions ?? []).some((condition) => condition.type === 'PodScheduled') && !isPinned(snapshot, key);
  const sandbox = step({ actor: 'kubelet', action: 'sandbox', object: key, node, ref: { kind: 'object', key } });
  return [
    ...chain,
    ...(bound ? [step({ actor: 'scheduler', action: 'bind', object: key, node, ref: { kind: 'node', node } })] : []),
    sandbox,
  ];
}

/** True when the manifest itself names the node, so no scheduler was asked. */
function isPinned(snapshot: ClusterSnapshot, key: ObjectKey): boolean {
  return snapshot.objects.get(key)?.fieldSources.has('spec.nodeName') === true;
}

function objectChain(snapshot: ClusterSnapshot, key: ObjectKey): readonly MadeByStep[] {
  const view = snapshot.objects.get(key);
  if (view === undefined) return [];
  const owner = ownerKey(view.object);
  const causes = owner === null ? [] : objectChain(snapshot, owner);
  const ref: Ref = { kind: 'object', key };
  if (view.source !== null)
    return [...causes, { actor: 'user', action: 'apply', object: key, node: null, ref, source: view.source }];
  return [...causes, step({ actor: view.createdBy, action: 'create', object: key, node: null, ref })];
}

function ownerKey(object: KubeObject): ObjectKey | null {
  const owner = (object.metadata.ownerReferences ?? []).find((reference) => reference.controller === true);
  if (owner === undefined) return null;
  return object.metadata.namespace === undefined || owner.kind === 'Node'
    ? `${owner.kind} ${owner.name}`
    : `${owner.kind} ${object.metadata.namespace}/${owner.name}`;
}

function step(fields: Omit<MadeByStep, 'source'>): MadeByStep {
  return { ...fields, source: null };
}

function nodeOf(snapshot: ClusterSnapshot, name: string): NodeView | undefined {
  return snapshot.nodes.find((node) => node.name === name);
}

/** A namespace of a node or host, by the names trace steps use. */
export function netnsOf(snapshot: ClusterSnapshot, node: string, netns: string): NetnsView | null {
  const view = nodeOf(snapshot, node);
  if (view === undefined) return snapshot.hosts.find((host) => host.name === node)?.root ?? null;
  return netns === 'root' ? view.root : (view.podNetns.get(netns) ?? null);
}

function makerOf(
  netns: NetnsView,
  ref: Extract<Ref, { kind: 'link' | 'route' | 'neigh' | 'chain' | 'rule' }>,
): Provenance | null {
  switch (ref.kind) {
    case 'link':
      return netns.links.find((link) => link.name === ref.name)?.madeBy ?? null;
    case 'route':
      return netns.routes.find((route) => route.text === ref.text)?.madeBy ?? null;
    case 'neigh':
      return netns.neighbours.find((entry) => entry.dev === ref.dev && entry.addr === ref.addr)?.madeBy ?? null;
    case 'chain':
    case 'rule': {
      const tables: Readonly<
        Record<string, { readonly chains: ReadonlyMap<string, { readonly rules: readonly { readonly madeBy: Provenance }[] }> }>
      > = netns.netfilter.ruleset;
      const rules = tables[ref.table]?.chains.get(ref.chain)?.rules ?? [];
      return (ref.kind === 'rule' ? rules[ref.number - 1] : rules[0])?.madeBy ?? null;
    }
  }
}
