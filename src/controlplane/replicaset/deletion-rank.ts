/**
 * Which Pods a shrinking ReplicaSet deletes first (pkg/controller/controller_utils.go ActivePodsWithRanks.Less):
 * unassigned, pending, not ready, cheap to delete, doubled up on a node, ready for a shorter time, restarted more, younger.
 *
 * Ages compare on a logarithmic scale, so among Pods of similar age the choice falls to the UID, as upstream.
 */
import { isPodReady, podCondition } from '../../api/pod-status.ts';
import type { Pod } from '../../api/types/pod.ts';

const PHASE_RANK: Readonly<Record<Pod['status']['phase'], number>> = {
  Pending: 0,
  Unknown: 1,
  Running: 2,
  Succeeded: 2,
  Failed: 2,
};
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

export interface RankedPod {
  readonly pod: Pod;
  /** How many active Pods of the same workload share its node. */
  readonly doubledUp: number;
}

/** `pods` in the order in which they are to be deleted; `related` are the Pods of the whole workload, `now` is API time. */
export function deletionOrder(pods: readonly Pod[], related: readonly Pod[], now: string): readonly Pod[] {
  const perNode = new Map<string, number>();
  for (const pod of related) {
    const node = pod.spec.nodeName ?? '';
    perNode.set(node, (perNode.get(node) ?? 0) + 1);
  }
  const ranked = pods.map((pod): RankedPod => ({ pod, doubledUp: perNode.get(pod.spec.nodeName ?? '') ?? 0 }));
  return ranked.sort((a, b) => compareForDeletion(a, b, Date.parse(now))).map(({ pod }) => pod);
}

function compareForDeletion(a: RankedPod, b: RankedPod, nowMs: number): number {
  const pairs: readonly (readonly [number, number])[] = [
    [Number((a.pod.spec.nodeName ?? '') !== ''), Number((b.pod.spec.nodeName ?? '') !== '')],
    [PHASE_RANK[a.pod.status.phase], PHASE_RANK[b.pod.status.phase]],
    [Number(isPodReady(a.pod)), Number(isPodReady(b.pod))],
    [deletionCost(a.pod), deletionCost(b.pod)],
    [-a.doubledUp, -b.doubledUp],
  ];
  for (const [left, right] of pairs) {
    if (left !== right) return left - right;
  }
  return compareAges(a.pod, b.pod, nowMs);
}

function compareAges(a: Pod, b: Pod, nowMs: number): number {
  if (isPodReady(a) && isPodReady(b)) {
    const byReady = ageRank(readySince(a), nowMs) - ageRank(readySince(b), nowMs);
    if (byReady !== 0) return byReady;
    if (readySince(a) !== readySince(b)) return compareUid(a, b);
  }
  const restarts = maxRestarts(b) - maxRestarts(a);
  if (restarts !== 0) return restarts;
  const byAge = ageRank(a.metadata.creationTimestamp, nowMs) - ageRank(b.metadata.creationTimestamp, nowMs);
  return byAge !== 0 ? byAge : compareUid(a, b);
}

/** Logarithm of an age in seconds, rounded down; no time known counts as just now. */
function ageRank(since: string, nowMs: number): number {
  if (since === '') return -1;
  const seconds = Math.max(0, (nowMs - Date.parse(since)) / 1000);
  return seconds < 1 ? 0 : Math.floor(Math.log2(seconds)) + 1;
}

function readySince(pod: Pod): string {
  return podCondition(pod, 'Ready')?.lastTransitionTime ?? '';
}

function maxRestarts(pod: Pod): number {
  return Math.max(0, ...(pod.status.containerStatuses ?? []).map((status) => status.restartCount));
}

function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[DELETION_COST] ?? '0';
  return /^-?(0|[1-9]\d{0,9})$/.test(text) ? Number(text) : 0;
}

function compareUid(a: Pod, b: Pod): number {
  return a.metadata.uid < b.metadata.uid ? -1 : 1;
}
