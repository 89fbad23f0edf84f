/**
 * Patches: JSON merge patch (RFC 7386), strategic merge patch, and kubectl apply's three-way merge
 * (apimachinery strategicpatch/patch.go CreateThreeWayMergePatch).
 *
 * Apply compares three states: what was applied last (an annotation), what is applied now, and what is stored. Fields that left
 * the manifest are removed, fields of the manifest win, everything else stays. Lists with a merge key (containers by name,
 * Service ports by port) merge item by item; other lists are replaced.
 * Simplification: `$patch` and `$setElementOrder` directives are not read; a list that repeats a merge key is replaced whole.
 */
import { isList, isRecord, jsonEqual, setKey, type UnknownRecord } from './json.ts';
import type { Kind } from './kinds.ts';

/** Merge keys by the path's last words: `patchMergeKey` of the API types. */
const MERGE_KEYS: readonly (readonly [suffix: RegExp, key: string])[] = [
  [/\.(containers|initContainers|ephemeralContainers)\.ports$/, 'containerPort'],
  [/\.(containers|initContainers|ephemeralContainers|volumes)$/, 'name'],
  [/\.(containers|initContainers)\.env$/, 'name'],
  [/\.(containers|initContainers)\.volumeMounts$/, 'mountPath'],
  [/\.(containers|initContainers)\.volumeDevices$/, 'devicePath'],
  [/\.imagePullSecrets$/, 'name'],
  [/\.hostAliases$/, 'ip'],
  [/\.topologySpreadConstraints$/, 'topologyKey'],
  [/\.conditions$/, 'type'],
  [/^Node\.status\.addresses$/, 'type'],
  [/^Service\.spec\.ports$/, 'port'],
  [/\.metadata\.ownerReferences$/, 'uid'],
];

/** Lists of plain values that merge as sets. */
const SET_LISTS = /\.metadata\.finalizers$/;

function mergeKeyOf(path: string): string | null {
  return MERGE_KEYS.find(([suffix]) => suffix.test(path))?.[1] ?? null;
}

/** RFC 7386: null removes, objects merge, everything else replaces. */
export function jsonMergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const out: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, member] of Object.entries(patch)) {
    if (member === null) Reflect.deleteProperty(out, key);
    else setKey(out, key, jsonMergePatch(Object.hasOwn(out, key) ? out[key] : undefined, member));
  }
  return out;
}

/** A strategic merge patch of `kind`, as `kubectl patch` sends it by default. */
export function strategicMergePatch(kind: Kind, target: unknown, patch: unknown): unknown {
  return merge(kind, {}, patch, target);
}

/** The new state of an applied object of `kind`. `original` is null when it was never applied before. */
export function threeWayMerge(kind: Kind, original: unknown, modified: unknown, current: unknown): unknown {
  return merge(kind, original ?? {}, modified, current);
}

function merge(path: string, original: unknown, modified: unknown, current: unknown): unknown {
  if (isRecord(modified))
    return mergeMaps(path, isRecord(original) ? original : {}, modified, isRecord(current) ? current : {});
  if (isList(modified) && isList(current)) return mergeLists(path, isList(original) ? original : [], modified, current);
  return modified;
}

function mergeMaps(path: string, original: UnknownRecord, modified: UnknownRecord, current: UnknownRecord): UnknownRecord {
  const out: Record<string, unknown> = { ...current };
  for (const key of Object.keys(original)) {
    if (!Object.hasOwn(modified, key)) Reflect.deleteProperty(out, key);
  }
  for (const [key, member] of Object.entries(modified)) {
    if (member === null || member === undefined) Reflect.deleteProperty(out, key);
    else setKey(out, key, merge(`${path}.${key}`, own(original, key), member, own(current, key)));
  }
  return out;
}

function own(record: UnknownRecord, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function mergeLists(
  path: string,
  original: readonly unknown[],
  modified: readonly unknown[],
  current: readonly unknown[],
): readonly unknown[] {
  if (SET_LISTS.test(path)) return mergeSets(original, modified, current);
  const key = mergeKeyOf(path);
  const byKey = key === null ? null : itemsByKey(modified, key);
  const currentByKey = key === null ? null : itemsByKey(current, key);
  const originalByKey = key === null ? null : itemsByKey(original, key);
  if (byKey === null || currentByKey === null || originalByKey === null) return modified;
  const merged = [...byKey].map(([value, item]) => merge(path, originalByKey.get(value), item, currentByKey.get(value)));
  const kept = [...currentByKey].filter(([value]) => !byKey.has(value) && !originalByKey.has(value)).map(([, item]) => item);
  return [...merged, ...kept];
}

/** Items by their merge key, or null when one has none or two share it. */
function itemsByKey(items: readonly unknown[], key: string): ReadonlyMap<unknown, unknown> | null {
  const byKey = new Map<unknown, unknown>();
  for (const item of items) {
    const value = isRecord(item) ? item[key] : undefined;
    if (value === undefined || byKey.has(value)) return null;
    byKey.set(value, item);
  }
  return byKey;
}

function mergeSets(
  original: readonly unknown[],
  modified: readonly unknown[],
  current: readonly unknown[],
): readonly unknown[] {
  const kept = current.filter((item) => !original.includes(item) && !modified.includes(item));
  return [...modified, ...kept];
}

/** One changed field of an object, for "what would change". */
export interface FieldChange {
  /** `spec.ports[0].nodePort`. */
  readonly path: string;
  /** Undefined where the field did not exist. */
  readonly before: unknown;
  /** Undefined where the field is removed. */
  readonly after: unknown;
}

/** The leaves in which two objects differ, in the order of their fields. */
export function fieldChanges(before: unknown, after: unknown, path = ''): readonly FieldChange[] {
  if (jsonEqual(before, after)) return [];
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => fieldChanges(own(before, key), own(after, key), path === '' ? key : `${path}.${key}`));
  }
  if (isList(before) && isList(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, i) => fieldChanges(before[i], after[i], `${path}[${i}]`)).flat();
  }
  return [{ path, before, after }];
}
