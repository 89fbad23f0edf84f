/**
 * Matches that look something up beside the packet: a set (net/netfilter/xt_set.c set_match_v4), the way back to the source
 * (net/ipv4/netfilter/ipt_rpfilter.c rpfilter_mt).
 */
import { ipsetHas } from './ipset.ts';
import type { RpfilterMatch, SetMatch } from './match.ts';
import type { PacketFacts } from './packet-facts.ts';

/** Is the address a set match compares in its set? */
export function inSet({ name, sides }: SetMatch, facts: PacketFacts): boolean {
  const set = facts.sets.get(name);
  return set !== undefined && ipsetHas(set, sides[0] === 'dst' ? facts.dst : facts.src);
}

/** Would the answer go where the match wants it to, `--invert` aside? */
export function reversePathHolds(match: RpfilterMatch, { reversePath, src }: PacketFacts): boolean {
  if (reversePath === null || src === 0) return true;
  const { type, sameDev } = reversePath;
  if (type !== 'UNICAST' && !(type === 'LOCAL' && match.acceptLocal)) return false;
  return match.loose || sameDev;
}

/** Where the way back leads, in words. */
export function reversePathText({ reversePath, packet, iif }: PacketFacts): string {
  if (reversePath === null) return 'not looked up';
  if (reversePath.type !== 'UNICAST') return `${packet.src} is ${reversePath.type}`;
  return `the way back to ${packet.src} is ${reversePath.sameDev ? '' : 'not '}through ${iif ?? 'its device'}`;
}
