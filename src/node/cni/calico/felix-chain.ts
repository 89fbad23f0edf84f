/**
 * Felix's rules as it renders them, each with its hash in a comment (felix/iptables/rules.go RuleHashes, RenderAppend).
 *
 * A rule's hash is chained through the rules before it and the chain's name, so Felix tells by the comments alone what of its own is
 * still in place.
 */
import { base64UrlSha256, chainedBase64UrlSha224 } from '../../../lib/hash.ts';

export interface FelixRule {
  readonly comments?: readonly string[];
  /** Match fragment, '' for none. */
  readonly match?: string;
  /** `--jump …` or `--goto …`; '' for a rule that only counts. */
  readonly action: string;
}

export interface FelixChain {
  readonly name: string;
  readonly rules: readonly FelixRule[];
}

const HASH_LENGTH = 16;
const MAX_CHAIN_NAME = 28;

function fragments({ comments = [], match = '', action }: FelixRule): string {
  return [...comments.map((comment) => `-m comment --comment "${comment}"`), match, action]
    .filter((part) => part !== '')
    .join(' ');
}

/** The chain's rules as `-A CHAIN …` lines. `hashName` is the name they are hashed under, where it is another. */
export function renderChain({ name, rules }: FelixChain, hashName = name): readonly string[] {
  const texts = rules.map((rule) => `-A ${hashName} HASH ${fragments(rule)}`);
  const hashes = chainedBase64UrlSha224(hashName, texts);
  return rules.map((rule, i) => {
    const hash = hashes[i]?.slice(0, HASH_LENGTH) ?? '';
    return `-A ${name} -m comment --comment "cali:${hash}" ${fragments(rule)}`.trimEnd();
  });
}

/** A chain's name, its end hashed where it would be too long (hashutils.GetLengthLimitedID). */
export function chainName(prefix: string, suffix: string): string {
  const whole = prefix + suffix;
  if (whole.length < MAX_CHAIN_NAME || (whole.length === MAX_CHAIN_NAME && !suffix.startsWith('_'))) return whole;
  const hash = base64UrlSha256(suffix);
  return `${prefix}_${hash.slice(0, MAX_CHAIN_NAME - prefix.length - 1)}`;
}
