/**
 * The API as controllers and node agents are given it (client-go's typed client and informers in one).
 *
 * Reads return the store's own deep-frozen objects: compare with ===, never change them. Writes return the stored object or
 * the API server's refusal. Watch handlers always run as their own event on the simulation clock, in the order of the writes,
 * never inside the call that caused them; a new watch first delivers what exists as ADDED (an informer's initial list).
 *
 * A client on another machine than the API server's may lose it, and finds it again by itself.
 */
import type { Result } from '../lib/result.ts';
import type { Kind, KindMap, KubeObject } from './kinds.ts';
import type { ApiStatus, DialError } from './status.ts';
import type { EventSource, EventType } from './types/event.ts';
import type { LabelSelector } from './types/meta.ts';

/** An object to be written: anything the API server defaults or fills may be missing. */
export type ObjectInput<T extends KubeObject> = Pick<T, 'apiVersion' | 'kind'> & {
  readonly metadata: InputOf<T['metadata']>;
} & InputOf<Omit<T, 'apiVersion' | 'kind' | 'metadata'>>;

/** Every field optional, at every depth. */
export type InputOf<T> = T extends readonly (infer Item)[]
  ? readonly InputOf<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]?: InputOf<T[Key]> }
    : T;

export interface WatchEvent<T extends KubeObject = KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** The new state; for DELETED the last one. */
  readonly object: T;
  /** The state before; null for ADDED. */
  readonly old: T | null;
}

export interface ListOptions {
  /** All namespaces when absent or null. */
  readonly namespace?: string | null;
  /** `app=web,tier!=db` or a set-based selector. */
  readonly labelSelector?: string | LabelSelector;
  /** `spec.nodeName=class,status.phase!=Failed`. */
  readonly fieldSelector?: string;
  /** Only objects with an owner reference to this UID (an informer's index, not a query of the real API). */
  readonly ownerUid?: string;
}

export interface DeleteOptions {
  /** Seconds a Pod may take to stop; 0 removes the object at once (what the kubelet does last). */
  readonly gracePeriodSeconds?: number;
  /** Refuse when the stored object is another one of the same name. */
  readonly uid?: string;
  /** `Orphan` leaves dependents without owner; the default deletes them afterwards. */
  readonly propagationPolicy?: 'Background' | 'Orphan';
}

/** What recordEvent is told; repeats of the same event raise its count. */
export interface EventRecord {
  readonly regarding: KubeObject;
  readonly type: EventType;
  /** CamelCase word: `Scheduled`, `FailedScheduling`. */
  readonly reason: string;
  readonly message: string;
  readonly source: EventSource;
}

export type WriteResult<T extends KubeObject> = Result<T, ApiStatus>;

export interface ApiClient {
  /** The object, or null when there is none. `namespace` is null for cluster-scoped kinds. */
  get<K extends Kind>(kind: K, namespace: string | null, name: string): KindMap[K] | null;
  /** Objects sorted by namespace, then name. An invalid selector is a broken invariant: users' selectors are parsed first. */
  list<K extends Kind>(kind: K, options?: ListOptions): readonly KindMap[K][];
  create<K extends Kind>(kind: K, object: ObjectInput<KindMap[K]>): WriteResult<KindMap[K]>;
  /** Replaces everything but status. Refused with Conflict when metadata.resourceVersion is set and not the stored one. */
  update<K extends Kind>(kind: K, object: ObjectInput<KindMap[K]>): WriteResult<KindMap[K]>;
  /** Replaces status alone; the same conflict rule. */
  updateStatus<K extends Kind>(kind: K, object: ObjectInput<KindMap[K]>): WriteResult<KindMap[K]>;
  /** JSON merge patch (RFC 7386): null removes a field, lists are replaced. */
  patch<K extends Kind>(kind: K, namespace: string | null, name: string, patch: unknown): WriteResult<KindMap[K]>;
  /** Deletes, or marks a scheduled Pod as terminating; returns the object as it then is (its last state when removed). */
  delete<K extends Kind>(kind: K, namespace: string | null, name: string, options?: DeleteOptions): WriteResult<KindMap[K]>;
  /** The Pod's binding subresource: sets spec.nodeName once (what a scheduler does). */
  bind(namespace: string, podName: string, nodeName: string): WriteResult<KindMap['Pod']>;
  /** Calls `handler` for every change until the returned function is called. */
  watch<K extends Kind>(kind: K, handler: (event: WatchEvent<KindMap[K]>) => void): () => void;
  recordEvent(record: EventRecord): void;
  /** Renews the lease of a node in kube-node-lease: its kubelet lives and is heard. */
  renewLease(node: string): void;
  /** When a node's lease was last renewed, virtual nanoseconds; null when it never was. */
  leaseRenewedAt(node: string): number | null;
  /** Why nobody answers this client; null while the API server does. Writes are refused meanwhile, reads answer what was known before. */
  unreachable(): DialError | null;
  /** False from the loss of the API server until what changed meanwhile has been listed: no watch of this client tells anything. */
  isWatching(): boolean;
  /** Calls `handler` each time the watches go on, after what was missed, until the returned function is called. */
  onResume(handler: () => void): () => void;
  /** Now, as RFC 3339 text for status fields. */
  timestamp(): string;
}
