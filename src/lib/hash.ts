/**
 * Hashed names as Kubernetes makes them.
 */
import { sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha512 } from '@noble/hashes/sha2.js';
import { base32, base64, base64urlnopad } from '@scure/base';

const encoder = new TextEncoder();

/** First 16 characters of base32(sha256(text)): chain names (pkg/proxy/iptables/proxier.go portProtoHash). */
export function base32Sha256(text: string): string {
  return base32.encode(sha256(encoder.encode(text))).slice(0, 16);
}

/** Lower-case hexadecimal sha256 of text. */
export function hexSha256(text: string): string {
  return hexOf(sha256(encoder.encode(text)));
}

/** Lower-case hexadecimal sha512 of text: chain names of CNI plugins (containernetworking/plugins pkg/utils/utils.go). */
export function hexSha512(text: string): string {
  return hexOf(sha512(encoder.encode(text)));
}

function hexOf(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return hex;
}

/** Lower-case hexadecimal sha1 of text: Calico's device names. */
export function hexSha1(text: string): string {
  return hexOf(sha1(encoder.encode(text)));
}

/** sha256 of text in the base64 alphabet that URLs take. */
export function base64UrlSha256(text: string): string {
  return base64urlnopad.encode(sha256(encoder.encode(text)));
}

/** sha224 of each text behind the digest before it, the first behind that of `start`, in the base64 alphabet that URLs take. */
export function chainedBase64UrlSha224(start: string, texts: readonly string[]): readonly string[] {
  let digest = sha224(encoder.encode(start));
  return texts.map((text) => {
    const bytes = encoder.encode(text);
    const input = new Uint8Array(digest.length + bytes.length);
    input.set(digest);
    input.set(bytes, digest.length);
    digest = sha224(input);
    return base64urlnopad.encode(digest);
  });
}

/** The bytes of base64 text. */
export function bytesOfBase64(text: string): Uint8Array {
  return base64.decode(text);
}

/** FNV-1a, 32 bits (hash/fnv New32a): ReplicaSet template hashes, EndpointSlice port hashes. */
export function fnv32a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** The `index`th 32-bit draw from a seed (splitmix32): cheap, well spread, no state. */
export function splitMix32(seed: number, index: number): number {
  let z = (seed + Math.imul(index + 1, 0x9e3779b9)) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
}

const SAFE_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** Maps each character to one that cannot spell a word (apimachinery util/rand SafeEncodeString). */
export function safeEncode(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i++) out += SAFE_ALPHABET[text.charCodeAt(i) % SAFE_ALPHABET.length] ?? '';
  return out;
}

/** A random suffix of `length` safe characters from 32-bit draws (apimachinery util/rand String). */
export function safeSuffix(draw: () => number, length: number): string {
  let out = '';
  for (let i = 0; i < length; i++) out += SAFE_ALPHABET[draw() % SAFE_ALPHABET.length] ?? '';
  return out;
}

/** FNV-1, 32 bits (hash/fnv New32): the seed of Calico's search for a block. */
export function fnv32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(text)) hash = Math.imul(hash, 0x01000193) ^ byte;
  return hash >>> 0;
}
