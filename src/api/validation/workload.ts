/**
 * Deployments, ReplicaSets, DaemonSets and StatefulSets (pkg/apis/apps/validation/validation.go).
 */
import { forbidden, invalid, notSupported, printed, required, type FieldError } from '../field-error.ts';
import { jsonEqual, type Draft } from '../json.ts';
import { labelSelectorMatches } from '../selectors.ts';
import type { DaemonSet } from '../types/daemonset.ts';
import type { Deployment, DeploymentStrategy } from '../types/deployment.ts';
import type { IntOrString, LabelSelector } from '../types/meta.ts';
import type { PodTemplateSpec } from '../types/pod.ts';
import type { ReplicaSet } from '../types/replicaset.ts';
import type { StatefulSet } from '../types/statefulset.ts';
import { goLabelSelector, nonNegative, validateLabels, validateLabelSelector } from './meta.ts';
import { validatePodSpec } from './pod.ts';

interface WorkloadSpec {
  readonly selector?: Draft<LabelSelector>;
  readonly template?: Draft<PodTemplateSpec>;
  readonly minReadySeconds?: number;
}

function validateWorkload(spec: WorkloadSpec, kindWord: string): readonly FieldError[] {
  const { selector, template = {} } = spec;
  return [
    ...selectorErrors(selector, kindWord),
    ...validateTemplate(template, selector),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
  ];
}

function isEmpty(selector: Draft<LabelSelector>): boolean {
  return Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;
}

function selectorErrors(selector: Draft<LabelSelector> | undefined, kindWord: string): readonly FieldError[] {
  if (selector === undefined) return [required('spec.selector')];
  const errors = validateLabelSelector('spec.selector', selector);
  return isEmpty(selector)
    ? [...errors, invalid('spec.selector', printed(goLabelSelector(selector)), `empty selector is invalid for ${kindWord}`)]
    : errors;
}

function validateTemplate(template: Draft<PodTemplateSpec>, selector: Draft<LabelSelector> | undefined): readonly FieldError[] {
  const labels = template.metadata?.labels ?? {};
  const field = 'spec.template.metadata.labels';
  const mismatch =
    selector !== undefined &&
    !isEmpty(selector) &&
    !labelSelectorMatches(selector as LabelSelector, labels as Record<string, string>);
  const policy = template.spec?.restartPolicy;
  return [
    ...(mismatch ? [invalid(field, labels, '`selector` does not match template `labels`')] : []),
    ...validateLabels(field, template.metadata?.labels),
    ...validatePodSpec(template.spec ?? {}, 'spec.template.spec'),
    ...(policy !== undefined && policy !== 'Always'
      ? [notSupported('spec.template.spec.restartPolicy', policy, ['Always'])]
      : []),
    ...(template.spec?.activeDeadlineSeconds === undefined
      ? []
      : [forbidden('spec.template.spec.activeDeadlineSeconds', 'activeDeadlineSeconds in ReplicaSet is not Supported')]),
  ];
}

