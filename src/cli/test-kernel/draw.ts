/**
 * Chance with words for it, for the parts of a cluster that is drawn.
 */
import type { RngStream } from '../../lib/rng.ts';

export class Draw {
  readonly #stream: RngStream;

  constructor(stream: RngStream) {
    this.#stream = stream;
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    return this.#stream.below(limit);
  }

  /** True once in `n`. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  /** One of these. */
  pick<const Choices extends readonly [unknown, ...unknown[]]>(choices: Choices): Choices[number] {
    return choices[this.below(choices.length)];
  }

  /** So many, at least `least` and below `limit`. */
  many<T>(least: number, limit: number, make: (index: number) => T): readonly T[] {
    return Array.from({ length: least + this.below(limit - least) }, (_, index) => make(index));
  }
}
