/**
 * The ApiClient of one component: the store's verbs under the component's name, which provenance shows.
 */
import { jsonMergePatch } from '../api/merge.ts';
import type { Kind, KindMap } from '../api/kinds.ts';
import { notFoundStatus } from '../api/status.ts';
import type { ApiClient, ObjectInput, WriteResult } from '../api/watch.ts';
import { err } from '../lib/result.ts';
import type { EventRecorder } from './events.ts';
import type { ApiStore } from './store.ts';

function patched<K extends Kind>(
  store: ApiStore,
  by: string,
  kind: K,
  target: { namespace: string | null; name: string },
  patch: unknown,
): WriteResult<KindMap[K]> {
  const old = store.get(kind, target.namespace, target.name);
  if (old === null) return err(notFoundStatus(kind, target.name));
  return store.update(by, kind, jsonMergePatch(old, patch) as ObjectInput<KindMap[K]>);
}

/** The API as the component `by` sees it. */
export function createClient(store: ApiStore, events: EventRecorder, by: string): ApiClient {
  return {
    get: (kind, namespace, name) => store.get(kind, namespace, name),
    list: (kind, options) => store.list(kind, options),
    create: (kind, object) => store.create(by, kind, object),
    update: (kind, object) => store.update(by, kind, object),
    updateStatus: (kind, object) => store.updateStatus(kind, object),
    patch: (kind, namespace, name, patch) => patched(store, by, kind, { namespace, name }, patch),
    delete: (kind, namespace, name, options) => store.delete(by, kind, namespace, name, options),
    bind: (namespace, podName, nodeName) => store.bind(by, namespace, podName, nodeName),
    watch: (kind, handler) => store.watch(by, kind, handler),
    recordEvent: (record) => events.record(by, record),
    renewLease: (node) => store.renewLease(node),
    leaseRenewedAt: (node) => store.leaseRenewedAt(node),
    timestamp: () => store.timestamp(),
  };
}
