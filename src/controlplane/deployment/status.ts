/**
 * What a Deployment reports (pkg/controller/deployment/progress.go, sync.go calculateStatus): counts, and the conditions
 * Available and Progressing that `kubectl rollout status` waits for.
 */
import type { Deployment, DeploymentStatus } from '../../api/types/deployment.ts';
import type { ReplicaSet, WorkloadCondition } from '../../api/types/replicaset.ts';
import { availableCount, desiredCount, fencepostsOf } from './replica-counts.ts';

export interface Rollout {
  readonly newSet: ReplicaSet | null;
  readonly all: readonly ReplicaSet[];
  /** API time. */
  readonly now: string;
}

function sum(sets: readonly ReplicaSet[], count: (rs: ReplicaSet) => number | undefined): number {
  return sets.reduce((total, rs) => total + (count(rs) ?? 0), 0);
}

/** Zero counts are left out, as omitempty does. */
export function deploymentStatus(deployment: Deployment, rollout: Rollout): DeploymentStatus {
  const { newSet, all } = rollout;
  const available = availableCount(all);
  const counts = {
    replicas: sum(all, (rs) => rs.status.replicas),
    updatedReplicas: newSet?.status.replicas ?? 0,
    readyReplicas: sum(all, (rs) => rs.status.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, desiredCount(all) - available),
  };
  const base: DeploymentStatus = {
    observedGeneration: deployment.metadata.generation ?? 0,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0)),
    ...(deployment.status.collisionCount === undefined ? {} : { collisionCount: deployment.status.collisionCount }),
  };
  return { ...base, conditions: conditionsOf(deployment, base, rollout) };
}

/** All replicas are of the new template and available, and no old ones are left. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const { replicas } = deployment.spec;
  return (
    (status.updatedReplicas ?? 0) === replicas &&
    (status.replicas ?? 0) === replicas &&
    (status.availableReplicas ?? 0) === replicas
  );
}

function isProgressing(deployment: Deployment, status: DeploymentStatus): boolean {
  const before = deployment.status;
  const oldReplicas = (s: DeploymentStatus): number => (s.replicas ?? 0) - (s.updatedReplicas ?? 0);
  return (
    (status.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    oldReplicas(status) < oldReplicas(before) ||
    (status.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (status.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function conditionsOf(deployment: Deployment, status: DeploymentStatus, rollout: Rollout): readonly WorkloadCondition[] {
  const before = deployment.status.conditions ?? [];
  const next = [availability(deployment, status), progress(deployment, status, rollout)].flatMap(
    (condition) => condition ?? [],
  );
  const failure = sumFailures(rollout.all);
  const kept = before.filter(({ type }) => type === 'Progressing' && !next.some((condition) => condition.type === type));
  return [...kept, ...[...next, ...failure].map((condition) => withTimes(condition, before, rollout.now))];
}

function sumFailures(all: readonly ReplicaSet[]): readonly Condition[] {
  const failed = all.flatMap((rs) => rs.status.conditions ?? []).find((condition) => condition.type === 'ReplicaFailure');
  return failed === undefined
    ? []
    : [{ type: failed.type, status: failed.status, reason: failed.reason ?? '', message: failed.message ?? '' }];
}

type Condition = Pick<WorkloadCondition, 'type' | 'status'> & { readonly reason: string; readonly message: string };

function availability(deployment: Deployment, status: DeploymentStatus): Condition {
  const needed = deployment.spec.replicas - fencepostsOf(deployment).maxUnavailable;
  return (status.availableReplicas ?? 0) >= needed
    ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

function progress(deployment: Deployment, status: DeploymentStatus, { newSet, now }: Rollout): Condition | null {
  const before = deployment.status.conditions?.find((condition) => condition.type === 'Progressing');
  if (newSet === null) return null;
  const { name } = newSet.metadata;
  if (isComplete(deployment, status)) {
    return {
      type: 'Progressing',
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: `ReplicaSet "${name}" has successfully progressed.`,
    };
  }
  if (before === undefined || isNews(before, name)) {
    return {
      type: 'Progressing',
      status: 'True',
      reason: 'NewReplicaSetCreated',
      message: `Created new replica set "${name}"`,
    };
  }
  if (isProgressing(deployment, status)) {
    return {
      type: 'Progressing',
      status: 'True',
      reason: 'ReplicaSetUpdated',
      message: `ReplicaSet "${name}" is progressing.`,
    };
  }
  return hasTimedOut(deployment, before, now)
    ? {
        type: 'Progressing',
        status: 'False',
        reason: 'ProgressDeadlineExceeded',
        message: `ReplicaSet "${name}" has timed out progressing.`,
      }
    : null;
}

/** True when the condition speaks of another ReplicaSet: a new rollout has begun. */
function isNews(before: WorkloadCondition, name: string): boolean {
  return before.message !== undefined && !before.message.includes(`"${name}"`);
}

function hasTimedOut(deployment: Deployment, before: WorkloadCondition, now: string): boolean {
  if (before.reason === 'NewReplicaSetAvailable' || before.reason === 'ProgressDeadlineExceeded') return false;
  return Date.parse(now) >= Date.parse(before.lastUpdateTime ?? now) + deployment.spec.progressDeadlineSeconds * 1000;
}

/** lastTransitionTime moves with the status, lastUpdateTime with the reason and with each step forward. */
function withTimes(condition: Condition, before: readonly WorkloadCondition[], now: string): WorkloadCondition {
  const old = before.find((other) => other.type === condition.type);
  const stepped = condition.reason === 'ReplicaSetUpdated';
  const same =
    !stepped && old?.status === condition.status && old.reason === condition.reason && old.message === condition.message;
  return {
    ...condition,
    lastUpdateTime: same ? (old.lastUpdateTime ?? now) : now,
    lastTransitionTime: old?.status === condition.status ? (old.lastTransitionTime ?? now) : now,
  };
}
