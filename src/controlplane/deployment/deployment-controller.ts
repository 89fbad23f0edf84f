/**
 * The Deployment controller (pkg/controller/deployment/deployment_controller.go syncDeployment): one ReplicaSet per template,
 * rolled over within maxSurge and maxUnavailable. `kubectl rollout status`, `kubectl describe deployment`.
 *
 * Simplification: no rollback by the deprecated rollbackTo field; hash collisions are not resolved by a collision count.
 */
import { jsonEqual } from '../../api/json.ts';
import { controllerOf, isPodTerminal } from '../../api/pod-status.ts';
import { labelSelectorMatches } from '../../api/selectors.ts';
import type { Deployment } from '../../api/types/deployment.ts';
import type { ReplicaSet } from '../../api/types/replicaset.ts';
import { NS_PER_S } from '../../sim/sim.ts';
import { queueKey, RECONCILE_NS, splitKey, type Controller, type ControllerContext } from '../controller.ts';
import { controllerReference } from '../pod-template.ts';
import { WorkQueue } from '../workqueue.ts';
import { annotationsFor, byCreation, createReplicaSet, findNewReplicaSet, REVISION, revisionOf } from './replicasets.ts';
import { isScalingEvent, rollingStep, scaleProportionally, type Scale } from './rollout.ts';
import { deploymentStatus, isComplete } from './status.ts';

const NAME = 'deployment-controller';

