/**
 * A problem of a manifest at its place in the text: what the editor underlines and `kubectl apply -f` would print.
 */

/** A range of the text; lines and columns are 1-based, the end is exclusive (it points behind the last character). */
export interface TextRange {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface ManifestError extends TextRange {
  /** Nothing is applied while there is an error; a warning says what was accepted but moves no packet. */
  readonly severity: 'error' | 'warning';
  /** `spec.ports[0].nodePort`; null for what is wrong with the text itself or the whole object. */
  readonly field: string | null;
  /** One problem in the API server's words: `spec.ports[0].port: Invalid value: 68000: must be …`. */
  readonly message: string;
  /** The heading over problems of the same object: `The Service "web" is invalid`; null where there is none. */
  readonly heading: string | null;
  /** Index of the document in the file, from 0. */
  readonly document: number;
}
