/**
 * Why the API server refused a request (meta/v1 Status): reason, HTTP code and the message kubectl prints after
 * `Error from server (Reason): `.
 */
import type { FieldError } from './field-error.ts';

export type StatusReason = 'NotFound' | 'AlreadyExists' | 'Conflict' | 'Invalid' | 'BadRequest' | 'Forbidden' | 'MethodNotAllowed';

export interface ApiStatus {
  readonly reason: StatusReason;
  readonly code: number;
  readonly message: string;
  /** The single problems of an `Invalid` object; empty for other reasons. */
  readonly causes: readonly FieldError[];
}
