/**
 * Restore text under construction (pkg/proxy/util/linebuffer.go). A rule set of a large cluster has tens of megabytes, made of
 * millions of words; joined as strings they would cost more than everything else in a sync, so they are written as bytes.
 */
const CHUNK_BYTES = 1 << 16;

export class LineBuffer {
  readonly #bytes = new Uint8Array(CHUNK_BYTES);
  readonly #decoder = new TextDecoder();
  readonly #chunks: string[] = [];
  #length = 0;

  /** Appends ASCII words as they are: blanks and the newline are the caller's. */
  write(...words: readonly string[]): void {
    for (const word of words) this.#append(word);
  }

  /** Everything written so far, in pieces to be joined once with what stands around them. */
  parts(): readonly string[] {
    return [...this.#chunks, this.#decode()];
  }

  #append(word: string): void {
    if (this.#length + word.length > CHUNK_BYTES) this.#spill();
    if (word.length > CHUNK_BYTES) {
      this.#chunks.push(word);
      return;
    }
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < word.length; i++) bytes[at++] = word.charCodeAt(i);
    this.#length = at;
  }

  #spill(): void {
    this.#chunks.push(this.#decode());
    this.#length = 0;
  }

  #decode(): string {
    return this.#decoder.decode(this.#bytes.subarray(0, this.#length));
  }
}
