/**
 * Validation problems as data, in apimachinery's words (util/validation/field/errors.go): a type, a field path, the bad value
 * and a detail. `fieldErrorText` prints one as the API server does; decode.ts maps `field` to a range of the YAML text.
 */

export type FieldErrorType =
  'Invalid' | 'Required' | 'NotSupported' | 'Duplicate' | 'Forbidden' | 'TooLong' | 'TooMany' | 'NotFound';

export interface FieldError {
  readonly type: FieldErrorType;
  /** Path of the field: `spec.ports[0].nodePort`, `metadata.labels[app]`. */
  readonly field: string;
  /** The bad value as the message prints it (Go syntax); empty where the message names none. */
  readonly badValue: string;
  /** What is wrong with it; empty where the type says all. */
  readonly detail: string;
  /** The field to point at in a manifest, where it is another than `field` (which names an object as a whole). */
  readonly at?: string;
}

const HEADING: Readonly<Record<FieldErrorType, string>> = {
  Invalid: 'Invalid value',
  Required: 'Required value',
  NotSupported: 'Unsupported value',
  Duplicate: 'Duplicate value',
  Forbidden: 'Forbidden',
  TooLong: 'Too long',
  TooMany: 'Too many',
  NotFound: 'Not found',
};

/** A value as Go's error printing shows it: text quoted, numbers bare, lists and maps in Go syntax. */
export function goValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[]string{${value.map(goValue).join(', ')}}`;
  if (typeof value === 'object' && value !== null) return goStringMap(value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'null';
}

function goStringMap(map: object): string {
  const pairs = Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[string]string{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${goValue(value)}`).join(', ')}}`;
}

/** A value that is already printed (Go syntax of a struct). */
export interface Printed {
  readonly printed: string;
}

export function printed(text: string): Printed {
  return { printed: text };
}

function shown(value: unknown): string {
  return typeof value === 'object' && value !== null && 'printed' in value ? String(value.printed) : goValue(value);
}

export function invalid(field: string, value: unknown, detail: string): FieldError {
  return { type: 'Invalid', field, badValue: shown(value), detail };
}

export function required(field: string, detail = ''): FieldError {
  return { type: 'Required', field, badValue: '', detail };
}

export function forbidden(field: string, detail: string): FieldError {
  return { type: 'Forbidden', field, badValue: '', detail };
}

export function duplicate(field: string, value: unknown): FieldError {
  return { type: 'Duplicate', field, badValue: shown(value), detail: '' };
}

export function notFound(field: string, value: unknown): FieldError {
  return { type: 'NotFound', field, badValue: shown(value), detail: '' };
}

/** `supported values: "SCTP", "TCP", "UDP"`. */
export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const list = [...supported].map((text) => JSON.stringify(text)).join(', ');
  return {
    type: 'NotSupported',
    field,
    badValue: shown(value),
    detail: supported.length === 0 ? '' : `supported values: ${list}`,
  };
}

export function tooLong(field: string, value: unknown, maxLength: number): FieldError {
  return { type: 'TooLong', field, badValue: shown(value), detail: `must have at most ${maxLength} bytes` };
}

/** `spec.ports[0].port: Invalid value: 68000: must be between 1 and 65535, inclusive`. */
export function fieldErrorText(error: FieldError): string {
  return `${error.field}: ${fieldErrorBody(error)}`;
}

/** `error`, pointing at another field. */
export function pointingAt(error: FieldError, at: string): FieldError {
  return { ...error, at };
}

/** The message without the field. */
export function fieldErrorBody(error: FieldError): string {
  const parts = [HEADING[error.type]];
  if (error.type === 'Invalid' || error.type === 'NotSupported' || error.type === 'NotFound' || error.type === 'Duplicate')
    parts.push(error.badValue);
  if (error.detail !== '') parts.push(error.detail);
  return parts.join(': ');
}
