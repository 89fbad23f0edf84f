/**
 * Validation problems as data, in apimachinery's words (util/validation/field/errors.go): a type, a field path, the bad value
 * and a detail. `fieldErrorText` prints one as the API server does; decode.ts maps `field` to a range of the YAML text.
 */

export type FieldErrorType = 'Invalid' | 'Required' | 'NotSupported' | 'Duplicate' | 'Forbidden' | 'TooLong' | 'TooMany' | 'NotFound' | 'TypeInvalid';

export interface FieldError {
  readonly type: FieldErrorType;
  /** Path of the field: `spec.ports[0].nodePort`, `metadata.labels[app]`. */
  readonly field: string;
  /** The value as given; null where the message names none. */
  readonly badValue: unknown;
  /** What is wrong with it; empty where the type says all. */
  readonly detail: string;
}
