/**
 * StatefulSet (apps/v1): `kubectl get statefulsets`. Pods with a number and a name in DNS each.
 */
import type { IntOrString, LabelSelector, NamespacedMeta } from './meta.ts';
import type { PodTemplateSpec } from './pod.ts';
import type { WorkloadCondition } from './replicaset.ts';

/** The label every Pod of a StatefulSet has: its own name. */
export const LABEL_POD_NAME = 'statefulset.kubernetes.io/pod-name';
/** The Pod's number (since 1.28). */
export const LABEL_POD_INDEX = 'apps.kubernetes.io/pod-index';
/** Which template the Pod was made from. */
export const LABEL_REVISION = 'controller-revision-hash';

export interface StatefulSetUpdateStrategy {
  readonly type: 'RollingUpdate' | 'OnDelete';
  readonly rollingUpdate?: { readonly partition?: number; readonly maxUnavailable?: IntOrString };
}

export interface StatefulSetSpec {
  readonly replicas: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
  readonly volumeClaimTemplates?: readonly Readonly<Record<string, unknown>>[];
  /** The headless Service that gives the Pods their names. */
  readonly serviceName: string;
  readonly podManagementPolicy: 'OrderedReady' | 'Parallel';
  readonly updateStrategy: StatefulSetUpdateStrategy;
  readonly revisionHistoryLimit: number;
  readonly minReadySeconds?: number;
  readonly persistentVolumeClaimRetentionPolicy?: { readonly whenDeleted?: string; readonly whenScaled?: string };
  readonly ordinals?: { readonly start: number };
}

export interface StatefulSetStatus {
  readonly observedGeneration?: number;
  readonly replicas: number;
  readonly readyReplicas?: number;
  readonly currentReplicas?: number;
  readonly updatedReplicas?: number;
  readonly currentRevision?: string;
  readonly updateRevision?: string;
  readonly collisionCount?: number;
  readonly conditions?: readonly WorkloadCondition[];
  readonly availableReplicas?: number;
}

export interface StatefulSet {
  readonly apiVersion: 'apps/v1';
  readonly kind: 'StatefulSet';
  readonly metadata: NamespacedMeta;
  readonly spec: StatefulSetSpec;
  readonly status: StatefulSetStatus;
}
