/**
 * How much a Pod would like each node (pkg/scheduler/framework/plugins, default weights): each plugin gives 0 to 100.
 *
 * Simplification: no image locality; system default spreading counts Pods of the same workload or Service per node and zone by the
 * upstream formula.
 */
import { labelSelectorMatches } from '../../api/selectors.ts';
import type { TopologySpreadConstraint } from '../../api/types/affinity.ts';
import type { Pod } from '../../api/types/pod.ts';
import { podTermMatches, termMatches, untoleratedTaint } from './affinity.ts';
import { domainOf, type SchedulingState } from './filters.ts';
import type { Amounts, NodeInfo } from './resources.ts';

const MAX_SCORE = 100;

export interface ScoringState extends SchedulingState {
  /** The Pod's requests with the minimum for containers that ask for nothing. */
  readonly podNonZero: Amounts;
  /** Pods of the same Services and workload, itself included: what the default spreading counts. */
  readonly peers: readonly Pod[];
}

/** Raw points of each node, normalised by `normalise`. */
interface ScorePlugin {
  readonly weight: number;
  readonly score: (state: ScoringState, info: NodeInfo) => number;
  readonly normalise: (points: readonly number[]) => readonly number[];
}

function asIs(points: readonly number[]): readonly number[] {
  return points;
}

/** Highest raw points become 100. */
function upward(points: readonly number[]): readonly number[] {
  const max = Math.max(...points);
  return points.map((value) => (max === 0 ? 0 : Math.floor((MAX_SCORE * value) / max)));
}

/** Highest raw points become 0. */
function downward(points: readonly number[]): readonly number[] {
  const max = Math.max(...points);
  return points.map((value) => (max === 0 ? MAX_SCORE : MAX_SCORE - Math.floor((MAX_SCORE * value) / max)));
}

/** The lowest becomes 0, the highest 100. */
function stretched(points: readonly number[]): readonly number[] {
  const [min, max] = [Math.min(...points), Math.max(...points)];
  return points.map((value) => (max === min ? 0 : Math.floor((MAX_SCORE * (value - min)) / (max - min))));
}

/** The lowest becomes 100 (podtopologyspread NormalizeScore). */
function spreadNormalise(points: readonly number[]): readonly number[] {
  const [min, max] = [Math.min(...points), Math.max(...points)];
  return points.map((value) => (max === 0 ? MAX_SCORE : Math.floor((MAX_SCORE * (max + min - value)) / max)));
}

function usage(
  info: NodeInfo,
  podNonZero: Amounts,
  name: 'cpu' | 'memory',
): { readonly used: number; readonly capacity: number } {
  return { used: (info.nonZero.get(name) ?? 0) + (podNonZero.get(name) ?? 0), capacity: info.allocatable.get(name) ?? 0 };
}

function leastAllocated({ podNonZero }: ScoringState, info: NodeInfo): number {
  const scores = (['cpu', 'memory'] as const).map((name) => {
    const { used, capacity } = usage(info, podNonZero, name);
    return capacity === 0 || used > capacity ? 0 : Math.floor(((capacity - used) * MAX_SCORE) / capacity);
  });
  return Math.floor(scores.reduce((sum, score) => sum + score, 0) / scores.length);
}

function balancedAllocation({ podNonZero }: ScoringState, info: NodeInfo): number {
  const [cpu, memory] = (['cpu', 'memory'] as const).map((name) => {
    const { used, capacity } = usage(info, podNonZero, name);
    return capacity === 0 ? 1 : Math.min(1, used / capacity);
  });
  return Math.floor((1 - Math.abs((cpu ?? 0) - (memory ?? 0)) / 2) * MAX_SCORE);
}

function preferredAffinity({ pod }: ScoringState, { node }: NodeInfo): number {
  const terms = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.filter(({ preference }) => termMatches(preference, node)).reduce((sum, { weight }) => sum + weight, 0);
}

function intolerableTaints({ pod }: ScoringState, { node }: NodeInfo): number {
  return (node.spec.taints ?? []).filter((taint) => untoleratedTaint(pod, [taint], ['PreferNoSchedule']) !== null).length;
}

function podAffinityPoints({ pod, nodes, namespaceLabels }: ScoringState, info: NodeInfo): number {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const preferred = [
    ...(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => ({ ...term, sign: 1 })),
    ...(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => ({ ...term, sign: -1 })),
  ];
  return preferred.reduce((sum, { podAffinityTerm: term, weight, sign }) => {
    const domain = domainOf(info.node, term.topologyKey);
    if (domain === null) return sum;
    const near = nodes.filter(({ node }) => domainOf(node, term.topologyKey) === domain).flatMap(({ pods }) => pods);
    return sum + sign * weight * near.filter((peer) => podTermMatches(term, pod, peer, namespaceLabels)).length;
  }, 0);
}

const DEFAULT_SPREADING: readonly TopologySpreadConstraint[] = [
  { maxSkew: 3, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
  { maxSkew: 5, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
];

function spreadPoints(state: ScoringState, info: NodeInfo): number {
  const { pod, nodes, peers } = state;
  const own = pod.spec.topologySpreadConstraints;
  const constraints =
    own === undefined ? DEFAULT_SPREADING : own.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'ScheduleAnyway');
  return Math.round(
    constraints.reduce((sum, constraint) => {
      const domain = domainOf(info.node, constraint.topologyKey);
      if (domain === null) return sum;
      const near = nodes.filter(({ node }) => domainOf(node, constraint.topologyKey) === domain);
      const names = new Set(near.map(({ node }) => node.metadata.name));
      const here =
        own === undefined
          ? peers.filter((peer) => names.has(peer.spec.nodeName ?? ''))
          : near
              .flatMap(({ pods }) => pods)
              .filter((peer) => labelSelectorMatches(constraint.labelSelector, peer.metadata.labels));
      const count = here.filter(
        (peer) => peer.metadata.namespace === pod.metadata.namespace && peer.metadata.deletionTimestamp === undefined,
      ).length;
      const domains = new Set(nodes.map(({ node }) => domainOf(node, constraint.topologyKey))).size;
      return sum + count * Math.log(domains + 2) + (constraint.maxSkew - 1);
    }, 0),
  );
}

const PLUGINS: readonly ScorePlugin[] = [
  { weight: 3, score: intolerableTaints, normalise: downward },
  { weight: 2, score: preferredAffinity, normalise: upward },
  { weight: 2, score: spreadPoints, normalise: spreadNormalise },
  { weight: 2, score: podAffinityPoints, normalise: stretched },
  { weight: 1, score: leastAllocated, normalise: asIs },
  { weight: 1, score: balancedAllocation, normalise: asIs },
];

/** Total points of each node, in the order given. */
export function scoreNodes(state: ScoringState, feasible: readonly NodeInfo[]): readonly number[] {
  const totals = feasible.map(() => 0);
  for (const { weight, score, normalise } of PLUGINS) {
    const points = normalise(feasible.map((info) => score(state, info)));
    points.forEach((value, i) => {
      totals[i] = (totals[i] ?? 0) + weight * value;
    });
  }
  return totals;
}
