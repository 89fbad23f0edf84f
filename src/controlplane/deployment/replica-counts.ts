/**
 * The arithmetic of a rolling update (pkg/controller/deployment/util ResolveFenceposts, NewRSNewReplicas, GetProportion).
 */
import type { Deployment } from '../../api/types/deployment.ts';
import type { IntOrString } from '../../api/types/meta.ts';
import type { ReplicaSet } from '../../api/types/replicaset.ts';

export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

/** A number, or a percentage of `total` rounded as told. */
export function resolveIntOrPercent(value: IntOrString | undefined, total: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  if (value === undefined) return 0;
  const percent = /^(\d+)%$/.exec(value);
  return percent === null ? 0 : round((Number(percent[1]) * total) / 100);
}

export interface Fenceposts {
  /** Pods above spec.replicas allowed. */
  readonly maxSurge: number;
  /** Pods below spec.replicas allowed. */
  readonly maxUnavailable: number;
}

/** maxSurge rounds up, maxUnavailable down; both zero would stand still, so one Pod may be missing. */
export function fencepostsOf(deployment: Deployment): Fenceposts {
  const { strategy, replicas } = deployment.spec;
  if (strategy.type !== 'RollingUpdate' || replicas === 0) return { maxSurge: 0, maxUnavailable: 0 };
  const maxSurge = resolveIntOrPercent(strategy.rollingUpdate?.maxSurge, replicas, Math.ceil);
  const maxUnavailable = resolveIntOrPercent(strategy.rollingUpdate?.maxUnavailable, replicas, Math.floor);
  const missing = maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable;
  return { maxSurge, maxUnavailable: Math.min(missing, replicas) };
}

/** Replicas the new ReplicaSet should have now, given all of them. */
export function newReplicas(deployment: Deployment, all: readonly ReplicaSet[], current: number): number {
  const { replicas, strategy } = deployment.spec;
  if (strategy.type === 'Recreate') return replicas;
  const maxTotal = replicas + fencepostsOf(deployment).maxSurge;
  const total = desiredCount(all);
  if (total >= maxTotal) return current;
  return current + Math.min(maxTotal - total, replicas - current);
}

/** Sum of spec.replicas. */
export function desiredCount(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, rs) => sum + rs.spec.replicas, 0);
}

export function availableCount(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, rs) => sum + (rs.status.availableReplicas ?? 0), 0);
}

/** What `rs` gains or loses when the whole deployment grows by `toAdd`, of which `added` is spent already. */
export function proportionOf(
  rs: ReplicaSet,
  deployment: Deployment,
  { toAdd, added }: { readonly toAdd: number; readonly added: number },
): number {
  if (rs.spec.replicas === 0 || toAdd === 0 || toAdd === added) return 0;
  const before = Number(rs.metadata.annotations?.[MAX_REPLICAS] ?? deployment.status.replicas ?? 0);
  const target = deployment.spec.replicas + fencepostsOf(deployment).maxSurge;
  const fraction = before === 0 ? 0 : Math.round((rs.spec.replicas * target) / before) - rs.spec.replicas;
  const allowed = toAdd - added;
  return toAdd > 0 ? Math.min(fraction, allowed) : Math.max(fraction, allowed);
}
