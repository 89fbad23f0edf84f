/**
 * What a write keeps, counts and finishes: metadata that belongs to the server, generations, finalization
 * (apiserver registry/rest/update.go, meta.go; generic/registry store.go).
 */
import type { FieldError } from '../api/field-error.ts';
import type { Draft } from '../api/json.ts';
import { KINDS, type Kind, type KindMap, type KubeObject } from '../api/kinds.ts';
import type { ObjectMeta } from '../api/types/meta.ts';

/** Why a write meant for another object of the same name is refused. */
export function uidPrecondition(given: string, stored: string): string {
  return `Precondition failed: UID in precondition: ${given}, UID in object meta: ${stored}`;
}

/** Allocation errors of a field that validation has already refused are left out. */
export function merged(validation: readonly FieldError[], allocation: readonly FieldError[]): readonly FieldError[] {
  const fields = new Set(validation.map((error) => error.field));
  return [...validation, ...allocation.filter((error) => !fields.has(error.field))];
}

/** Metadata a client cannot change. */
export function keepServerFields(draft: Draft<KubeObject>, old: KubeObject): void {
  const meta: Draft<ObjectMeta> = (draft.metadata ??= {});
  const { uid, creationTimestamp, generation, deletionTimestamp, deletionGracePeriodSeconds, resourceVersion, namespace } =
    old.metadata;
  Object.assign(meta, { uid, creationTimestamp, resourceVersion });
  for (const [key, value] of Object.entries({ generation, deletionTimestamp, deletionGracePeriodSeconds, namespace })) {
    if (value === undefined) Reflect.deleteProperty(meta, key);
    else Object.assign(meta, { [key]: value });
  }
  if (meta.generateName === undefined && old.metadata.generateName !== undefined) meta.generateName = old.metadata.generateName;
}

/** Counts a change of the desired state; a Deployment's annotations belong to it. */
export function withGeneration<K extends Kind>(kind: K, next: KindMap[K], old: KindMap[K]): KindMap[K] {
  if (!KINDS[kind].hasGeneration || next.metadata.generation !== old.metadata.generation) return next;
  const { metadata, ...body } = next;
  const { metadata: oldMetadata, ...oldBody } = old;
  const annotated = kind === 'Deployment' && metadata.annotations !== oldMetadata.annotations;
  if (!annotated && sameDesired(body, oldBody)) return next;
  return { ...next, metadata: { ...metadata, generation: (oldMetadata.generation ?? 0) + 1 } };
}

function sameDesired(body: object, oldBody: object): boolean {
  const old = new Map(Object.entries(oldBody));
  const now = Object.entries(body).filter(([key]) => key !== 'status');
  return now.every(([key, value]) => old.get(key) === value) && [...old.keys()].every((key) => key in body);
}

/** True when a deleted object has nothing left to wait for. */
export function isFinalized(object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
  if (deletionTimestamp === undefined || (finalizers ?? []).length > 0 || object.kind === 'Namespace') return false;
  return (deletionGracePeriodSeconds ?? 0) === 0;
}
