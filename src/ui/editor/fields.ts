/** What the schema knows about a place in a manifest: the fields that may stand there, and the values a field may take. */
import type { Kind } from '../../api/kinds.ts';
import { describeType, fieldsOf, fieldType, type FieldType } from '../../api/schema/schema.ts';
import type { YamlPlace } from './yaml-path.ts';

/** The kinds the cluster stores and their apiVersion; the compiler keeps the table whole. */
const API_VERSION: Readonly<Record<Kind, string>> = {
  ConfigMap: 'v1',
  DaemonSet: 'apps/v1',
  Deployment: 'apps/v1',
  EndpointSlice: 'discovery.k8s.io/v1',
  Endpoints: 'v1',
  Event: 'v1',
  BlockAffinity: 'crd.projectcalico.org/v1',
  IPAMBlock: 'crd.projectcalico.org/v1',
  IPAMConfig: 'crd.projectcalico.org/v1',
  IPPool: 'crd.projectcalico.org/v1',
  Namespace: 'v1',
  Node: 'v1',
  Pod: 'v1',
  ReplicaSet: 'apps/v1',
  Service: 'v1',
  StatefulSet: 'apps/v1',
};

/** Kinds a user has reason to write. */
const WRITTEN = Object.keys(API_VERSION).filter((kind) => !['Event', 'BlockAffinity', 'IPAMBlock'].includes(kind));

export interface Field {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  /** What follows the name when it is chosen: a value on the line, a mapping or a list beneath. */
  readonly shape: 'value' | 'mapping' | 'list';
  /** Type whose documentation explains the field. */
  readonly of: string;
}

const ROOT: readonly string[] = ['apiVersion', 'kind', 'metadata', 'spec'];

/** The object type at a place; list items are looked into. Null where the schema says nothing. */
export function typeOf({ kind, path }: YamlPlace): string | null {
  if (kind === null || !Object.hasOwn(API_VERSION, kind)) return null;
  let type: FieldType | null = { kind: 'object', name: kind };
  for (const segment of path) {
    type = type.kind === 'object' ? fieldType(type.name, segment) : type.kind === 'map' ? type.of : null;
    while (type?.kind === 'list') type = type.of;
    if (type === null) return null;
  }
  return type.kind === 'object' ? type.name : null;
}

export function fieldsAt(place: YamlPlace): readonly Field[] {
  const of = typeOf(place);
  if (of === null) {
    return place.path.length > 0
      ? []
      : ROOT.map((name) => ({
          name,
          type: '',
          required: true,
          shape: name === 'metadata' || name === 'spec' ? 'mapping' : 'value',
          of: '',
        }));
  }
  return fieldsOf(of).map(({ name, required, type }) => ({
    name,
    required,
    type: describeType(type),
    shape: shapeOf(type),
    of,
  }));
}

function shapeOf(type: FieldType): Field['shape'] {
  if (type.kind === 'list') return 'list';
  return type.kind === 'object' || type.kind === 'map' ? 'mapping' : 'value';
}

/** The values a field may take, where there are few; empty where any will do. */
export function valuesAt(place: YamlPlace, field: string): readonly string[] {
  if (place.path.length === 0 && field === 'kind') return WRITTEN;
  if (place.path.length === 0 && field === 'apiVersion') {
    const own = Object.entries(API_VERSION).find(([kind]) => kind === place.kind)?.[1];
    return own === undefined ? [...new Set(Object.values(API_VERSION))] : [own];
  }
  const of = typeOf(place);
  const type = of === null ? null : fieldType(of, field);
  if (type?.kind === 'bool') return ['true', 'false'];
  return type?.kind === 'string' ? type.oneOf : [];
}
