/**
 * `ipset list` (ipset 7.17 lib/session.c list_create, print_set_done).
 *
 * Simplification: in `ipset list` a set's memory is counted as if no two members fell into one bucket of the hash table.
 */
import { ipsetHeader, ipsetMemberText, type Ipset } from '../netfilter/ipset.ts';
import type { Ruleset } from '../netfilter/ruleset.ts';
import type { NetnsView } from '../view.ts';

/** `ipset list [NAME]`. */
export function ipsetList({ netfilter }: NetnsView, { name = null }: { readonly name?: string | null } = {}): string {
  const shown = [...netfilter.sets.values()].filter((set) => name === null || set.name === name);
  return shown.map((set) => setText(set, referencesOf(set.name, netfilter.ruleset))).join('\n');
}

/** The kernel's revisions of the set types (ip_set_hash_ip.c, ip_set_hash_net.c IPSET_TYPE_REV_MAX). */
const REVISIONS = { 'hash:ip': 6, 'hash:net': 7 } as const;

function setText(set: Ipset, references: number): string {
  const members = [...set.members.values()].map((member) => `${ipsetMemberText(member)}\n`);
  return (
    `Name: ${set.name}\nType: ${set.type}\nRevision: ${REVISIONS[set.type]}\nHeader: ${ipsetHeader(set)}\n` +
    `Size in memory: ${memory(set)}\nReferences: ${references}\nNumber of entries: ${set.members.size}\nMembers:\n${members.join('')}`
  );
}

/** Each rule holds every set it names once per match. */
function referencesOf(name: string, ruleset: Ruleset): number {
  const rules = Object.values(ruleset).flatMap(({ chains }) => [...chains.values()].flatMap((chain) => chain.rules));
  return rules.flatMap(({ matches }) => matches).filter((match) => match.kind === 'set' && match.name === name).length;
}

/** Of an empty set: its table's head, and for hash:net the counts of prefix lengths. */
const EMPTY_BYTES = { 'hash:ip': 216, 'hash:net': 456 } as const;
/** A bucket begins with room for two members (ip_set_hash_gen.h struct hbucket, AHASH_INIT_SIZE). */
const BUCKET_BYTES = 32;
const BUCKET_MEMBERS = 2;
const MEMBER_BYTES = { 'hash:ip': 4, 'hash:net': 8 } as const;
/** With a pointer to its comment, for both types. */
const COMMENTED_MEMBER_BYTES = 16;
/** What keeps a comment beside its text and the text's end (struct ip_set_comment_rcu). */
const COMMENT_BYTES = 17;

function memory({ type, comment, members }: Ipset): number {
  const member = comment ? COMMENTED_MEMBER_BYTES : MEMBER_BYTES[type];
  const comments = [...members.values()].reduce(
    (sum, each) => sum + (each.comment === null ? 0 : COMMENT_BYTES + each.comment.length),
    0,
  );
  return EMPTY_BYTES[type] + members.size * (BUCKET_BYTES + BUCKET_MEMBERS * member) + comments;
}
