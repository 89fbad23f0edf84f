/**
 * Event (core/v1): `kubectl get events`, the last block of `kubectl describe`.
 */
import type { NamespacedMeta, ObjectReference } from './meta.ts';

export type EventType = 'Normal' | 'Warning';

export interface EventSource {
  readonly component?: string;
  readonly host?: string;
}

export interface Event {
  readonly apiVersion: 'v1';
  readonly kind: 'Event';
  readonly metadata: NamespacedMeta;
  readonly involvedObject: ObjectReference;
  readonly reason: string;
  readonly message: string;
  readonly source: EventSource;
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  /** How often the same event was seen. */
  readonly count: number;
  readonly type: EventType;
}
