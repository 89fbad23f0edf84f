/**
 * The ApiClient of one component: the store's verbs under the component's name, which provenance shows, as far as its machine reaches the
 * API server.
 */
import { jsonMergePatch } from '../api/merge.ts';
import type { Kind, KindMap } from '../api/kinds.ts';
import { notFoundStatus, unreachableStatus, type DialError } from '../api/status.ts';
import type { ApiClient, DeleteOptions, EventRecord, ListOptions, ObjectInput, WatchEvent, WriteResult } from '../api/watch.ts';
import { err } from '../lib/result.ts';
import type { ApiConnection } from './connection.ts';
import type { EventRecorder } from './events.ts';
import type { ApiStore, ObjectReader } from './store.ts';

/** What a client works with. */
export interface ClientOptions {
  readonly store: ApiStore;
  readonly events: EventRecorder;
  /** The component's name. */
  readonly by: string;
  /** Null for one that is always answered. */
  readonly connection: ApiConnection | null;
}

/** The API as a component sees it. */
export class StoreClient implements ApiClient {
  readonly #store: ApiStore;
  readonly #events: EventRecorder;
  readonly #by: string;
  readonly #connection: ApiConnection | null;

  constructor({ store, events, by, connection }: ClientOptions) {
    this.#store = store;
    this.#events = events;
    this.#by = by;
    this.#connection = connection;
  }

  get<K extends Kind>(kind: K, namespace: string | null, name: string): KindMap[K] | null {
    return this.#reader.get(kind, namespace, name);
  }

  list<K extends Kind>(kind: K, options?: ListOptions): readonly KindMap[K][] {
    return this.#reader.list(kind, options);
  }

  create<K extends Kind>(kind: K, object: ObjectInput<KindMap[K]>): WriteResult<KindMap[K]> {
    return this.#answered(kind, nameOf(object), () => this.#store.create(this.#by, kind, object));
  }

  update<K extends Kind>(kind: K, object: ObjectInput<KindMap[K]>): WriteResult<KindMap[K]> {
    return this.#answered(kind, nameOf(object), () => this.#store.update(this.#by, kind, object));
  }

  updateStatus<K extends Kind>(kind: K, object: ObjectInput<KindMap[K]>): WriteResult<KindMap[K]> {
    return this.#answered(kind, nameOf(object), () => this.#store.updateStatus(kind, object));
  }

  patch<K extends Kind>(kind: K, namespace: string | null, name: string, patch: unknown): WriteResult<KindMap[K]> {
    return this.#answered(kind, name, () => {
      const old = this.#store.get(kind, namespace, name);
      if (old === null) return err(notFoundStatus(kind, name));
      return this.#store.update(this.#by, kind, jsonMergePatch(old, patch) as ObjectInput<KindMap[K]>);
    });
  }

  delete<K extends Kind>(kind: K, namespace: string | null, name: string, options?: DeleteOptions): WriteResult<KindMap[K]> {
    return this.#answered(kind, name, () => this.#store.delete(this.#by, kind, namespace, name, options));
  }

  bind(namespace: string, podName: string, nodeName: string): WriteResult<KindMap['Pod']> {
    return this.#answered('Pod', podName, () => this.#store.bind(this.#by, namespace, podName, nodeName));
  }

  watch<K extends Kind>(kind: K, handler: (event: WatchEvent<KindMap[K]>) => void): () => void {
    const store = this.#store;
    const connection = this.#connection;
    if (connection === null) {
      const plain = store.watch(this.#by, kind, handler);
      return () => {
        plain.stop();
      };
    }
    let begun = connection.isWatching;
    const running = store.watch(this.#by, kind, handler, () => connection.isWatching);
    const unfollow = connection.follow((known) => {
      running.catchUp(begun ? known.list(kind) : [], store.list(kind));
      begun = true;
    });
    return () => {
      unfollow();
      running.stop();
    };
  }

  recordEvent(record: EventRecord): void {
    if (this.unreachable() === null) this.#events.record(this.#by, record);
  }

  renewLease(node: string): void {
    if (this.unreachable() === null) this.#store.renewLease(node);
  }

  leaseRenewedAt(node: string): number | null {
    return this.#store.leaseRenewedAt(node);
  }

  unreachable(): DialError | null {
    return this.#connection?.error ?? null;
  }

  isWatching(): boolean {
    return this.#connection?.isWatching ?? true;
  }

  onResume(handler: () => void): () => void {
    return this.#connection?.onResume(handler) ?? (() => undefined);
  }

  timestamp(): string {
    return this.#store.timestamp();
  }

  get #reader(): ObjectReader {
    const connection = this.#connection;
    return connection === null || connection.error === null ? this.#store : connection.known;
  }

  #answered<K extends Kind>(kind: K, name: string | undefined, write: () => WriteResult<KindMap[K]>): WriteResult<KindMap[K]> {
    const error = this.unreachable();
    return error === null ? write() : err(unreachableStatus(kind, name ?? '', error));
  }
}

function nameOf({ metadata }: { readonly metadata: { readonly name?: string } }): string | undefined {
  return metadata.name;
}
