/**
 * Strict decoding: unknown fields and wrong types of an object, in the words of apimachinery's json decoder
 * (`strict decoding error: unknown field "spec.foo"`, `json: cannot unmarshal string into Go struct field …`).
 *
 * Simplification: a real API server stops at the first wrong type; here all are reported.
 */
import { isList, isRecord } from '../json.ts';
import type { Kind } from '../kinds.ts';
import { parseQuantity } from '../quantity.ts';
import { fieldType, goTypeName, type FieldType } from './schema.ts';

export interface SchemaProblem {
  /** `spec.ports[0].foo`. */
  readonly field: string;
  readonly message: string;
  /** True when the field itself is wrong, not its value: its name is what to mark. */
  readonly atKey: boolean;
}

const QUANTITY_PROBLEM = `quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`;

/** Problems of a JSON object of `kind`. */
export function checkSchema(kind: Kind, object: unknown): readonly SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  checkValue(object, { kind: 'object', name: kind }, { field: '', struct: kind, goPath: '' }, problems);
  return problems;
}

interface Place {
  /** With indexes, as field errors spell it. */
  readonly field: string;
  /** The Go struct that holds the field. */
  readonly struct: string;
  /** Without indexes and map keys, as Go's decoder spells it. */
  readonly goPath: string;
}

function checkValue(value: unknown, type: FieldType, place: Place, problems: SchemaProblem[]): void {
  if (value === null || value === undefined || type.kind === 'any') return;
  if (type.kind === 'object' && isRecord(value)) {
    checkObject(value, type.name, place, problems);
    return;
  }
  if (type.kind === 'list' && isList(value)) {
    value.forEach((item, i) => checkValue(item, type.of, { ...place, field: `${place.field}[${i}]` }, problems));
    return;
  }
  if (type.kind === 'map' && isRecord(value)) {
    for (const [key, member] of Object.entries(value))
      checkValue(member, type.of, { ...place, field: `${place.field}[${key}]` }, problems);
    return;
  }
  const message = scalarProblem(value, type, place);
  if (message !== null) problems.push({ field: place.field, message, atKey: false });
}

function checkObject(value: Readonly<Record<string, unknown>>, name: string, place: Place, problems: SchemaProblem[]): void {
  for (const [key, member] of Object.entries(value)) {
    const field = place.field === '' ? key : `${place.field}.${key}`;
    const type = fieldType(name, key);
    if (type === null) problems.push({ field, message: `strict decoding error: unknown field "${field}"`, atKey: true });
    else
      checkValue(member, type, { field, struct: name, goPath: place.goPath === '' ? key : `${place.goPath}.${key}` }, problems);
  }
}

function scalarProblem(value: unknown, type: FieldType, place: Place): string | null {
  switch (type.kind) {
    case 'string':
    case 'time':
      return typeof value === 'string' ? null : mismatch(value, type, place);
    case 'bool':
      return typeof value === 'boolean' ? null : mismatch(value, type, place);
    case 'int32':
    case 'int64':
      return isInteger(value, type.kind) ? null : mismatch(value, type, place);
    case 'intOrString':
      if (typeof value === 'string' || isInteger(value, 'int32')) return null;
      return `json: cannot unmarshal ${jsonWord(value)} into Go value of type int32`;
    case 'quantity': {
      if (typeof value !== 'string' && typeof value !== 'number') return mismatch(value, type, place);
      return parseQuantity(String(value)) === null ? QUANTITY_PROBLEM : null;
    }
    default:
      return mismatch(value, type, place);
  }
}

function isInteger(value: unknown, kind: 'int32' | 'int64'): boolean {
  const limit = kind === 'int32' ? 2 ** 31 : Number.MAX_SAFE_INTEGER;
  return typeof value === 'number' && Number.isInteger(value) && value >= -limit && value < limit;
}

function mismatch(value: unknown, type: FieldType, { struct, goPath }: Place): string {
  const integer = type.kind === 'int32' || type.kind === 'int64';
  const word = integer && typeof value === 'number' ? `number ${value}` : jsonWord(value);
  return `json: cannot unmarshal ${word} into Go struct field ${struct.replace(/^\w+\./, '')}.${goPath} of type ${goTypeName(type)}`;
}

function jsonWord(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'object') return 'object';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
