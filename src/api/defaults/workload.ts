/**
 * Defaults of workloads (pkg/apis/apps/v1/defaults.go).
 */
import type { Draft } from '../json.ts';
import type { DaemonSet } from '../types/daemonset.ts';
import type { Deployment } from '../types/deployment.ts';
import type { ReplicaSet } from '../types/replicaset.ts';
import type { StatefulSet } from '../types/statefulset.ts';
import { setDefaultsPodTemplate } from './pod.ts';

export function setDefaultsDeployment(deployment: Draft<Deployment>): void {
  const spec = (deployment.spec ??= {});
  setDefaultsPodTemplate((spec.template ??= {}));
  spec.replicas ??= 1;
  const strategy = (spec.strategy ??= {});
  strategy.type ??= 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    const rolling = (strategy.rollingUpdate ??= {});
    rolling.maxUnavailable ??= '25%';
    rolling.maxSurge ??= '25%';
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
}

export function setDefaultsReplicaSet(replicaSet: Draft<ReplicaSet>): void {
  const spec = (replicaSet.spec ??= {});
  setDefaultsPodTemplate((spec.template ??= {}));
  spec.replicas ??= 1;
}

export function setDefaultsDaemonSet(daemonSet: Draft<DaemonSet>): void {
  const spec = (daemonSet.spec ??= {});
  setDefaultsPodTemplate((spec.template ??= {}));
  const strategy = (spec.updateStrategy ??= {});
  strategy.type ??= 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    const rolling = (strategy.rollingUpdate ??= {});
    rolling.maxUnavailable ??= 1;
    rolling.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= 10;
}

export function setDefaultsStatefulSet(set: Draft<StatefulSet>): void {
  const spec = (set.spec ??= {});
  setDefaultsPodTemplate((spec.template ??= {}));
  spec.podManagementPolicy ??= 'OrderedReady';
  const strategy = (spec.updateStrategy ??= {});
  strategy.type ??= 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') (strategy.rollingUpdate ??= {}).partition ??= 0;
  spec.persistentVolumeClaimRetentionPolicy ??= {};
  spec.persistentVolumeClaimRetentionPolicy.whenDeleted ??= 'Retain';
  spec.persistentVolumeClaimRetentionPolicy.whenScaled ??= 'Retain';
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
}
