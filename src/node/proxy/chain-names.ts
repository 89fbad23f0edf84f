/**
 * Names of the chains kube-proxy makes: the first 16 characters of base32(sha256(text)) behind a prefix that tells the
 * chain's part, because the kernel allows 28 characters (pkg/proxy/iptables/proxier.go portProtoHash).
 *
 * Every endpoint of a cluster is hashed once per node, and nothing else in a sync costs as much, so the hash is computed here
 * for what it is, short text of which 80 bits are wanted, and not by the general one of lib, which it must equal.
 */
import { sha256Head } from './sha256.ts';

const ALPHABET = Uint8Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', (char) => char.charCodeAt(0));

/** The character code of the base32 digit whose five bits end `shift` bits above the end of `word`. */
function digit(word: number, shift: number): number {
  return ALPHABET[(word >>> shift) & 31] ?? 0;
}

/** The digit of `high` and `low` where a digit straddles two words: `bits` of it are the low end of `high`. */
function straddling(high: number, low: number, bits: number): number {
  return ALPHABET[((high << (5 - bits)) | (low >>> (27 + bits))) & 31] ?? 0;
}

/** First 16 characters of base32(sha256(text)). `text` is ASCII, as API names and addresses are. */
export function chainHash(text: string): string {
  return sha256Head(text, base32Head);
}

/** Sixteen base32 digits of 96 bits. */
function base32Head(a: number, b: number, c: number): string {
  return String.fromCharCode(
    digit(a, 27),
    digit(a, 22),
    digit(a, 17),
    digit(a, 12),
    digit(a, 7),
    digit(a, 2),
    straddling(a, b, 2),
    digit(b, 24),
    digit(b, 19),
    digit(b, 14),
    digit(b, 9),
    digit(b, 4),
    straddling(b, c, 4),
    digit(c, 26),
    digit(c, 21),
    digit(c, 16),
  );
}

/** The hash that the SVC, SVL, FW and EXT chains of one Service port share: of `default/web:httptcp`. */
export function portProtoHash(servicePortName: string, protocol: string): string {
  return chainHash(servicePortName + protocol);
}

/** The chain of one endpoint: `KUBE-SEP-` and the hash of `default/web:httptcp10.244.0.2:8080`. */
export function servicePortEndpointChainName(servicePortName: string, protocol: string, endpoint: string): string {
  return `KUBE-SEP-${chainHash(servicePortName + protocol + endpoint)}`;
}

const SERVICE_CHAIN = /^KUBE-(?:SVC|SVL|SEP|FW|EXT)-/;

/** True for chains that belong to a Service port and may be deleted when it is gone (isServiceChainName). */
export function isServiceChainName(chain: string): boolean {
  return SERVICE_CHAIN.test(chain);
}
