/**
 * Why the API server refused a request (meta/v1 Status, apimachinery api/errors): reason, HTTP code and the message kubectl
 * prints after `Error from server (Reason): `.
 */
import { fieldErrorBody, fieldErrorText, type FieldError } from './field-error.ts';
import { groupOf, groupResource, KINDS, type Kind } from './kinds.ts';

export type StatusReason = 'NotFound' | 'AlreadyExists' | 'Conflict' | 'Invalid' | 'BadRequest' | 'Forbidden' | 'Unreachable';

/** How a connect(2) to the API server ends while nobody answers there, in errno's words. */
export type DialError = 'no route to host' | 'network is unreachable' | 'connection refused';

export interface ApiStatus {
  readonly reason: StatusReason;
  readonly code: number;
  readonly message: string;
  /** Kind and name of the object refused. */
  readonly kind: string;
  readonly name: string;
  /** The single problems of an `Invalid` object; empty for other reasons. */
  readonly causes: readonly FieldError[];
}

const CODE: Readonly<Record<StatusReason, number>> = {
  NotFound: 404,
  AlreadyExists: 409,
  Conflict: 409,
  Invalid: 422,
  BadRequest: 400,
  Forbidden: 403,
  // No answer has no code.
  Unreachable: 0,
};

function status(
  reason: StatusReason,
  kind: Kind,
  name: string,
  message: string,
  causes: readonly FieldError[] = [],
): ApiStatus {
  return { reason, code: CODE[reason], message, kind, name, causes };
}

export function notFoundStatus(kind: Kind, name: string): ApiStatus {
  return status('NotFound', kind, name, `${groupResource(kind)} "${name}" not found`);
}

export function alreadyExists(kind: Kind, name: string): ApiStatus {
  return status('AlreadyExists', kind, name, `${groupResource(kind)} "${name}" already exists`);
}

export function conflict(kind: Kind, name: string, why: string): ApiStatus {
  return status('Conflict', kind, name, `Operation cannot be fulfilled on ${groupResource(kind)} "${name}": ${why}`);
}

export function modifiedConflict(kind: Kind, name: string): ApiStatus {
  return conflict(kind, name, 'the object has been modified; please apply your changes to the latest version and try again');
}

export function forbiddenStatus(kind: Kind, name: string, why: string): ApiStatus {
  return status('Forbidden', kind, name, `${groupResource(kind)} "${name}" is forbidden: ${why}`);
}

/** Nobody answered: a client's own error, and no Status of the server's. */
export function unreachableStatus(kind: Kind, name: string, error: DialError): ApiStatus {
  return status('Unreachable', kind, name, `dial tcp: connect: ${error}`);
}

/** `Service "web" is invalid: spec.ports[0].port: …`, several causes in brackets. */
export function invalidStatus(kind: Kind, name: string, causes: readonly FieldError[]): ApiStatus {
  const group = groupOf(KINDS[kind].apiVersion);
  const texts = causes.map(fieldErrorText);
  const list = texts.length === 1 ? texts.join('') : `[${texts.join(', ')}]`;
  return status('Invalid', kind, name, `${group === '' ? kind : `${kind}.${group}`} "${name}" is invalid: ${list}`, causes);
}

/** What kubectl prints when nobody answers at `address` (pkg/cmd/util/helpers.go StandardErrorMessage). */
export function unreachableText(address: string, error: DialError): string {
  return error === 'connection refused'
    ? `The connection to the server ${address} was refused - did you specify the right host or port?`
    : `Unable to connect to the server: dial tcp ${address}: connect: ${error}`;
}

/** The same of `kubectl apply -f FILE`, which asks for the schemas first (pkg/validation, cli-runtime resource/visitor.go). */
export function validationUnreachable(file: string, address: string, error: DialError): string {
  return (
    `error: error validating "${file}": error validating data: failed to download openapi: ` +
    `Get "https://${address}/openapi/v2?timeout=32s": dial tcp ${address}: connect: ${error}; ` +
    'if you choose to ignore these errors, turn validation off with --validate=false'
  );
}

/** What kubectl prints for the refusal: `The Service "web" is invalid: …`, or `Error from server (NotFound): …`. */
export function kubectlErrorText(refusal: ApiStatus): string {
  if (refusal.reason !== 'Invalid') return `Error from server (${refusal.reason}): ${refusal.message}`;
  const heading = `The ${refusal.kind} "${refusal.name}" is invalid: `;
  const lines = [...new Set(refusal.causes.map((cause) => `${cause.field}: ${fieldErrorBody(cause)}`))];
  return lines.length === 1 ? heading + lines.join('') : `${heading}\n${lines.map((line) => `* ${line}`).join('\n')}`;
}
