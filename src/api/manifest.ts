/**
 * A decoded manifest document: an object in JSON form and where each of its fields stands in the text.
 */
import type { UnknownRecord } from './json.ts';
import type { Kind } from './kinds.ts';
import type { TextRange } from './manifest-error.ts';

export interface ManifestDocument {
  readonly kind: Kind;
  readonly name: string;
  /** Null for cluster-scoped kinds. */
  readonly namespace: string | null;
  /** As written, nulls included; its fields and types are those of the kind. */
  readonly object: UnknownRecord;
  /** Index in the file, from 0. */
  readonly document: number;
  /** From the first field to the end of the last. */
  readonly range: TextRange;
  /** Ranges of the values of all fields by path (`spec.ports[0].port`). */
  readonly fields: ReadonlyMap<string, TextRange>;
}
