/**
 * A Deployment's ReplicaSets: finding the one of the current template, making it, revisions and annotations
 * (pkg/controller/deployment/sync.go getNewReplicaSet, util/deployment_util.go). `kubectl rollout history`.
 */
import { LAST_APPLIED } from '../apply.ts';
import type { Deployment } from '../../api/types/deployment.ts';
import type { Labels } from '../../api/types/meta.ts';
import type { ReplicaSet } from '../../api/types/replicaset.ts';
import type { ApiClient, ObjectInput, WriteResult } from '../../api/watch.ts';
import { controllerReference } from '../pod-template.ts';
import { DESIRED_REPLICAS, fencepostsOf, MAX_REPLICAS, newReplicas } from './replica-counts.ts';
import { POD_TEMPLATE_HASH, sameTemplate, templateHash } from './template-hash.ts';

export const REVISION = 'deployment.kubernetes.io/revision';

/** Oldest first. */
export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  const [left, right] = [a.metadata, b.metadata];
  if (left.creationTimestamp !== right.creationTimestamp) return left.creationTimestamp < right.creationTimestamp ? -1 : 1;
  return left.name < right.name ? -1 : 1;
}

export function revisionOf(object: Deployment | ReplicaSet): number {
  return Number(object.metadata.annotations?.[REVISION] ?? 0);
}

/** The oldest ReplicaSet whose template is the Deployment's. */
export function findNewReplicaSet(deployment: Deployment, all: readonly ReplicaSet[]): ReplicaSet | null {
  return [...all].sort(byCreation).find((rs) => sameTemplate(rs.spec.template, deployment.spec.template)) ?? null;
}

/** Annotations a ReplicaSet has from its Deployment, with its revision and the replicas it is part of. */
export function annotationsFor(deployment: Deployment, rs: ReplicaSet | null, revision: number): Labels {
  const { [LAST_APPLIED]: _applied, [REVISION]: _revision, ...own } = deployment.metadata.annotations ?? {};
  const { replicas } = deployment.spec;
  return {
    ...rs?.metadata.annotations,
    ...own,
    [REVISION]: String(revision),
    [DESIRED_REPLICAS]: String(replicas),
    [MAX_REPLICAS]: String(replicas + fencepostsOf(deployment).maxSurge),
  };
}

/** Creates the ReplicaSet of the current template. */
export function createReplicaSet(
  client: ApiClient,
  deployment: Deployment,
  all: readonly ReplicaSet[],
): WriteResult<ReplicaSet> {
  const { template, selector } = deployment.spec;
  const hash = templateHash(template, deployment.status.collisionCount);
  const labels = { ...template.metadata?.labels, [POD_TEMPLATE_HASH]: hash };
  const revision = Math.max(0, ...all.map(revisionOf)) + 1;
  const input: ObjectInput<ReplicaSet> = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace,
      labels,
      annotations: annotationsFor(deployment, null, revision),
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: newReplicas(deployment, all, 0),
      ...(deployment.spec.minReadySeconds === undefined ? {} : { minReadySeconds: deployment.spec.minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [POD_TEMPLATE_HASH]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
  return client.create('ReplicaSet', input);
}
