/**
 * SHA-256 (FIPS 180-4) of short ASCII text, without allocation: the hot path of chain names.
 */
const PRIMES = firstPrimes(64);
/** Fractional parts of the cube roots of the first 64 primes. */
const K = Int32Array.from(PRIMES, (prime) => fractionBits(Math.cbrt(prime)));
/** Fractional parts of the square roots of the first 8 primes. */
const H = Int32Array.from(PRIMES.slice(0, 8), (prime) => fractionBits(Math.sqrt(prime)));

/** Scratch that carries nothing from call to call: the message schedule and the eight working words. */
const schedule = new Int32Array(64);
const state = new Int32Array(8);

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return primes;
}

function fractionBits(root: number): number {
  return ((root % 1) * 0x100000000) | 0;
}

/** Calls `use` with the first three words of the digest of `text`, whose characters must be ASCII. */
export function sha256Head<T>(text: string, use: (a: number, b: number, c: number) => T): T {
  state.set(H);
  const end = text.length;
  // One bit and eight bytes of length follow the text.
  const blocks = (end + 9 + 63) >>> 6;
  for (let block = 0; block < blocks; block++) {
    loadBlock(text, block << 6);
    if (block === blocks - 1) schedule[15] = end << 3;
    compress();
  }
  return use(state[0] ?? 0, state[1] ?? 0, state[2] ?? 0);
}

/** The 64 bytes of `text` from `start` as sixteen big-endian words; behind its end a one bit, then zeros. */
function loadBlock(text: string, start: number): void {
  for (let i = 0; i < 16; i++) {
    const at = start + (i << 2);
    schedule[i] = (byteAt(text, at) << 24) | (byteAt(text, at + 1) << 16) | (byteAt(text, at + 2) << 8) | byteAt(text, at + 3);
  }
}

function byteAt(text: string, at: number): number {
  if (at < text.length) return text.charCodeAt(at);
  return at === text.length ? 0x80 : 0;
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

/** FIPS 180-4, 6.2.2. */
function compress(): void {
  const w = schedule;
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15] ?? 0;
    const y = w[i - 2] ?? 0;
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
    w[i] = (w[i - 16] ?? 0) + s0 + (w[i - 7] ?? 0) + s1;
  }
  let a = state[0] ?? 0;
  let b = state[1] ?? 0;
  let c = state[2] ?? 0;
  let d = state[3] ?? 0;
  let e = state[4] ?? 0;
  let f = state[5] ?? 0;
  let g = state[6] ?? 0;
  let h = state[7] ?? 0;
  for (let i = 0; i < 64; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (K[i] ?? 0) + (w[i] ?? 0)) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] = (state[0] ?? 0) + a;
  state[1] = (state[1] ?? 0) + b;
  state[2] = (state[2] ?? 0) + c;
  state[3] = (state[3] ?? 0) + d;
  state[4] = (state[4] ?? 0) + e;
  state[5] = (state[5] ?? 0) + f;
  state[6] = (state[6] ?? 0) + g;
  state[7] = (state[7] ?? 0) + h;
}
