/**
 * A secondary index of one kind's table (an informer's Indexer): value → objects, lists made when asked and kept until they change.
 */
import type { KubeObject } from '../api/kinds.ts';

export class ObjectIndex<T extends KubeObject> {
  readonly #valuesOf: (object: T) => readonly string[];
  readonly #keys = new Map<string, Set<string>>();
  readonly #lists = new Map<string, readonly T[]>();

  constructor(valuesOf: (object: T) => readonly string[]) {
    this.#valuesOf = valuesOf;
  }

  /** Follows the replacement of `old` by `next` under `key`. */
  replaced(key: string, old: T | null, next: T | null): void {
    const before = old === null ? [] : this.#valuesOf(old);
    const after = next === null ? [] : this.#valuesOf(next);
    for (const value of before) {
      this.#lists.delete(value);
      if (!after.includes(value)) this.#drop(value, key);
    }
    for (const value of after) {
      this.#lists.delete(value);
      if (!before.includes(value)) this.#add(value, key);
    }
  }

  /** How many objects have `value`. */
  count(value: string): number {
    return this.#keys.get(value)?.size ?? 0;
  }

  /** The objects that have `value`, in the order of their keys; the same array until one of them changes. */
  list(value: string, objects: ReadonlyMap<string, T>): readonly T[] {
    let list = this.#lists.get(value);
    if (list === undefined) {
      list = [...(this.#keys.get(value) ?? [])].sort().flatMap((key) => objects.get(key) ?? []);
      this.#lists.set(value, list);
    }
    return list;
  }

  #add(value: string, key: string): void {
    const keys = this.#keys.get(value);
    if (keys === undefined) this.#keys.set(value, new Set([key]));
    else keys.add(key);
  }

  #drop(value: string, key: string): void {
    const keys = this.#keys.get(value);
    keys?.delete(key);
    if (keys?.size === 0) this.#keys.delete(value);
  }
}
