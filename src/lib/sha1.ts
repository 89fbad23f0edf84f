/** SHA-1 (FIPS 180-4) of short ASCII text: names that Weave Net and Calico derive. */

/** The digest as forty hexadecimal digits. */
export function sha1(text: string): string {
  const h = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  const words = paddedWords(text);
  for (let block = 0; block < words.length; block += 16) mixBlock(h, words.slice(block, block + 16));
  return h.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

/** The message, one bit, zeros, and its length in bits, as 32-bit words. */
function paddedWords(text: string): number[] {
  const blocks = (text.length + 9 + 63) >>> 6;
  const words = Array.from({ length: blocks * 16 }, () => 0);
  const put = (index: number, byte: number): void => {
    words[index >>> 2] = (words[index >>> 2] ?? 0) | (byte << (24 - 8 * (index & 3)));
  };
  for (let i = 0; i < text.length; i++) put(i, text.charCodeAt(i) & 0xff);
  put(text.length, 0x80);
  words[words.length - 1] = text.length * 8;
  return words;
}

function mixBlock(h: number[], block: readonly number[]): void {
  const w = [...block];
  for (let t = 16; t < 80; t++) w.push(rotate((w[t - 3] ?? 0) ^ (w[t - 8] ?? 0) ^ (w[t - 14] ?? 0) ^ (w[t - 16] ?? 0), 1));
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = h;
  for (let t = 0; t < 80; t++) {
    const next = (rotate(a, 5) + round(t, b, c, d) + e + constant(t) + (w[t] ?? 0)) | 0;
    [a, b, c, d, e] = [next, a, rotate(b, 30), c, d];
  }
  for (const [index, value] of [a, b, c, d, e].entries()) h[index] = ((h[index] ?? 0) + value) | 0;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function round(t: number, b: number, c: number, d: number): number {
  if (t < 20) return (b & c) | (~b & d);
  if (t < 40 || t >= 60) return b ^ c ^ d;
  return (b & c) | (b & d) | (c & d);
}

function constant(t: number): number {
  return [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6][Math.floor(t / 20)] ?? 0;
}
