/**
 * From the path of a field error to its range in the manifest: the field itself, or the nearest parent that is written.
 */
import type { ApiStatus } from './status.ts';
import { fieldErrorText, type FieldError } from './field-error.ts';
import type { ManifestDocument } from './manifest.ts';
import type { ManifestError, TextRange } from './manifest-error.ts';

/** `metadata.labels[app]` as the range table spells it: `metadata.labels.app`. */
function normalise(path: string): string {
  return path.replace(/\[([A-Za-z_$-][A-Za-z0-9_$-]*)\]/g, '.$1');
}

/** The path without its last segment; null at the top. */
function parentOf(path: string): string | null {
  if (path === '') return null;
  const cut = path.endsWith(']') ? path.lastIndexOf('[') : path.lastIndexOf('.');
  return cut <= 0 ? '' : path.slice(0, cut);
}

/** The range of `field`, or of its nearest written parent. */
export function locateField(fields: ReadonlyMap<string, TextRange>, field: string): TextRange | null {
  for (let path: string | null = normalise(field); path !== null; path = parentOf(path)) {
    const range = fields.get(path);
    if (range !== undefined) return path === '' && field !== '' ? firstLineOf(range) : range;
  }
  return null;
}

/** The range of a field's own name, where it has one. */
export function locateKey(keys: ReadonlyMap<string, TextRange>, field: string): TextRange | null {
  return keys.get(normalise(field)) ?? null;
}

/** A whole document is no place to underline. */
function firstLineOf(range: TextRange): TextRange {
  return range.endLine === range.line ? range : { ...range, endLine: range.line, endColumn: range.column + 1 };
}

/** What a refused document looks like in the editor: one error per cause, each at its line. */
export function manifestErrorsOf(document: ManifestDocument, refusal: ApiStatus): readonly ManifestError[] {
  const base = { severity: 'error', document: document.document } as const;
  if (refusal.causes.length === 0) {
    const range = locateField(document.fields, 'metadata.name') ?? firstLineOf(document.range);
    return [
      { ...base, ...range, field: null, message: `Error from server (${refusal.reason}): ${refusal.message}`, heading: null },
    ];
  }
  const heading = `The ${refusal.kind} "${refusal.name}" is invalid`;
  const located = refusal.causes
    .filter((cause) => !isEcho(cause, refusal.causes, document))
    .map((cause) => ({
      ...base,
      ...(locateField(document.fields, pathWritten(cause.at ?? cause.field)) ?? firstLineOf(document.range)),
      field: cause.field,
      message: fieldErrorText(cause),
      heading,
    }));
  return located.sort((a, b) => a.line - b.line || a.column - b.column);
}

/** A defaulted field that repeats the problem of the written one it was copied from (targetPort of port). */
function isEcho(cause: FieldError, causes: readonly FieldError[], document: ManifestDocument): boolean {
  if (document.fields.has(normalise(pathWritten(cause.at ?? cause.field)))) return false;
  const parent = parentOf(cause.field);
  return causes.some(
    (other) =>
      other !== cause &&
      parentOf(other.field) === parent &&
      other.badValue === cause.badValue &&
      other.detail === cause.detail &&
      document.fields.has(normalise(other.field)),
  );
}

/** Some messages spell a field otherwise than a manifest does. */
function pathWritten(field: string): string {
  return field
    .replace(/^spec\.clusterIPs(\[0\])?$/, 'spec.clusterIP')
    .replace('LoadBalancerSourceRanges', 'loadBalancerSourceRanges');
}
