/**
 * Refusals of commands that are not about a text: the tool's words without a place.
 */
import type { ManifestError } from '../api/manifest-error.ts';

export function commandError(message: string): ManifestError {
  return { severity: 'error', field: null, message, heading: null, document: 0, line: 1, column: 1, endLine: 1, endColumn: 1 };
}
