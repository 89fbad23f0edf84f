/**
 * The ApiClient of one component: the store's verbs under the component's name, which provenance shows, as far as its machine reaches the
 * API server.
 */
import { jsonMergePatch } from '../api/merge.ts';
import type { Kind, KindMap } from '../api/kinds.ts';
import { notFoundStatus, unreachableStatus } from '../api/status.ts';
import type { ApiClient, ObjectInput, WatchEvent, WriteResult } from '../api/watch.ts';
import { err } from '../lib/result.ts';
import type { ApiConnection } from './connection.ts';
import type { EventRecorder } from './events.ts';
import type { ApiStore, ObjectReader } from './store.ts';

/** Who asks, and over what. */
export interface ClientOptions {
  /** The component's name. */
  readonly by: string;
  /** Null for one that is always answered. */
  readonly connection: ApiConnection | null;
}

interface Parts extends ClientOptions {
  readonly store: ApiStore;
}

/** The API as a component sees it. */
export function createClient(store: ApiStore, events: EventRecorder, options: ClientOptions): ApiClient {
  const { by, connection } = options;
  const parts: Parts = { store, ...options };
  const reader = (): ObjectReader => (connection === null || connection.error === null ? store : connection.known);
  const answered = <K extends Kind>(
    kind: K,
    name: string | undefined,
    write: () => WriteResult<KindMap[K]>,
  ): WriteResult<KindMap[K]> => {
    const error = connection?.error ?? null;
    return error === null ? write() : err(unreachableStatus(kind, name ?? '', error));
  };
  return {
    get: (kind, namespace, name) => reader().get(kind, namespace, name),
    list: (kind, listOptions) => reader().list(kind, listOptions),
    create: (kind, object) => answered(kind, nameOf(object), () => store.create(by, kind, object)),
    update: (kind, object) => answered(kind, nameOf(object), () => store.update(by, kind, object)),
    updateStatus: (kind, object) => answered(kind, nameOf(object), () => store.updateStatus(kind, object)),
    patch: (kind, namespace, name, patch) => answered(kind, name, () => patched(parts, kind, { namespace, name }, patch)),
    delete: (kind, namespace, name, deleteOptions) =>
      answered(kind, name, () => store.delete(by, kind, namespace, name, deleteOptions)),
    bind: (namespace, podName, nodeName) => answered('Pod', podName, () => store.bind(by, namespace, podName, nodeName)),
    watch: (kind, handler) => watch(parts, kind, handler),
    recordEvent(record) {
      if ((connection?.error ?? null) === null) events.record(by, record);
    },
    renewLease(node) {
      if ((connection?.error ?? null) === null) store.renewLease(node);
    },
    leaseRenewedAt: (node) => store.leaseRenewedAt(node),
    unreachable: () => connection?.error ?? null,
    isWatching: () => connection?.isWatching ?? true,
    onResume: (handler) => connection?.onResume(handler) ?? (() => undefined),
    timestamp: () => store.timestamp(),
  };
}

function nameOf({ metadata }: { readonly metadata: { readonly name?: string } }): string | undefined {
  return metadata.name;
}

function patched<K extends Kind>(
  { store, by }: Parts,
  kind: K,
  target: { namespace: string | null; name: string },
  patch: unknown,
): WriteResult<KindMap[K]> {
  const old = store.get(kind, target.namespace, target.name);
  if (old === null) return err(notFoundStatus(kind, target.name));
  return store.update(by, kind, jsonMergePatch(old, patch) as ObjectInput<KindMap[K]>);
}

function watch<K extends Kind>(
  { store, by, connection }: Parts,
  kind: K,
  handler: (event: WatchEvent<KindMap[K]>) => void,
): () => void {
  if (connection === null) {
    const plain = store.watch(by, kind, handler);
    return () => {
      plain.stop();
    };
  }
  let begun = connection.isWatching;
  const running = store.watch(by, kind, handler, () => connection.isWatching);
  const unfollow = connection.follow((known) => {
    running.catchUp(begun ? known.list(kind) : [], store.list(kind));
    begun = true;
  });
  return () => {
    unfollow();
    running.stop();
  };
}
