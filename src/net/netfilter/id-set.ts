/**
 * A set of small whole numbers, a bit each: the rules a namespace ever had, of thousands, in every namespace that has rules.
 */
export class IdSet {
  #words = new Uint32Array(0);

  has(id: number): boolean {
    return (((this.#words[id >>> 5] ?? 0) >>> (id & 31)) & 1) === 1;
  }

  add(id: number): void {
    const at = id >>> 5;
    if (at >= this.#words.length) {
      const words = new Uint32Array(Math.max(at + 1, this.#words.length * 2));
      words.set(this.#words);
      this.#words = words;
    }
    this.#words[at] = (this.#words[at] ?? 0) | (1 << (id & 31));
  }
}
