/** A Ref as text, so that refs can be compared and looked up. */
import type { Ref, WorldDiff } from '../../../cluster/snapshot.ts';

export function refKey(ref: Ref): string {
  return JSON.stringify(Object.entries(ref).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The things a command made, by refKey. */
export function madeBy(diff: WorldDiff | null): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { op, ref } of diff?.groups.flatMap((group) => group.items) ?? []) {
    if (op === 'added' && ref !== null) keys.add(refKey(ref));
  }
  return keys;
}
