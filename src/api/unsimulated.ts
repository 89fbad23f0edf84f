/**
 * Fields and kinds that Kubernetes has and the simulation does not: accepted, and said so at their line.
 */
import { isList, isRecord, jsonEqual } from './json.ts';
import type { Kind } from './kinds.ts';

/** Kinds of a real cluster by API version that do nothing here yet. DaemonSets are stored as owners of system Pods, but not acted on. */
const OTHER_KINDS: Readonly<Record<string, readonly string[]>> = {
  v1: [
    'LimitRange',
    'PersistentVolume',
    'PersistentVolumeClaim',
    'PodTemplate',
    'ReplicationController',
    'ResourceQuota',
    'Secret',
    'ServiceAccount',
  ],
  'apps/v1': ['ControllerRevision', 'DaemonSet'],
  'batch/v1': ['CronJob', 'Job'],
  'autoscaling/v1': ['HorizontalPodAutoscaler'],
  'autoscaling/v2': ['HorizontalPodAutoscaler'],
  'networking.k8s.io/v1': ['Ingress', 'IngressClass', 'NetworkPolicy'],
  'policy/v1': ['PodDisruptionBudget'],
  'rbac.authorization.k8s.io/v1': ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
  'scheduling.k8s.io/v1': ['PriorityClass'],
  'storage.k8s.io/v1': ['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment'],
  'coordination.k8s.io/v1': ['Lease'],
  'events.k8s.io/v1': ['Event'],
  'apiextensions.k8s.io/v1': ['CustomResourceDefinition'],
  'crd.projectcalico.org/v1': [
    'BGPConfiguration',
    'BGPPeer',
    'FelixConfiguration',
    'GlobalNetworkPolicy',
    'IPReservation',
    'NetworkPolicy',
  ],
};

export function isOtherKind(apiVersion: string, kind: string): boolean {
  return OTHER_KINDS[apiVersion]?.includes(kind) ?? false;
}

/** A field pattern by kind; `when` tells which values mean something that is not simulated. */
interface Rule {
  readonly kinds: RegExp;
  /** Segments joined by dots; `*` stands for one segment, list indexes included. */
  readonly path: string;
  readonly when?: (value: unknown) => boolean;
}

const ANY_POD = /^(Pod|Deployment|ReplicaSet|DaemonSet|StatefulSet)$/;

function unless(...accepted: readonly unknown[]): (value: unknown) => boolean {
  return (value) => !accepted.some((one) => jsonEqual(one, value));
}

/** Paths in a Pod spec; for workloads they are found in the template. */
const POD_RULES: readonly Omit<Rule, 'kinds'>[] = [
  {
    path: 'volumes.*',
    when: (value) => isRecord(value) && Object.keys(value).some((key) => key !== 'name' && key !== 'emptyDir'),
  },
  { path: 'ephemeralContainers' },
  { path: 'imagePullSecrets' },
  { path: 'securityContext', when: unless({}) },
  { path: 'runtimeClassName' },
  { path: 'overhead' },
  { path: 'priorityClassName' },
  { path: 'preemptionPolicy' },
  { path: 'schedulerName', when: unless('default-scheduler') },
  { path: 'schedulingGates' },
  { path: 'resourceClaims' },
  { path: 'hostPID', when: unless(false) },
  { path: 'hostIPC', when: unless(false) },
  { path: 'shareProcessNamespace', when: unless(false) },
  { path: 'setHostnameAsFQDN', when: unless(false) },
  { path: 'activeDeadlineSeconds' },
  { path: 'serviceAccountName', when: unless('default') },
  { path: 'serviceAccount', when: unless('default') },
];

const CONTAINER_RULES: readonly Omit<Rule, 'kinds'>[] = [
  { path: 'envFrom' },
  { path: 'securityContext', when: unless({}) },
  { path: 'resources.limits' },
  { path: 'resources.claims' },
  { path: 'resizePolicy' },
  { path: 'stdin', when: unless(false) },
  { path: 'tty', when: unless(false) },
  { path: 'volumeDevices' },
];

const RULES: readonly Rule[] = [
  ...['spec', 'spec.template.spec'].flatMap((base) => [
    ...POD_RULES.map((rule) => ({ ...rule, kinds: ANY_POD, path: `${base}.${rule.path}` })),
    ...['containers', 'initContainers'].flatMap((list) =>
      CONTAINER_RULES.map((rule) => ({ ...rule, kinds: ANY_POD, path: `${base}.${list}.*.${rule.path}` })),
    ),
  ]),
  { kinds: /^StatefulSet$/, path: 'spec.volumeClaimTemplates' },
  { kinds: /^Service$/, path: 'spec.loadBalancerClass' },
  { kinds: /^Service$/, path: 'spec.loadBalancerIP' },
  { kinds: /^Service$/, path: 'spec.trafficDistribution' },
  { kinds: /^EndpointSlice$/, path: 'endpoints.*.hints' },
  { kinds: /^ConfigMap$/, path: 'immutable', when: unless(false) },
];

/** Paths of fields in `object` that are accepted without effect. */
export function unsimulatedFields(kind: Kind, object: unknown): readonly string[] {
  return RULES.filter((rule) => rule.kinds.test(kind)).flatMap((rule) =>
    expand(object, rule.path.split('.'), '')
      .filter(({ value }) => rule.when?.(value) ?? true)
      .map(({ field }) => field),
  );
}

function expand(
  value: unknown,
  segments: readonly string[],
  field: string,
): readonly { readonly field: string; readonly value: unknown }[] {
  const [first, ...rest] = segments;
  if (value === null || value === undefined) return [];
  if (first === undefined) return [{ field, value }];
  if (first === '*') return isList(value) ? value.flatMap((item, i) => expand(item, rest, `${field}[${i}]`)) : [];
  return isRecord(value) && Object.hasOwn(value, first)
    ? expand(value[first], rest, field === '' ? first : `${field}.${first}`)
    : [];
}
