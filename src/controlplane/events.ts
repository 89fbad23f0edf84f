/**
 * Event objects and their aggregation (client-go tools/record): the same event again raises the count of the first.
 * `kubectl get events`, the Events block of `kubectl describe`.
 *
 * Simplification: Events neither expire (the API server drops them after an hour) nor are they rate limited.
 */
import type { ObjectReference } from '../api/types/meta.ts';
import type { EventRecord } from '../api/watch.ts';
import type { KubeObject } from '../api/kinds.ts';
import type { ApiStore } from './store.ts';

function referenceTo(object: KubeObject): ObjectReference {
  const { namespace, name, uid, resourceVersion } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    uid,
    resourceVersion,
  };
}

export class EventRecorder {
  readonly #store: ApiStore;
  /** Event names by what makes two events the same. */
  #seen = new Map<string, string>();

  constructor(store: ApiStore) {
    this.#store = store;
  }

  record(by: string, { regarding, type, reason, message, source }: EventRecord): void {
    const namespace = regarding.metadata.namespace ?? 'default';
    const now = this.#store.timestamp();
    const sameAs = [source.component, source.host, regarding.metadata.uid, type, reason, message].join('\u0000');
    const seen = this.#store.get('Event', namespace, this.#seen.get(sameAs) ?? '');
    if (seen !== null) {
      this.#store.update(by, 'Event', { ...seen, count: seen.count + 1, lastTimestamp: now });
      return;
    }
    const name = `${regarding.metadata.name}.${(this.#store.revision + 1).toString(16).padStart(16, '0')}`;
    const made = this.#store.create(by, 'Event', {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: referenceTo(regarding),
      reason,
      message,
      source,
      type,
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
    });
    // Refused where its namespace is going or gone, as on a real cluster: the event is lost.
    if (made.ok) this.#seen.set(sameAs, name);
  }

  checkpoint(): () => void {
    const seen = new Map(this.#seen);
    return () => {
      this.#seen = new Map(seen);
    };
  }
}