export function validateDeployment(deployment: Draft<Deployment>): readonly FieldError[] {
  const spec = deployment.spec ?? {};
  const deadline = spec.progressDeadlineSeconds;
  return [
    ...nonNegative('spec.replicas', spec.replicas),
    ...validateWorkload(spec, 'deployment'),
    ...validateStrategy(spec.strategy ?? {}),
    ...nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
    ...nonNegative('spec.progressDeadlineSeconds', deadline),
    ...(deadline !== undefined && deadline <= (spec.minReadySeconds ?? 0)
      ? [invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')]
      : []),
  ];
}

function validateStrategy({ type, rollingUpdate }: Draft<DeploymentStrategy>): readonly FieldError[] {
  const field = 'spec.strategy';
  if (type === 'Recreate')
    return rollingUpdate === undefined
      ? []
      : [forbidden(`${field}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")];
  if (type !== 'RollingUpdate') return [notSupported(`${field}.type`, type, ['Recreate', 'RollingUpdate'])];
  const { maxUnavailable, maxSurge } = rollingUpdate ?? {};
  const path = `${field}.rollingUpdate`;
  const errors = [...countOrPercent(`${path}.maxUnavailable`, maxUnavailable), ...countOrPercent(`${path}.maxSurge`, maxSurge)];
  if (isZero(maxUnavailable) && isZero(maxSurge))
    errors.push(
      invalid(`${path}.maxUnavailable`, printed(goIntOrString(maxUnavailable ?? 0)), 'may not be 0 when `maxSurge` is 0'),
    );
  return [...errors, ...above100(`${path}.maxUnavailable`, maxUnavailable)];
}

function goIntOrString(value: IntOrString): string {
  const [type, int, text] = typeof value === 'number' ? [0, value, ''] : [1, 0, value];
  return `intstr.IntOrString{Type:${type}, IntVal:${int}, StrVal:${JSON.stringify(text)}}`;
}

function isZero(value: IntOrString | undefined): boolean {
  return value === 0 || value === '0%';
}

function countOrPercent(field: string, value: IntOrString | undefined): FieldError[] {
  if (typeof value === 'number') return [...nonNegative(field, value)];
  if (value === undefined || /^\d+%$/.test(value)) return [];
  return [
    invalid(
      field,
      value,
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    ),
  ];
}

function above100(field: string, value: IntOrString | undefined): readonly FieldError[] {
  return typeof value === 'string' && parseInt(value, 10) > 100
    ? [invalid(field, printed(goIntOrString(value)), 'must not be greater than 100%')]
    : [];
}

export function validateReplicaSet(replicaSet: Draft<ReplicaSet>): readonly FieldError[] {
  const spec = replicaSet.spec ?? {};
  return [...nonNegative('spec.replicas', spec.replicas), ...validateWorkload(spec, 'deployment')];
}

export function validateDaemonSet(daemonSet: Draft<DaemonSet>): readonly FieldError[] {
  return validateWorkload(daemonSet.spec ?? {}, 'daemonset');
}

export function validateStatefulSet(set: Draft<StatefulSet>): readonly FieldError[] {
  const spec = set.spec ?? {};
  const policies = ['OrderedReady', 'Parallel'];
  const policy = spec.podManagementPolicy ?? '';
  const type = spec.updateStrategy?.type ?? '';
  const onDelete = type === 'OnDelete' && spec.updateStrategy?.rollingUpdate !== undefined;
  return [
    ...(policies.includes(policy)
      ? []
      : [invalid('spec.podManagementPolicy', policy, `must be '${policies[0] ?? ''}' or '${policies[1] ?? ''}'`)]),
    ...(type === 'RollingUpdate' || type === 'OnDelete'
      ? []
      : [invalid('spec.updateStrategy', printed(`{"type":"${type}"}`), "must be 'RollingUpdate' or 'OnDelete'")]),
    ...(onDelete
      ? [
          invalid(
            'spec.updateStrategy.rollingUpdate',
            printed(JSON.stringify(spec.updateStrategy?.rollingUpdate)),
            "only allowed for updateStrategy 'RollingUpdate'",
          ),
        ]
      : []),
    ...nonNegative('spec.updateStrategy.rollingUpdate.partition', spec.updateStrategy?.rollingUpdate?.partition),
    ...nonNegative('spec.replicas', spec.replicas),
    ...nonNegative('spec.ordinals.start', spec.ordinals?.start),
    ...validateWorkload(spec, 'statefulset'),
  ];
}

/** pkg/apis/apps/validation ValidateStatefulSetUpdate: most of a StatefulSet is for ever. */
const STATEFUL_SET_MUTABLE = new Set([
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]);

export function validateStatefulSetUpdate(next: Draft<StatefulSet>, old: StatefulSet): readonly FieldError[] {
  const before: Readonly<Record<string, unknown>> = { ...old.spec };
  const after: Readonly<Record<string, unknown>> = { ...next.spec };
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.every((key) => STATEFUL_SET_MUTABLE.has(key) || jsonEqual(before[key] ?? null, after[key] ?? null))
    ? []
    : [
        forbidden(
          'spec',
          "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
        ),
      ];
}

/** The selector of a workload never changes. */
export function validateSelectorUpdate(
  next: { readonly spec?: WorkloadSpec },
  old: { readonly spec: { readonly selector: LabelSelector } },
): readonly FieldError[] {
  const selector = next.spec?.selector ?? {};
  return jsonEqual(selector, old.spec.selector)
    ? []
    : [invalid('spec.selector', printed(goLabelSelector(selector)), 'field is immutable')];
}
