/**
 * JSON values as the store keeps them: deep-frozen, compared by value, sharing what did not change.
 */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** A value under construction: every field optional and writable, at every depth. */
export type Draft<T> = T extends readonly (infer Item)[]
  ? Draft<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]?: Draft<T[Key]> }
    : T;

/** A JSON object of unknown fields. */
export type UnknownRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is UnknownRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** Sets an own property, `__proto__` included, which a plain assignment would not. */
export function setKey(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

/** A deep, mutable copy without null and undefined fields: what the API server reads `field: null` as. */
export function draftOf<T>(value: T): Draft<T> {
  return copy(value) as Draft<T>;
}

function copy(value: unknown): unknown {
  if (isList(value)) return value.map(copy);
  if (!isRecord(value)) return value;
  const out: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member !== null && member !== undefined) setKey(out, key, copy(member));
  }
  return out;
}

/** Equal by value; fields that are undefined count as absent. */
export function jsonEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, i) => jsonEqual(item, b[i]));
  if (!isRecord(a) || !isRecord(b)) return false;
  return (
    Object.keys(a).every((key) => jsonEqual(a[key], b[key])) &&
    Object.keys(b).every((key) => b[key] === undefined || Object.hasOwn(a, key))
  );
}

/** `next` with every part that equals its counterpart in `old` replaced by it, so unchanged parts keep their identity. */
export function shareStructure<T>(old: unknown, next: T): T {
  return share(old, next) as T;
}

function share(old: unknown, next: unknown): unknown {
  if (old === next) return old;
  if (isList(next)) {
    if (!isList(old)) return next;
    const items = next.map((item, i) => share(old[i], item));
    return items.length === old.length && items.every((item, i) => item === old[i]) ? old : items;
  }
  if (!isRecord(next) || !isRecord(old)) return next;
  const out: Record<string, unknown> = {};
  let same = true;
  for (const [key, member] of Object.entries(next)) {
    if (member === undefined) continue;
    const shared = share(old[key], member);
    setKey(out, key, shared);
    same &&= shared === old[key];
  }
  return same && Object.keys(out).length === Object.keys(old).length ? old : out;
}

/** Freezes a value at every depth; already frozen parts are taken as done. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}

/** JSON text with sorted keys: one text per value. */
export function canonicalJson(value: unknown): string {
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value ?? null);
  const fields = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`);
  return `{${fields.join(',')}}`;
}
