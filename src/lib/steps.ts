/**
 * Long work that can be interrupted: a generator that stops wherever it may be left for a while. Whether it is left makes no
 * difference to what it comes to.
 */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Does it all at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** Does it with a pause wherever the caller wants one; `pause` answers null to go on at once. */
export async function finishWithPauses<T>(steps: Steps<T>, pause: () => Promise<void> | null): Promise<T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    const paused = pause();
    if (paused !== null) await paused;
  }
}
