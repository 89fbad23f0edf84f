/**
 * Broken invariants throw. User input and packet fates are never reported this way: those are data.
 */

/** A broken invariant of ours: reaches the one error boundary, never caught and ignored. */
export class InvariantError extends Error {
  override name = 'InvariantError';
}

/** Throws InvariantError with `message` unless `condition` holds. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Returns `value`, or throws InvariantError when it is null or undefined. */
export function assertExists<T>(value: T | null | undefined, message: string): T {
  if (value === null || value === undefined) throw new InvariantError(message);
  return value;
}

/** Ends a `switch` over a union: the compiler proves it is never reached. */
export function assertNever(value: never): never {
  throw new InvariantError(`unexpected value ${JSON.stringify(value)}`);
}
