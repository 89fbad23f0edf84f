/**
 * How far each ReplicaSet of a Deployment is scaled now (pkg/controller/deployment/rolling.go, recreate.go, sync.go scale):
 * pure decisions; the controller writes them one by one.
 */
import type { Deployment } from '../../api/types/deployment.ts';
import type { ReplicaSet } from '../../api/types/replicaset.ts';
import { availableCount, DESIRED_REPLICAS, desiredCount, fencepostsOf, newReplicas, proportionOf } from './replica-counts.ts';
import { byCreation } from './replicasets.ts';

/** A new replica count for one ReplicaSet. */
export interface Scale {
  readonly rs: ReplicaSet;
  readonly replicas: number;
}

function changed(scales: readonly Scale[]): readonly Scale[] {
  return scales.filter(({ rs, replicas }) => rs.spec.replicas !== replicas);
}

/** True when spec.replicas was edited since the ReplicaSets were last scaled. */
export function isScalingEvent(deployment: Deployment, all: readonly ReplicaSet[]): boolean {
  return all.some((rs) => {
    const desired = rs.metadata.annotations?.[DESIRED_REPLICAS];
    return rs.spec.replicas > 0 && desired !== undefined && Number(desired) !== deployment.spec.replicas;
  });
}

/** Scales after an edit of spec.replicas: the only active set, or all of them in proportion. */
export function scaleProportionally(
  deployment: Deployment,
  newSet: ReplicaSet | null,
  all: readonly ReplicaSet[],
): readonly Scale[] {
  const { replicas } = deployment.spec;
  const active = all.filter((rs) => rs.spec.replicas > 0);
  const only = active.length === 0 ? newSet : active.length === 1 ? active[0] : null;
  if (only !== null && only !== undefined) return [{ rs: only, replicas }];
  if (newSet !== null && isSaturated(deployment, newSet))
    return changed(active.filter((rs) => rs !== newSet).map((rs) => ({ rs, replicas: 0 })));
  if (deployment.spec.strategy.type !== 'RollingUpdate') return [];
  return spread(deployment, active);
}

function isSaturated(deployment: Deployment, rs: ReplicaSet): boolean {
  const { replicas } = deployment.spec;
  return rs.spec.replicas === replicas && (rs.status.availableReplicas ?? 0) === replicas;
}

function spread(deployment: Deployment, active: readonly ReplicaSet[]): readonly Scale[] {
  const { replicas } = deployment.spec;
  const allowed = replicas > 0 ? replicas + fencepostsOf(deployment).maxSurge : 0;
  const toAdd = allowed - desiredCount(active);
  // Growing, the newest of equals first; shrinking, the oldest.
  const sorted = [...active].sort(
    (a, b) => b.spec.replicas - a.spec.replicas || (toAdd > 0 ? byCreation(b, a) : byCreation(a, b)),
  );
  let added = 0;
  const scales = sorted.map((rs) => {
    const share = proportionOf(rs, deployment, { toAdd, added });
    added += share;
    return { rs, replicas: rs.spec.replicas + share };
  });
  const [first, ...others] = scales;
  if (first === undefined) return [];
  return [{ rs: first.rs, replicas: Math.max(0, first.replicas + toAdd - added) }, ...others];
}

/** The next step of a rolling update: scale the new set up, or else old ones down. */
export function rollingStep(deployment: Deployment, newSet: ReplicaSet, old: readonly ReplicaSet[]): readonly Scale[] {
  const all = [newSet, ...old];
  const { replicas } = deployment.spec;
  const target = newSet.spec.replicas > replicas ? replicas : newReplicas(deployment, all, newSet.spec.replicas);
  if (target !== newSet.spec.replicas) return [{ rs: newSet, replicas: target }];
  return scaleDownOld(deployment, newSet, old);
}

function scaleDownOld(deployment: Deployment, newSet: ReplicaSet, old: readonly ReplicaSet[]): readonly Scale[] {
  const minAvailable = deployment.spec.replicas - fencepostsOf(deployment).maxUnavailable;
  const newUnavailable = newSet.spec.replicas - (newSet.status.availableReplicas ?? 0);
  const maxScaledDown = desiredCount([newSet, ...old]) - minAvailable - newUnavailable;
  if (desiredCount(old) === 0 || maxScaledDown <= 0) return [];
  const wanted = new Map([...old].sort(byCreation).map((rs) => [rs, rs.spec.replicas]));
  takeUnhealthy(wanted, maxScaledDown);
  takeAvailable(wanted, availableCount([newSet, ...old]) - minAvailable);
  return changed([...wanted].map(([rs, replicas]) => ({ rs, replicas })));
}

/** Old replicas that are not available go first: they serve nobody. */
function takeUnhealthy(wanted: Map<ReplicaSet, number>, limit: number): void {
  let left = limit;
  for (const [rs, replicas] of wanted) {
    const unhealthy = Math.min(left, replicas - (rs.status.availableReplicas ?? 0));
    if (replicas === 0 || unhealthy <= 0) continue;
    wanted.set(rs, replicas - unhealthy);
    left -= unhealthy;
  }
}

function takeAvailable(wanted: Map<ReplicaSet, number>, limit: number): void {
  let left = limit;
  for (const [rs, replicas] of wanted) {
    if (left <= 0) return;
    const taken = Math.min(left, replicas);
    wanted.set(rs, replicas - taken);
    left -= taken;
  }
}
