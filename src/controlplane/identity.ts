/**
 * Where the API server's chance comes from: UIDs, name suffixes and allocated addresses.
 *
 * Every draw is a hash of the scenario's seed, what it is for and how often that was asked before. So the same object gets the
 * same UID and address whatever else is applied, and a dry run predicts the very values the real one will use.
 */
import { fnv32a, safeSuffix, splitMix32 } from '../lib/hash.ts';
import type { Rng } from '../lib/rng.ts';

/** Characters apimachinery appends to a generateName. */
const SUFFIX_LENGTH = 5;
/** Longest base of a generated name (names.go maxGeneratedNameLength). */
const MAX_BASE_LENGTH = 58;

export class IdentitySource {
  readonly #salt: string;
  #uses = new Map<string, number>();

  constructor(rng: Rng) {
    this.#salt = rng.fork('apiserver').hex(16);
  }

  /** A stream of 32-bit draws for `purpose`; each call for the same purpose starts another one. */
  draws(purpose: string): () => number {
    const use = this.#uses.get(purpose) ?? 0;
    this.#uses.set(purpose, use + 1);
    const text = `${purpose} ${use} ${this.#salt}`;
    // Two seeds: 32 bits alone would give two of ten thousand objects the same UID now and then.
    const seeds = [fnv32a(`a ${text}`), fnv32a(`b ${text}`)] as const;
    let count = 0;
    return () => {
      const index = count++;
      return (splitMix32(seeds[0], index) ^ splitMix32(seeds[1], index)) >>> 0;
    };
  }

  /** A version 4 UUID. */
  uid(objectKey: string): string {
    const draw = this.draws(`uid ${objectKey}`);
    const hex = Array.from({ length: 4 }, () => draw().toString(16).padStart(8, '0')).join('');
    const variant = '89ab'.charAt(parseInt(hex.charAt(16), 16) % 4);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  /** A name for metadata.generateName (apiserver storage/names). */
  generateName(scope: string, base: string): string {
    return base.slice(0, MAX_BASE_LENGTH) + safeSuffix(this.draws(`name ${scope}/${base}`), SUFFIX_LENGTH);
  }

  checkpoint(): () => void {
    const uses = new Map(this.#uses);
    return () => {
      this.#uses = new Map(uses);
    };
  }
}