export function startDeploymentController({ sim, client }: ControllerContext): Controller {
  const queue = new WorkQueue({ sim, name: NAME, workNs: RECONCILE_NS, reconcile: syncDeployment });

  const stops = [
    client.watch('Deployment', ({ object }) => queue.add(queueKey(object.metadata.namespace, object.metadata.name))),
    client.watch('ReplicaSet', ({ object }) => enqueueOwner(object)),
    // A Recreate rollout waits for the old Pods to be gone.
    client.watch('Pod', ({ type, object }) => {
      const owner = controllerOf(object);
      if (type !== 'DELETED' || owner?.kind !== 'ReplicaSet') return;
      const rs = client.get('ReplicaSet', object.metadata.namespace, owner.name);
      if (rs !== null) enqueueOwner(rs);
    }),
  ];

  function enqueueOwner(rs: ReplicaSet): void {
    const owner = controllerOf(rs);
    if (owner?.kind === 'Deployment') queue.add(queueKey(rs.metadata.namespace, owner.name));
    if (owner !== null) return;
    for (const deployment of client.list('Deployment', { namespace: rs.metadata.namespace })) {
      if (labelSelectorMatches(deployment.spec.selector, rs.metadata.labels))
        queue.add(queueKey(rs.metadata.namespace, deployment.metadata.name));
    }
  }

  function syncDeployment(key: string): 'done' | 'retry' {
    const deployment = client.get('Deployment', ...splitKey(key));
    if (deployment === null) return 'done';
    const all = claimReplicaSets(deployment);
    if (deployment.metadata.deletionTimestamp !== undefined) return writeStatus(deployment);
    if (deployment.spec.paused === true || isScalingEvent(deployment, all)) {
      const newSet = findNewReplicaSet(deployment, all);
      applyScales(deployment, scaleProportionally(deployment, newSet, all));
      refreshAnnotations(deployment);
      return writeStatus(deployment);
    }
    const ready = deployment.spec.strategy.type === 'RollingUpdate' || oldPodsGone(deployment, all);
    const newSet = ready ? syncNewReplicaSet(deployment, all) : findNewReplicaSet(deployment, all);
    if (newSet === 'failed') return 'retry';
    applyScales(deployment, stepOf(deployment, newSet, all));
    return writeStatus(deployment);
  }

  /** ReplicaSets this Deployment controls; matching ones without controller are adopted. */
  function claimReplicaSets(deployment: Deployment): readonly ReplicaSet[] {
    const orphans = client
      .list('ReplicaSet', { namespace: deployment.metadata.namespace, labelSelector: deployment.spec.selector })
      .filter((rs) => controllerOf(rs) === null && rs.metadata.deletionTimestamp === undefined);
    for (const rs of orphans) {
      client.update('ReplicaSet', { ...rs, metadata: { ...rs.metadata, ownerReferences: [controllerReference(deployment)] } });
    }
    return ownedSets(deployment);
  }

  function ownedSets(deployment: Deployment): readonly ReplicaSet[] {
    return client.list('ReplicaSet', { ownerUid: deployment.metadata.uid });
  }

  /** The ReplicaSet of the current template, with this rollout's revision; made when there is none. */
  function syncNewReplicaSet(deployment: Deployment, all: readonly ReplicaSet[]): ReplicaSet | 'failed' {
    const existing = findNewReplicaSet(deployment, all);
    if (existing === null) return makeReplicaSet(deployment, all);
    const others = all.filter((rs) => rs !== existing).map(revisionOf);
    const revision = Math.max(revisionOf(existing), Math.max(0, ...others) + 1);
    setRevision(deployment, revision);
    return annotate(deployment, existing, revision);
  }

  function makeReplicaSet(deployment: Deployment, all: readonly ReplicaSet[]): ReplicaSet | 'failed' {
    const made = createReplicaSet(client, deployment, all);
    if (!made.ok) {
      const { message } = made.error;
      client.recordEvent({
        regarding: deployment,
        type: 'Warning',
        reason: 'ReplicaSetCreateError',
        message: `Failed to create new replica set: ${message}`,
        source: { component: NAME },
      });
      return 'failed';
    }
    const { name } = made.value.metadata;
    if (made.value.spec.replicas > 0) recordScaling(deployment, `Scaled up replica set ${name} to ${made.value.spec.replicas}`);
    setRevision(deployment, revisionOf(made.value));
    return made.value;
  }

  function annotate(deployment: Deployment, rs: ReplicaSet, revision: number): ReplicaSet {
    const annotations = annotationsFor(deployment, rs, revision);
    const written = client.update('ReplicaSet', { ...rs, metadata: { ...rs.metadata, annotations } });
    return written.ok ? written.value : rs;
  }

  function refreshAnnotations(deployment: Deployment): void {
    for (const rs of ownedSets(deployment)) {
      if (rs.spec.replicas > 0) annotate(deployment, rs, revisionOf(rs));
    }
  }

  function setRevision(deployment: Deployment, revision: number): void {
    const latest = client.get('Deployment', deployment.metadata.namespace, deployment.metadata.name);
    if (latest === null || revisionOf(latest) === revision) return;
    const annotations = { ...latest.metadata.annotations, [REVISION]: String(revision) };
    client.updateStatus('Deployment', { ...latest, metadata: { ...latest.metadata, annotations } });
  }

  function stepOf(deployment: Deployment, newSet: ReplicaSet | null, all: readonly ReplicaSet[]): readonly Scale[] {
    const old = all.filter((rs) => rs.metadata.uid !== newSet?.metadata.uid);
    if (deployment.spec.strategy.type === 'RollingUpdate') return newSet === null ? [] : rollingStep(deployment, newSet, old);
    const active = old.filter((rs) => rs.spec.replicas > 0);
    if (active.length > 0) return active.map((rs) => ({ rs, replicas: 0 }));
    return newSet === null || newSet.spec.replicas === deployment.spec.replicas
      ? []
      : [{ rs: newSet, replicas: deployment.spec.replicas }];
  }

  /** Recreate: no Pod of an older template runs any more. */
  function oldPodsGone(deployment: Deployment, all: readonly ReplicaSet[]): boolean {
    const newSet = findNewReplicaSet(deployment, all);
    const old = all.filter((rs) => rs !== newSet);
    return old.every((rs) => rs.spec.replicas === 0 && client.list('Pod', { ownerUid: rs.metadata.uid }).every(isPodTerminal));
  }

  function applyScales(deployment: Deployment, scales: readonly Scale[]): void {
    for (const { rs, replicas } of scales) {
      const before = rs.spec.replicas;
      const latest = client.get('ReplicaSet', rs.metadata.namespace, rs.metadata.name);
      if (latest === null || before === replicas) continue;
      client.update('ReplicaSet', {
        ...latest,
        metadata: { ...latest.metadata, annotations: annotationsFor(deployment, latest, revisionOf(latest)) },
        spec: { ...latest.spec, replicas },
      });
      recordScaling(
        deployment,
        `Scaled ${replicas > before ? 'up' : 'down'} replica set ${rs.metadata.name} to ${replicas} from ${before}`,
      );
    }
  }

  function recordScaling(deployment: Deployment, message: string): void {
    client.recordEvent({
      regarding: deployment,
      type: 'Normal',
      reason: 'ScalingReplicaSet',
      message,
      source: { component: NAME },
    });
  }

  function writeStatus(deployment: Deployment): 'done' {
    const latest = client.get('Deployment', deployment.metadata.namespace, deployment.metadata.name);
    if (latest === null) return 'done';
    const all = ownedSets(latest);
    const status = deploymentStatus(latest, { newSet: findNewReplicaSet(latest, all), all, now: client.timestamp() });
    if (!jsonEqual(status, latest.status)) client.updateStatus('Deployment', { ...latest, status });
    if (isComplete(latest, status)) cleanUp(latest, all);
    else watchDeadline(latest);
    return 'done';
  }

  function watchDeadline(deployment: Deployment): void {
    queue.addInBackground(
      queueKey(deployment.metadata.namespace, deployment.metadata.name),
      (deployment.spec.progressDeadlineSeconds + 1) * NS_PER_S,
    );
  }

  /** Deletes emptied ReplicaSets beyond revisionHistoryLimit. */
  function cleanUp(deployment: Deployment, all: readonly ReplicaSet[]): void {
    const newSet = findNewReplicaSet(deployment, all);
    const old = all.filter(
      (rs) =>
        rs !== newSet && rs.spec.replicas === 0 && rs.status.replicas === 0 && rs.metadata.deletionTimestamp === undefined,
    );
    const surplus = old.length - deployment.spec.revisionHistoryLimit;
    const oldestFirst = [...old].sort((a, b) => revisionOf(a) - revisionOf(b) || byCreation(a, b));
    for (const rs of oldestFirst.slice(0, Math.max(0, surplus)))
      client.delete('ReplicaSet', rs.metadata.namespace, rs.metadata.name);
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
