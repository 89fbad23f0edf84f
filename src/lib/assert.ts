/**
 * Broken invariants throw. User input and packet fates are never reported this way: those are data.
 */

/** A broken invariant of ours: reaches the one error boundary, never caught and ignored. */
export class InvariantError extends Error {
  override name = 'InvariantError';
}

/** What is wrong, or how to say it where saying it for nothing would cost: a packet's walk asserts thousands of times. */
type Message = string | (() => string);

function textOf(message: Message): string {
  return typeof message === 'string' ? message : message();
}

/** Throws InvariantError with `message` unless `condition` holds. */
export function assert(condition: boolean, message: Message): asserts condition {
  if (!condition) throw new InvariantError(textOf(message));
}

/** Returns `value`, or throws InvariantError when it is null or undefined. */
export function assertExists<T>(value: T | null | undefined, message: Message): T {
  if (value === null || value === undefined) throw new InvariantError(textOf(message));
  return value;
}

/** Ends a `switch` over a union: the compiler proves it is never reached. */
export function assertNever(value: never): never {
  throw new InvariantError(`unexpected value ${JSON.stringify(value)}`);
}
