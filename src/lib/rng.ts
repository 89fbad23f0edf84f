/**
 * Seeded random streams. One seed per scenario; every consumer forks a stream by name, so a new draw in one place moves
 * nothing elsewhere. No module-level state.
 */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** A stream of draws; mutable, deterministic from its seed and the number of draws made. */
export interface RngStream {
  /** A 32-bit unsigned integer (kernel get_random_u32). */
  u32(): number;
  /** An integer in [0, limit). */
  below(limit: number): number;
  /** `length` lower-case hexadecimal digits. */
  hex(length: number): string;
}

/** Source of named streams. */
export interface Rng {
  /** The stream of that name: the same object at each call, seeded from the root seed and the name alone. */
  fork(name: string): RngStream;
  /** Returns a closure that puts every stream back as it is now. */
  checkpoint(): () => void;
}

/** FNV-1a of the name, mixed with the seed: which stream a name gets. */
function streamSeed(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

class Stream implements RngStream {
  #generator: RandomGenerator;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  /** Returns a closure that makes the stream draw from here again. */
  checkpoint(): () => void {
    const saved = this.#generator.clone();
    return () => {
      this.#generator = saved.clone();
    };
  }

  u32(): number {
    return this.#generator.next() >>> 0;
  }

  below(limit: number): number {
    return uniformInt(this.#generator, 0, limit - 1);
  }

  hex(length: number): string {
    let text = '';
    while (text.length < length) text += this.u32().toString(16).padStart(8, '0');
    return text.slice(0, length);
  }
}

/** Streams of one scenario seed (any 32-bit integer). */
export function createRng(seed: number): Rng {
  const streams = new Map<string, Stream>();
  return {
    checkpoint() {
      const restores = [...streams].map(([name, stream]) => ({ name, stream, restore: stream.checkpoint() }));
      return () => {
        streams.clear();
        for (const { name, stream, restore } of restores) {
          streams.set(name, stream);
          restore();
        }
      };
    },
    fork(name) {
      let stream = streams.get(name);
      if (stream === undefined) {
        stream = new Stream(streamSeed(seed, name));
        streams.set(name, stream);
      }
      return stream;
    },
  };
}
