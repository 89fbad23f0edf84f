/**
 * Questions that controllers, node agents and views ask of a Pod's status (pkg/api/v1/pod/util.go, pkg/controller/controller_utils.go).
 */
import type { OwnerReference } from './types/meta.ts';
import type { KubeObject } from './kinds.ts';
import type { Pod, PodCondition } from './types/pod.ts';

export function podCondition(pod: Pod, type: string): PodCondition | null {
  return pod.status.conditions?.find((condition) => condition.type === type) ?? null;
}

/** True when the Ready condition holds. */
export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

/** Succeeded or Failed: its containers will not run again. */
export function isPodTerminal(pod: Pod): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
}

/** Neither ended nor being deleted: it counts as a replica. */
export function isPodActive(pod: Pod): boolean {
  return !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** The reference to the managing controller, or null. */
export function controllerOf(object: KubeObject): OwnerReference | null {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true) ?? null;
}
