/**
 * The fields and types of the stored kinds, read from the generated tables: for the unknown-field check, the type check, the editor's
 * completion and hover.
 */
import { CRD_TYPES } from './crds.ts';
import { TYPES as KUBERNETES_TYPES } from './schema.generated.ts';

const TYPES: Readonly<Record<string, Readonly<Record<string, string>>>> = { ...KUBERNETES_TYPES, ...CRD_TYPES };

/** A field's type. */
export type FieldType =
  | { readonly kind: 'string'; /** Allowed values; empty when any text is. */ readonly oneOf: readonly string[] }
  | { readonly kind: 'int32' | 'int64' | 'bool' | 'quantity' | 'intOrString' | 'time' | 'any' }
  | { readonly kind: 'object'; readonly name: string }
  | { readonly kind: 'list' | 'map'; readonly of: FieldType };

const SCALARS: Readonly<Record<string, FieldType>> = {
  i: { kind: 'int32' },
  l: { kind: 'int64' },
  b: { kind: 'bool' },
  q: { kind: 'quantity' },
  x: { kind: 'intOrString' },
  t: { kind: 'time' },
  a: { kind: 'any' },
};

function parseType(code: string): FieldType {
  if (code.startsWith('[]')) return { kind: 'list', of: parseType(code.slice(2)) };
  if (code.startsWith('{}')) return { kind: 'map', of: parseType(code.slice(2)) };
  if (code.startsWith('@')) return { kind: 'object', name: code.slice(1) };
  return SCALARS[code] ?? { kind: 'string', oneOf: code.startsWith('s=') ? code.slice(2).split('|') : [] };
}

/** The type of a field of an object type, or null when it has no such field. */
export function fieldType(typeName: string, field: string): FieldType | null {
  const fields = TYPES[typeName];
  const code = fields !== undefined && Object.hasOwn(fields, field) ? fields[field] : undefined;
  return code === undefined ? null : parseType(code.replace(/!$/, ''));
}

/** The fields of an object type in alphabetical order, required ones marked. */
export function fieldsOf(
  typeName: string,
): readonly { readonly name: string; readonly required: boolean; readonly type: FieldType }[] {
  return Object.entries(TYPES[typeName] ?? {}).map(([name, code]) => ({
    name,
    required: code.endsWith('!'),
    type: parseType(code.replace(/!$/, '')),
  }));
}

/** The Go type's name, as decoding errors print it. */
export function goTypeName(type: FieldType): string {
  switch (type.kind) {
    case 'object':
      return `v1.${type.name.replace(/^\w+\./, '')}`;
    case 'list':
      return `[]${goTypeName(type.of)}`;
    case 'map':
      return type.of.kind === 'quantity' ? 'v1.ResourceList' : `map[string]${goTypeName(type.of)}`;
    case 'quantity':
      return 'resource.Quantity';
    case 'intOrString':
      return 'intstr.IntOrString';
    case 'time':
      return 'string';
    case 'any':
      return 'interface {}';
    default:
      return type.kind;
  }
}

/** Words for a person: `integer`, `list of ServicePort`, `text: TCP, UDP or SCTP`. */
export function describeType(type: FieldType): string {
  switch (type.kind) {
    case 'string':
      return type.oneOf.length === 0 ? 'string' : type.oneOf.join(' | ');
    case 'object':
      return type.name;
    case 'list':
      return `[]${describeType(type.of)}`;
    case 'map':
      return `map of ${describeType(type.of)}`;
    case 'int32':
    case 'int64':
      return 'integer';
    case 'bool':
      return 'boolean';
    default:
      return type.kind;
  }
}
