/**
 * Pod (core/v1): `kubectl get pods -o wide`, `kubectl describe pod`.
 */
import type { Affinity, Toleration, TopologySpreadConstraint } from './affinity.ts';
import type { Container, ContainerStatus } from './container.ts';
import type { ConditionStatus, Labels, NamespacedMeta } from './meta.ts';

/** A volume: its name and exactly one source under the source's own key (`emptyDir`, `configMap`, …). */
export interface Volume {
  readonly name: string;
  readonly [source: string]: unknown;
}

export interface HostAlias {
  readonly ip: string;
  readonly hostnames?: readonly string[];
}

export interface PodDnsConfig {
  readonly nameservers?: readonly string[];
  readonly searches?: readonly string[];
  readonly options?: readonly { readonly name?: string; readonly value?: string }[];
}

export interface PodReadinessGate {
  readonly conditionType: string;
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly restartPolicy: 'Always' | 'OnFailure' | 'Never';
  readonly terminationGracePeriodSeconds: number;
  readonly activeDeadlineSeconds?: number;
  readonly dnsPolicy: 'ClusterFirstWithHostNet' | 'ClusterFirst' | 'Default' | 'None';
  readonly dnsConfig?: PodDnsConfig;
  readonly nodeSelector?: Labels;
  readonly serviceAccountName?: string;
  readonly nodeName?: string;
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly hostname?: string;
  readonly subdomain?: string;
  readonly affinity?: Affinity;
  readonly schedulerName?: string;
  readonly tolerations?: readonly Toleration[];
  readonly hostAliases?: readonly HostAlias[];
  readonly priorityClassName?: string;
  readonly priority?: number;
  readonly readinessGates?: readonly PodReadinessGate[];
  readonly enableServiceLinks?: boolean;
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly topologySpreadConstraints?: readonly TopologySpreadConstraint[];
}

export interface PodCondition {
  /** PodScheduled, PodReadyToStartContainers, Initialized, ContainersReady, Ready, DisruptionTarget, or a readiness gate's own type. */
  readonly type: string;
  readonly status: ConditionStatus;
  readonly lastProbeTime?: string;
  readonly lastTransitionTime?: string;
  readonly reason?: string;
  readonly message?: string;
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';

export interface PodStatus {
  readonly phase: PodPhase;
  readonly conditions?: readonly PodCondition[];
  readonly message?: string;
  readonly reason?: string;
  readonly nominatedNodeName?: string;
  readonly hostIP?: string;
  readonly hostIPs?: readonly { readonly ip: string }[];
  readonly podIP?: string;
  readonly podIPs?: readonly { readonly ip: string }[];
  readonly startTime?: string;
  readonly initContainerStatuses?: readonly ContainerStatus[];
  readonly containerStatuses?: readonly ContainerStatus[];
  readonly qosClass?: 'Guaranteed' | 'Burstable' | 'BestEffort';
}

export interface Pod {
  readonly apiVersion: 'v1';
  readonly kind: 'Pod';
  readonly metadata: NamespacedMeta;
  readonly spec: PodSpec;
  readonly status: PodStatus;
}

export interface PodTemplateMeta {
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly name?: string;
  readonly creationTimestamp?: string | null;
}

/** The mould of a workload's Pods. */
export interface PodTemplateSpec {
  readonly metadata?: PodTemplateMeta;
  readonly spec: PodSpec;
}
