/**
 * The ReplicaSet controller (pkg/controller/replicaset/replica_set.go syncReplicaSet): as many active Pods as spec.replicas says.
 * `kubectl describe rs` shows its Events.
 *
 * Simplification: reads the store itself, so it needs no expectations of its own writes; creates without slow-start batches.
 */
import { jsonEqual } from '../../api/json.ts';
import { controllerOf, isPodActive, isPodReady, podCondition } from '../../api/pod-status.ts';
import { labelSelectorMatches } from '../../api/selectors.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { ReplicaSet, ReplicaSetStatus, WorkloadCondition } from '../../api/types/replicaset.ts';
import type { WatchEvent } from '../../api/watch.ts';
import { NS_PER_S } from '../../sim/sim.ts';
import { queueKey, RECONCILE_NS, splitKey, type Controller, type ControllerContext } from '../controller.ts';
import { controllerReference, podFromTemplate } from '../pod-template.ts';
import { WorkQueue } from '../workqueue.ts';
import { deletionOrder } from './deletion-rank.ts';

const NAME = 'replicaset-controller';
/** Most Pods made or deleted in one sync (BurstReplicas). */
const BURST_REPLICAS = 500;

export function startReplicaSetController({ sim, client }: ControllerContext): Controller {
  const queue = new WorkQueue({ sim, name: NAME, workNs: RECONCILE_NS, reconcile: syncReplicaSet });

  const stops = [
    client.watch('ReplicaSet', ({ object }) => queue.add(queueKey(object.metadata.namespace, object.metadata.name))),
    client.watch('Pod', onPod),
  ];

  function onPod({ object, old }: WatchEvent<Pod>): void {
    for (const pod of old === null ? [object] : [object, old]) {
      const owner = controllerOf(pod);
      if (owner?.kind === 'ReplicaSet') queue.add(queueKey(pod.metadata.namespace, owner.name));
    }
    if (controllerOf(object) === null) enqueueAdopters(object);
  }

  /** A Pod without controller may be taken by any ReplicaSet that selects it. */
  function enqueueAdopters(pod: Pod): void {
    for (const rs of client.list('ReplicaSet', { namespace: pod.metadata.namespace })) {
      if (labelSelectorMatches(rs.spec.selector, pod.metadata.labels))
        queue.add(queueKey(rs.metadata.namespace, rs.metadata.name));
    }
  }

  function syncReplicaSet(key: string): 'done' | 'retry' {
    const rs = client.get('ReplicaSet', ...splitKey(key));
    if (rs === null) return 'done';
    const pods = claimPods(rs).filter(isPodActive);
    const failure = rs.metadata.deletionTimestamp === undefined ? manageReplicas(rs, pods) : null;
    writeStatus(rs, failure);
    return failure === null ? 'done' : 'retry';
  }

  /** Pods this ReplicaSet manages: releases those that no longer match, adopts matching ones without controller. */
  function claimPods(rs: ReplicaSet): readonly Pod[] {
    const owned: Pod[] = [];
    for (const pod of client.list('Pod', { ownerUid: rs.metadata.uid })) {
      if (labelSelectorMatches(rs.spec.selector, pod.metadata.labels)) owned.push(pod);
      else if (pod.metadata.deletionTimestamp === undefined) release(rs, pod);
    }
    for (const pod of client.list('Pod', { namespace: rs.metadata.namespace, labelSelector: rs.spec.selector })) {
      if (controllerOf(pod) !== null || !isPodActive(pod) || rs.metadata.deletionTimestamp !== undefined) continue;
      const adopted = client.update('Pod', {
        ...pod,
        metadata: { ...pod.metadata, ownerReferences: [...(pod.metadata.ownerReferences ?? []), controllerReference(rs)] },
      });
      if (adopted.ok) owned.push(adopted.value);
    }
    return owned;
  }

  function release(rs: ReplicaSet, pod: Pod): void {
    const ownerReferences = (pod.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== rs.metadata.uid);
    client.update('Pod', { ...pod, metadata: { ...pod.metadata, ownerReferences } });
  }

  /** Creates or deletes Pods; returns why creating failed, or null. */
  function manageReplicas(rs: ReplicaSet, pods: readonly Pod[]): string | null {
    const missing = rs.spec.replicas - pods.length;
    for (let i = 0; i < Math.min(missing, BURST_REPLICAS); i++) {
      const made = client.create('Pod', podFromTemplate(rs, rs.spec.template));
      if (!made.ok) {
        record(rs, { type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${made.error.message}` });
        return made.error.message;
      }
      record(rs, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${made.value.metadata.name}` });
    }
    if (missing < 0) deleteSurplus(rs, pods, Math.min(-missing, BURST_REPLICAS));
    else if (missing > BURST_REPLICAS) queue.add(queueKey(rs.metadata.namespace, rs.metadata.name));
    return null;
  }

  function deleteSurplus(rs: ReplicaSet, pods: readonly Pod[], surplus: number): void {
    for (const pod of deletionOrder(pods, relatedPods(rs), client.timestamp()).slice(0, surplus)) {
      client.delete('Pod', pod.metadata.namespace, pod.metadata.name, { uid: pod.metadata.uid });
      record(rs, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` });
    }
  }

  /** Active Pods of all ReplicaSets with the same owner. */
  function relatedPods(rs: ReplicaSet): readonly Pod[] {
    const owner = controllerOf(rs);
    const family = owner === null ? [rs] : client.list('ReplicaSet', { ownerUid: owner.uid });
    return family.flatMap((member) => client.list('Pod', { ownerUid: member.metadata.uid })).filter(isPodActive);
  }

  function writeStatus(rs: ReplicaSet, failure: string | null): void {
    const latest = client.get('ReplicaSet', rs.metadata.namespace, rs.metadata.name);
    if (latest === null) return;
    const active = client.list('Pod', { ownerUid: rs.metadata.uid }).filter(isPodActive);
    const status = statusOf(latest, active, { failure, now: client.timestamp() });
    if (!jsonEqual(status, latest.status)) client.updateStatus('ReplicaSet', { ...latest, status });
    const minReady = latest.spec.minReadySeconds ?? 0;
    if (minReady > 0 && (status.readyReplicas ?? 0) !== (status.availableReplicas ?? 0)) {
      queue.addAfter(queueKey(rs.metadata.namespace, rs.metadata.name), minReady * NS_PER_S);
    }
  }

  function record(
    rs: ReplicaSet,
    event: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string },
  ): void {
    client.recordEvent({ regarding: rs, ...event, source: { component: NAME } });
  }

  return {
    name: NAME,
    stop() {
      for (const stop of stops) stop();
      queue.stop();
    },
    checkpoint: () => queue.checkpoint(),
  };
}

/** True when the Pod has been ready for `minReadySeconds` at API time `now`. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, now: string): boolean {
  if (!isPodReady(pod)) return false;
  const since = podCondition(pod, 'Ready')?.lastTransitionTime;
  return minReadySeconds === 0 || (since !== undefined && Date.parse(since) + minReadySeconds * 1000 <= Date.parse(now));
}

/** models replica_set_utils.go calculateStatus; zero counts are left out as omitempty does. */
function statusOf(
  rs: ReplicaSet,
  pods: readonly Pod[],
  { failure, now }: { readonly failure: string | null; readonly now: string },
): ReplicaSetStatus {
  const templateLabels = Object.entries(rs.spec.template.metadata?.labels ?? {});
  const labelled = pods.filter((pod) => templateLabels.every(([key, value]) => pod.metadata.labels?.[key] === value)).length;
  const ready = pods.filter(isPodReady).length;
  const available = pods.filter((pod) => isPodAvailable(pod, rs.spec.minReadySeconds ?? 0, now)).length;
  const conditions = failureConditions(rs, { failure, now });
  return {
    replicas: pods.length,
    ...(labelled === 0 ? {} : { fullyLabeledReplicas: labelled }),
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    ...(available === 0 ? {} : { availableReplicas: available }),
    observedGeneration: rs.metadata.generation ?? 0,
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}

function failureConditions(
  rs: ReplicaSet,
  { failure, now }: { readonly failure: string | null; readonly now: string },
): readonly WorkloadCondition[] {
  const others = (rs.status.conditions ?? []).filter((condition) => condition.type !== 'ReplicaFailure');
  if (failure === null) return others;
  const before = rs.status.conditions?.find((condition) => condition.type === 'ReplicaFailure');
  if (before?.reason === 'FailedCreate' && before.message === failure) return [...others, before];
  return [
    ...others,
    { type: 'ReplicaFailure', status: 'True', lastTransitionTime: now, reason: 'FailedCreate', message: failure },
  ];
}
