/**
 * A run of rules not matched, looked at: which match of each failed (`expandRun`).
 *
 * The step keeps the chain and what the packet and its connection were; fib types are kept for the addresses and devices that
 * rules of the chain ask about.
 */
import { assert } from '../../lib/assert.ts';
import type { FailedMatch, TraceStep } from '../trace/trace.ts';
import type { AddrType } from './hooks.ts';
import { isStateful, type Match } from './match.ts';
import { explainFailure, passes } from './match-eval.ts';
import { headerFacts, type PacketFacts } from './packet-facts.ts';
import type { Chain, Rule } from './ruleset.ts';

/** fib types of a packet's addresses, by whether they are limited to a device. */
export interface RunAddressTypes {
  readonly any: { readonly src: AddrType; readonly dst: AddrType };
  readonly in: { readonly src: AddrType; readonly dst: AddrType };
  readonly out: { readonly src: AddrType; readonly dst: AddrType };
}

export type NfRunStep = Extract<TraceStep, { kind: 'nf.run' }>;

/** One rule of a run, and why it did not match. */
export interface UnmatchedRule {
  readonly rule: Rule;
  /** 1-based, as `iptables -L --line-numbers` counts. */
  readonly number: number;
  readonly failed: FailedMatch;
}

/** True when a rule of the chain asks for fib types. */
export function asksForTypes(chain: Chain): boolean {
  return asks(chain, 'addrtype');
}

function asks(chain: Chain, kind: Match['kind']): boolean {
  return chain.rules.some((rule) => rule.matches.some((match) => match.kind === kind));
}

/** True when a rule of the chain asks a set. */
export function asksForSets(chain: Chain): boolean {
  return asks(chain, 'set');
}

/** True when a rule of the chain asks for the way back. */
export function asksForReversePath(chain: Chain): boolean {
  return asks(chain, 'rpfilter');
}

/** The fib types a run step must keep. */
export function addressTypesOf(facts: PacketFacts): RunAddressTypes {
  const { src, dst } = facts.packet;
  const of = (dev: string | null): { src: AddrType; dst: AddrType } => ({
    src: facts.types.of(src, dev),
    dst: facts.types.of(dst, dev),
  });
  const any = of(null);
  return { any, in: facts.iif === null ? any : of(facts.iif), out: facts.oif === null ? any : of(facts.oif) };
}

function factsOf(step: NfRunStep): PacketFacts {
  assert(step.l3.kind === 'ipv4', 'netfilter sees IPv4 only');
  const packet = step.l3;
  const types = step.addressTypes;
  return {
    ...headerFacts(packet),
    eth: step.eth,
    iif: step.iif,
    oif: step.oif,
    physin: step.physin,
    physout: step.physout,
    mark: step.mark,
    ctstate: step.ctstate,
    conn: step.conn,
    now: step.t,
    sets: step.sets ?? new Map(),
    reversePath: step.reversePath,
    types: {
      of: (addr, dev) => {
        if (types === null) return 'UNICAST';
        const side = dev === null ? types.any : dev === step.iif ? types.in : types.out;
        return addr === packet.src ? side.src : side.dst;
      },
    },
  };
}

const UNKNOWN: FailedMatch = { text: '', packet: '', property: '' };

/** The first failing match of each rule of a run. */
export function expandRun(step: NfRunStep): UnmatchedRule[] {
  const facts = factsOf(step);
  return step.chain.rules.slice(step.from - 1, step.from - 1 + step.count).map((rule, i) => {
    for (const match of rule.matches) {
      if (isStateful(match) || passes(match, facts)) continue;
      return { rule, number: step.from + i, failed: explainFailure(match, facts) };
    }
    return { rule, number: step.from + i, failed: UNKNOWN };
  });
}
