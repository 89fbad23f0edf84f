/**
 * One table per kind, and the writes that keep the address allocator in step with them.
 */
import type { Kind, KindMap, KubeObject } from '../api/kinds.ts';
import type { ServiceAllocator } from './service-allocator.ts';
import { KindTable } from './table.ts';

type TableMap = { readonly [K in Kind]: KindTable<KindMap[K]> };

export class Tables {
  /** Null: nobody's addresses follow what is written. */
  readonly #allocator: ServiceAllocator | null;
  readonly #tables: TableMap = {
    ConfigMap: new KindTable(),
    DaemonSet: new KindTable(),
    Deployment: new KindTable(),
    Endpoints: new KindTable(),
    EndpointSlice: new KindTable(),
    Event: new KindTable(),
    BlockAffinity: new KindTable(),
    IPAMBlock: new KindTable(),
    IPAMConfig: new KindTable(),
    IPPool: new KindTable(),
    Namespace: new KindTable(),
    Node: new KindTable(),
    Pod: new KindTable(),
    ReplicaSet: new KindTable(),
    Service: new KindTable(),
    StatefulSet: new KindTable(),
  };

  constructor(allocator: ServiceAllocator | null) {
    this.#allocator = allocator;
  }

  of<K extends Kind>(kind: K): KindTable<KindMap[K]> {
    return this.#tables[kind];
  }

  put<K extends Kind>(kind: K, object: KindMap[K]): void {
    const table = this.of(kind);
    this.#follow(table.get(object.metadata.namespace ?? null, object.metadata.name), object);
    table.put(object);
  }

  remove<K extends Kind>(kind: K, object: KindMap[K]): void {
    this.#follow(object, null);
    this.of(kind).remove(object);
  }

  /** The same objects in tables of their own, which address no Service. */
  copy(): Tables {
    const copy = new Tables(null);
    for (const object of this.every()) copy.put(object.kind, object);
    return copy;
  }

  /** Every object of every kind, kind by kind. */
  *every(): IterableIterator<KubeObject> {
    for (const table of Object.values(this.#tables)) yield* table.values();
  }

  checkpoint(): () => void {
    const restores = Object.values(this.#tables).map((table) =>
      table.checkpoint((before, after) => this.#follow(before, after)),
    );
    return () => {
      for (const restore of restores) restore();
    };
  }

  #follow(before: KubeObject | null, after: KubeObject | null): void {
    const old = before?.kind === 'Service' ? before : null;
    const next = after?.kind === 'Service' ? after : null;
    if (old !== null || next !== null) this.#allocator?.replaced(old, next);
  }
}
