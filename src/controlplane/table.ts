/**
 * The stored objects of one kind: lookup by name, lists in etcd's order (namespace, then name), and indexes by namespace, label,
 * owner and node, so that a Service finds its Pods, a controller its dependents and a kubelet its own without a full scan.
 */
import type { KubeObject } from '../api/kinds.ts';
import { matchesFields, matchesSelector, type FieldRequirement, type Selector } from '../api/selectors.ts';
import { ObjectIndex } from './object-index.ts';

const SEPARATOR = '\u0000';

/** Table key: sorts by namespace, then name. */
function tableKey(namespace: string | null | undefined, name: string): string {
  return `${namespace ?? ''}${SEPARATOR}${name}`;
}

function compareKeys([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What `list` filters by. */
export interface ListFilter {
  /** Null for all namespaces. */
  readonly namespace: string | null;
  readonly labels: Selector;
  readonly fields: readonly FieldRequirement[];
  /** Null for any owner. */
  readonly ownerUid: string | null;
}

export class KindTable<T extends KubeObject> {
  #objects = new Map<string, T>();
  /** All objects in order; null after a change. */
  #sorted: readonly T[] | null = null;
  readonly #byNamespace = new ObjectIndex<T>((object) => [object.metadata.namespace ?? '']);
  readonly #byLabel = new ObjectIndex<T>((object) => labelEntries(object));
  readonly #byOwner = new ObjectIndex<T>((object) => (object.metadata.ownerReferences ?? []).map((owner) => owner.uid));
  readonly #byNode = new ObjectIndex<T>((object) => (object.kind === 'Pod' ? [object.spec.nodeName ?? ''] : []));
  readonly #indexes = [this.#byNamespace, this.#byLabel, this.#byOwner, this.#byNode];

  get(namespace: string | null, name: string): T | null {
    return this.#objects.get(tableKey(namespace, name)) ?? null;
  }

  put(object: T): void {
    this.#replace(tableKey(object.metadata.namespace, object.metadata.name), object);
  }

  remove(object: T): void {
    this.#replace(tableKey(object.metadata.namespace, object.metadata.name), null);
  }

  #replace(key: string, next: T | null): void {
    const old = this.#objects.get(key) ?? null;
    for (const index of this.#indexes) index.replaced(key, old, next);
    if (next === null) this.#objects.delete(key);
    else this.#objects.set(key, next);
    this.#sorted = null;
  }

  /** Every object, namespace by namespace. */
  all(): readonly T[] {
    this.#sorted ??= [...this.#objects].sort(compareKeys).map(([, object]) => object);
    return this.#sorted;
  }

  /** Every object in the order of its creation. */
  values(): IterableIterator<T> {
    return this.#objects.values();
  }

  list(filter: ListFilter): readonly T[] {
    const { namespace, labels, fields, ownerUid } = filter;
    const scope = this.#narrowest(filter);
    if (namespace === null && labels.length === 0 && fields.length === 0 && ownerUid === null) return scope;
    const found = scope.filter(
      (object) =>
        (namespace === null || object.metadata.namespace === namespace) &&
        (ownerUid === null || (object.metadata.ownerReferences ?? []).some((owner) => owner.uid === ownerUid)) &&
        matchesSelector(labels, object.metadata.labels) &&
        matchesFields(fields, object),
    );
    return found.length === scope.length ? scope : found;
  }

  /** The shortest list that holds everything the filter can match. */
  #narrowest({ namespace, labels, fields, ownerUid }: ListFilter): readonly T[] {
    const node = fields.find((field) => field.equal && field.path.join('.') === 'spec.nodeName');
    if (ownerUid !== null) return this.#byOwner.list(ownerUid, this.#objects);
    if (node !== undefined) return this.#byNode.list(node.value, this.#objects);
    if (namespace === null) return this.all();
    const entries = labels
      .filter(({ operator }) => operator === '=')
      .map(({ key, values }) => labelEntry(namespace, key, values[0] ?? ''));
    const [first, ...others] = entries;
    if (first === undefined) return this.#byNamespace.list(namespace, this.#objects);
    const best = others.reduce(
      (least, entry) => (this.#byLabel.count(entry) < this.#byLabel.count(least) ? entry : least),
      first,
    );
    return this.#byLabel.list(best, this.#objects);
  }

  /** Takes the table's state; the returned function puts back what changed since and tells each change it makes. */
  checkpoint(changed: (before: T | null, after: T | null) => void): () => void {
    const saved = new Map(this.#objects);
    return () => {
      for (const [key, object] of [...this.#objects]) {
        if (saved.has(key)) continue;
        this.#replace(key, null);
        changed(object, null);
      }
      for (const [key, object] of saved) {
        const current = this.#objects.get(key) ?? null;
        if (current === object) continue;
        this.#replace(key, object);
        changed(current, object);
      }
      // Creation order, as it was.
      this.#objects = new Map(saved);
    };
  }
}

function labelEntry(namespace: string, key: string, value: string): string {
  return `${namespace}${SEPARATOR}${key}=${value}`;
}

function labelEntries(object: KubeObject): readonly string[] {
  const namespace = object.metadata.namespace ?? '';
  return Object.entries(object.metadata.labels ?? {}).map(([key, value]) => labelEntry(namespace, key, value));
}
