/**
 * Every possible end of a probe: the same packet is run once for each branch of chance, from the same state, and rolled back.
 *
 * Chance enters a flow through `-m statistic` alone. A branch is a list of decisions (matched or not); running it shows the next
 * draw and its probability, which splits it in two. Nothing is modelled twice: the branches are walked by the kernel itself.
 * Simplification: source ports and link timing also come from random streams, but do not change where a packet ends.
 */
import type { Kernel } from '../net/kernel.ts';
import type { AllOutcomes, OutcomeShare, ProbeResult, Spread } from './cluster-api.ts';

/** Runs the probe once in the state as it is now, and puts everything back. */
export type Rehearse = () => ProbeResult;

/** Branches walked before the rest is given as unexplored: a Service of 500 endpoints has 500. */
const MAX_BRANCHES = 2_000;
/** Below this a branch is left out: retransmissions meet a fresh choice each and would never end. */
const MIN_PROBABILITY = 1e-4;

/** What the statistic match compares: the low 31 bits. */
const MATCH = 0;
const NO_MATCH = 0x7fffffff;

interface Branch {
  readonly decisions: readonly boolean[];
  readonly probability: number;
}

/** Adds up what the branches end in. */
export function exploreOutcomes(kernels: readonly Kernel[], rehearse: Rehearse): AllOutcomes {
  const shares = new Map<string, OutcomeShare>();
  const unexplored = walkBranches(kernels, rehearse, (result, probability) => {
    addShare(shares, result, probability);
  });
  return { shares: [...shares.values()].sort((a, b) => b.probability - a.probability), unexplored };
}

/** Walks the tree of decisions, most probable branch first; returns the probability of what was not walked. */
export function walkBranches(
  kernels: readonly Kernel[],
  rehearse: Rehearse,
  visit: (result: ProbeResult, probability: number) => void,
): number {
  let open: Branch[] = [{ decisions: [], probability: 1 }];
  let unexplored = 0;
  for (let walked = 0; open.length > 0; walked++) {
    open.sort((a, b) => a.probability - b.probability);
    const branch = open.pop();
    if (branch === undefined) break;
    if (walked >= MAX_BRANCHES || branch.probability < MIN_PROBABILITY) {
      unexplored += branch.probability;
      continue;
    }
    const walk = walkBranch(kernels, branch, rehearse);
    visit(walk.result, walk.probability);
    open = [...open, ...walk.others];
  }
  return unexplored;
}

/** Follows a branch, taking every later draw as matched; the ways not taken are new branches. */
function walkBranch(
  kernels: readonly Kernel[],
  branch: Branch,
  rehearse: Rehearse,
): { readonly result: ProbeResult; readonly probability: number; readonly others: readonly Branch[] } {
  const taken: boolean[] = [];
  const others: Branch[] = [];
  let probability = branch.probability;
  const decide = (odds: number): number => {
    const decided = branch.decisions[taken.length];
    const matched = decided ?? true;
    if (decided === undefined) {
      others.push({ decisions: [...taken, false], probability: probability * (1 - odds) });
      probability *= odds;
    }
    taken.push(matched);
    return matched ? MATCH : NO_MATCH;
  };
  for (const kernel of kernels) kernel.chance = decide;
  const result = rehearse();
  for (const kernel of kernels) kernel.chance = null;
  return { result, probability, others: others.filter((other) => other.probability > 0) };
}

function addShare(shares: Map<string, OutcomeShare>, result: ProbeResult, probability: number): void {
  const share = shareOf(result, probability);
  const key = shareKey(share);
  const known = shares.get(key);
  shares.set(key, known === undefined ? share : { ...known, probability: known.probability + probability });
}

function shareOf(result: ProbeResult, probability: number): OutcomeShare {
  const requests = new Set(result.trace.packets.filter(({ role }) => role === 'request').map(({ id }) => id));
  const rewrite = result.trace.steps.find(
    (step) => step.kind === 'nat' && step.manip === 'destination' && step.rule !== null && requests.has(step.packetId),
  );
  const destination = rewrite?.kind === 'nat' ? `${rewrite.to.addr}:${rewrite.to.port}` : null;
  return { outcome: result.outcome, backend: result.backend, backendSaw: result.backendSaw, probability, destination };
}

function shareKey(share: OutcomeShare): string {
  return [share.outcome, share.backend, share.backendSaw?.ip, share.destination].join(' ');
}

/** Measured against expected over `count` connections drawn by chance, one after another. */
export function measureSpread(expected: AllOutcomes, count: number, draw: () => ProbeResult): Spread {
  const counts = new Map<string, { readonly share: OutcomeShare; measured: number }>();
  for (const share of expected.shares) counts.set(shareKey(share), { share, measured: 0 });
  for (let i = 0; i < count; i++) {
    const share = shareOf(draw(), 0);
    const row = counts.get(shareKey(share)) ?? { share, measured: 0 };
    row.measured++;
    counts.set(shareKey(share), row);
  }
  return {
    count,
    rows: [...counts.values()].map(({ share, measured }) => ({ share, measured, expected: share.probability * count })),
  };
}
