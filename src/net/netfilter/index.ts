/**
 * Per-chain index: which rules of a long chain could match a packet at all.
 *
 * A rule that wants one exact destination, source or destination port can only match packets that have it; all others fail
 * it by a match that only reads. So a packet need be tried against the rules of its own addresses and port and those that
 * want nothing exact: verdicts, counters and steps are those of the linear walk.
 */
import { isStateful } from './match.ts';
import type { PacketFacts } from './packet-facts.ts';
import type { Chain, Rule } from './ruleset.ts';

/** Chains shorter than this are walked. */
const MIN_RULES = 48;

export interface ChainIndex {
  readonly byDestination: ReadonlyMap<number, readonly number[]>;
  readonly bySource: ReadonlyMap<number, readonly number[]>;
  /** By protocol * 65536 + port. */
  readonly byPort: ReadonlyMap<number, readonly number[]>;
  /** Rules that want nothing exact. */
  readonly rest: readonly number[];
}

/** What a rule wants exactly, the most telling first; null when it can match any packet. */
type Wish = { readonly by: 'destination' | 'source' | 'port'; readonly key: number } | null;

function wishOf(rule: Rule): Wish {
  let source: Wish = null;
  for (const match of rule.matches) {
    switch (match.kind) {
      case 'destination':
        if (!match.invert && match.mask === 0xffffffff) return { by: 'destination', key: match.addr };
        break;
      case 'source':
        if (!match.invert && match.mask === 0xffffffff) source = { by: 'source', key: match.addr };
        break;
      case 'tcp':
      case 'udp':
        if (source !== null) return source;
        if (match.dport !== null && match.dport.min === match.dport.max && !match.dport.invert) {
          return { by: 'port', key: (match.kind === 'tcp' ? 6 : 17) * 65536 + match.dport.min };
        }
        break;
      default:
        // A rule whose chance or memory is asked before its port must be tried with every packet.
        if (isStateful(match)) return source;
    }
  }
  return source;
}

function push(map: Map<number, number[]>, key: number, at: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [at]);
  else list.push(at);
}

/** The index of a chain, or null when it is short. */
export function buildIndex(chain: Chain): ChainIndex | null {
  if (chain.rules.length < MIN_RULES) return null;
  const byDestination = new Map<number, number[]>();
  const bySource = new Map<number, number[]>();
  const byPort = new Map<number, number[]>();
  const rest: number[] = [];
  for (const [at, rule] of chain.rules.entries()) {
    const wish = wishOf(rule);
    if (wish === null) rest.push(at);
    else push(wish.by === 'destination' ? byDestination : wish.by === 'source' ? bySource : byPort, wish.key, at);
  }
  return { byDestination, bySource, byPort, rest };
}

const NONE: readonly number[] = [];

/** 0-based numbers of the rules to try, in order. */
export function candidates(index: ChainIndex, facts: PacketFacts): readonly number[] {
  const byDestination = index.byDestination.get(facts.dst) ?? NONE;
  const bySource = index.bySource.get(facts.src) ?? NONE;
  const byPort = facts.dport < 0 ? NONE : (index.byPort.get(facts.protocol * 65536 + facts.dport) ?? NONE);
  const found = [byDestination, bySource, byPort, index.rest].filter((list) => list.length > 0);
  if (found.length === 0) return NONE;
  if (found.length === 1) return found[0] ?? NONE;
  return found.flat().sort((a, b) => a - b);
}
