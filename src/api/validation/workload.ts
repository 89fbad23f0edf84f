/**
 * Deployments, ReplicaSets and DaemonSets (pkg/apis/apps/validation/validation.go).
 */
import { forbidden, invalid, notSupported, printed, required, type FieldError } from '../field-error.ts';
import { jsonEqual, type Draft } from '../json.ts';
import { labelSelectorMatches } from '../selectors.ts';
import type { DaemonSet } from '../types/daemonset.ts';
import type { Deployment, DeploymentStrategy } from '../types/deployment.ts';
import type { IntOrString, LabelSelector } from '../types/meta.ts';
import type { PodTemplateSpec } from '../types/pod.ts';
import type { ReplicaSet } from '../types/replicaset.ts';
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
