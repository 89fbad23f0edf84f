/**
 * What the tool and the kernel refuse although it parses: options and targets out of place.
 *
 * Simplification: the kernel also refuses a target in a user chain that a wrong hook reaches; here only the base chain that
 * holds the rule is checked.
 */
import type { TableName } from './hooks.ts';
import type { Match } from './match.ts';
import { Refusal } from './parse-values.ts';
import type { RulePlace } from './rule-parse.ts';
import type { Target } from './target.ts';

const NO_OUT = new Set(['PREROUTING', 'INPUT']);
const NO_IN = new Set(['POSTROUTING', 'OUTPUT']);

/** Checks that iptables makes before it talks to the kernel. */
export function checkByTool(
  place: RulePlace,
  rule: { readonly in: boolean; readonly out: boolean; readonly target: string | null },
): void {
  if (place.base && rule.in && NO_IN.has(place.chain)) throw new Refusal(`Can't use -i with ${place.chain}\n`);
  if (place.base && rule.out && NO_OUT.has(place.chain)) throw new Refusal(`Can't use -o with ${place.chain}\n`);
  if (place.table === 'nat' && rule.target === 'DROP') {
    throw new Refusal('\nThe "nat" table is not intended for filtering, the use of DROP is therefore inhibited.\n\n');
  }
}

/** Tables and base chains in which the kernel takes a target. */
const PLACES: ReadonlyMap<string, { readonly tables: readonly TableName[]; readonly chains: readonly string[] | null }> =
  new Map([
    ['DNAT', { tables: ['nat'], chains: ['PREROUTING', 'OUTPUT'] }],
    ['REDIRECT', { tables: ['nat'], chains: ['PREROUTING', 'OUTPUT'] }],
    ['SNAT', { tables: ['nat'], chains: ['POSTROUTING', 'INPUT'] }],
    ['MASQUERADE', { tables: ['nat'], chains: ['POSTROUTING'] }],
    ['REJECT', { tables: ['filter'], chains: ['INPUT', 'FORWARD', 'OUTPUT'] }],
    ['CT', { tables: ['raw'], chains: null }],
    ['NOTRACK', { tables: ['raw'], chains: null }],
  ]);

function invalid(): Refusal {
  return new Refusal('Invalid argument', 'kernel');
}

function checkMatch(match: Match, place: RulePlace, protocol: number | null): void {
  switch (match.kind) {
    case 'tcp':
      if (protocol !== 6) throw new Refusal("TCP match requires '-p tcp'");
      return;
    case 'udp':
      if (protocol !== 17)
        throw match.sport === null && match.dport === null ? invalid() : new Refusal("UDP match requires '-p udp'");
      return;
    case 'sctp':
      if (protocol !== 132) throw invalid();
      return;
    case 'icmp':
      if (protocol !== 1) throw invalid();
      return;
    case 'tcpmss':
      if (protocol !== 6) throw invalid();
      return;
    case 'multiport':
      if (protocol === null || ![6, 17, 33, 132, 136].includes(protocol)) {
        throw new Refusal("multiport needs `-p tcp', `-p udp', `-p udplite', `-p sctp' or `-p dccp'");
      }
      return;
    case 'recent':
      if ((match.op === 'set' || match.op === 'remove') && (match.seconds !== null || match.hitcount !== null)) throw invalid();
      return;
    case 'mac':
      if (place.base && NO_IN.has(place.chain)) throw invalid();
      return;
    case 'addrtype':
      if (place.base && match.limit === 'out' && NO_OUT.has(place.chain)) throw invalid();
      if (place.base && match.limit === 'in' && NO_IN.has(place.chain)) throw invalid();
      return;
    case 'rpfilter':
      if (place.table === 'filter' || place.table === 'nat' || (place.base && place.chain !== 'PREROUTING')) throw invalid();
      return;
    default:
  }
}

/** Checks of the kernel when the rule is committed. */
export function checkByKernel(
  place: RulePlace,
  matches: readonly Match[],
  target: Target | null,
  protocol: number | null,
): void {
  for (const match of matches) checkMatch(match, place, protocol);
  if (target === null) return;
  const allowed = PLACES.get(target.kind);
  if (allowed !== undefined) {
    if (!allowed.tables.includes(place.table)) throw invalid();
    if (place.base && allowed.chains !== null && !allowed.chains.includes(place.chain)) throw invalid();
  }
  if (target.kind === 'REJECT' && target.with === 'tcp-reset' && protocol !== 6) throw invalid();
  if (target.kind === 'TCPMSS' && !matches.some((match) => match.kind === 'tcp' && (match.flags?.set ?? 0) === 2))
    throw invalid();
}
