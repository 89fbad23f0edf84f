/**
 * Pods and Pod templates (pkg/apis/core/validation/validation.go ValidatePodSpec, ValidatePodUpdate).
 */
import { forbidden, invalid, notSupported, pointingAt, required, type FieldError } from '../field-error.ts';
import { jsonEqual, type Draft } from '../json.ts';
import { fieldChanges } from '../merge.ts';
import type { NodeSelectorTerm, Toleration } from '../types/affinity.ts';
import type { Container } from '../types/container.ts';
import type { Pod, PodSpec } from '../types/pod.ts';
import { hostPortConflicts, validateContainer } from './container.ts';
import { validateDnsConfig } from './dns-config.ts';
import { duplicateName, duplicates, invalids, nonNegative, validateLabels, validateLabelSelector } from './meta.ts';
import { isDns1123Label, isDns1123Subdomain, isQualifiedName } from './names.ts';

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const MAX_INT32 = 2_147_483_647;

const MUTABLE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

export function validatePod(pod: Draft<Pod>): readonly FieldError[] {
  return validatePodSpec(pod.spec ?? {}, 'spec');
}

/** A Pod spec at `field`: `spec`, or `spec.template.spec` of a workload. */
export function validatePodSpec(spec: Draft<PodSpec>, field: string): readonly FieldError[] {
  const volumes = spec.volumes ?? [];
  const seconds = spec.activeDeadlineSeconds;
  return [
    ...volumes.flatMap(({ name = '' }, i) =>
      name === ''
        ? [required(`${field}.volumes[${i}].name`)]
        : invalids(`${field}.volumes[${i}].name`, name, isDns1123Label(name)),
    ),
    ...duplicates(volumes, (volume) => volume.name ?? null, duplicateName(`${field}.volumes`)),
    ...validateContainers(spec, field),
    ...oneOf(`${field}.restartPolicy`, spec.restartPolicy, RESTART_POLICIES),
    ...oneOf(`${field}.dnsPolicy`, spec.dnsPolicy, DNS_POLICIES),
    ...validateDnsConfig(spec, `${field}.dnsConfig`),
    ...nonNegative(`${field}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds),
    ...(seconds !== undefined && (seconds < 1 || seconds > MAX_INT32)
      ? [invalid(`${field}.activeDeadlineSeconds`, seconds, `must be between 1 and ${MAX_INT32}, inclusive`)]
      : []),
    ...validateLabels(`${field}.nodeSelector`, spec.nodeSelector),
    ...(['hostname', 'subdomain'] as const).flatMap((key) =>
      spec[key] === undefined ? [] : invalids(`${field}.${key}`, spec[key], isDns1123Label(spec[key])),
    ),
    ...(['nodeName', 'serviceAccountName'] as const).flatMap((key) =>
      spec[key] === undefined ? [] : invalids(`${field}.${key}`, spec[key], isDns1123Subdomain(spec[key])),
    ),
    ...(spec.tolerations ?? []).flatMap((toleration, i) => validateToleration(toleration, `${field}.tolerations[${i}]`)),
    ...validateAffinity(spec, `${field}.affinity`),
    ...validateSpread(spec, `${field}.topologySpreadConstraints`),
  ];
}

function oneOf(field: string, value: string | undefined, supported: readonly string[]): readonly FieldError[] {
  if (value === undefined || value === '') return [required(field)];
  return supported.includes(value) ? [] : [notSupported(field, value, supported)];
}

function validateContainers(spec: Draft<PodSpec>, field: string): readonly FieldError[] {
  const containers = spec.containers ?? [];
  const initContainers = spec.initContainers ?? [];
  const volumes = new Set((spec.volumes ?? []).map((volume) => volume.name ?? ''));
  const hostNetwork = spec.hostNetwork === true;
  const names = new Set(containers.map((container) => container.name ?? ''));
  return [
    ...(containers.length === 0 ? [required(`${field}.containers`)] : []),
    ...containers.flatMap((container, i) =>
      validateContainer(container, `${field}.containers[${i}]`, { volumes, hostNetwork, init: false }),
    ),
    ...duplicates(containers, (container) => container.name ?? null, duplicateName(`${field}.containers`)),
    ...hostPortConflicts(containers, `${field}.containers`),
    ...initContainers.flatMap((container, i) =>
      validateContainer(container, `${field}.initContainers[${i}]`, { volumes, hostNetwork, init: true }),
    ),
    ...initContainers.flatMap((container, i) =>
      names.has(container.name ?? '') ? [duplicateName(`${field}.initContainers`)(container, i)] : [],
    ),
    ...duplicates(initContainers, (container) => container.name ?? null, duplicateName(`${field}.initContainers`)),
  ];
}

function validateToleration(toleration: Draft<Toleration>, field: string): readonly FieldError[] {
  const { key = '', operator = 'Equal', value = '', effect } = toleration;
  const errors: FieldError[] = [];
  if (key !== '') errors.push(...invalids(`${field}.key`, key, isQualifiedName(key)));
  else if (operator !== 'Exists')
    errors.push(
      invalid(
        `${field}.operator`,
        operator,
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ),
    );
  if (toleration.tolerationSeconds !== undefined && effect !== 'NoExecute')
    errors.push(invalid(`${field}.effect`, effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  if (!['Equal', 'Exists'].includes(operator)) errors.push(notSupported(`${field}.operator`, operator, ['Equal', 'Exists']));
  else if (operator === 'Exists' && value !== '')
    errors.push(invalid(`${field}.operator`, printedToleration(toleration), "value must be empty when `operator` is 'Exists'"));
  if (effect !== undefined && !EFFECTS.includes(effect)) errors.push(notSupported(`${field}.effect`, effect, EFFECTS));
  return errors;
}

function printedToleration({ key = '', operator, value = '', effect }: Draft<Toleration>): { readonly printed: string } {
  return {
    printed: `core.Toleration{Key:"${key}", Operator:"${operator ?? ''}", Value:"${value}", Effect:"${effect ?? ''}", TolerationSeconds:(*int64)(nil)}`,
  };
}

function validateAffinity(spec: Draft<PodSpec>, field: string): readonly FieldError[] {
  const { nodeAffinity, podAffinity, podAntiAffinity } = spec.affinity ?? {};
  const required_ = 'requiredDuringSchedulingIgnoredDuringExecution';
  const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
  const errors: FieldError[] = [];
  const terms = nodeAffinity?.[required_]?.nodeSelectorTerms;
  if (nodeAffinity?.[required_] !== undefined && (terms ?? []).length === 0)
    errors.push(required(`${field}.nodeAffinity.${required_}.nodeSelectorTerms`, 'must have at least one node selector term'));
  for (const [i, term] of (terms ?? []).entries())
    errors.push(...validateTerm(term, `${field}.nodeAffinity.${required_}.nodeSelectorTerms[${i}]`));
  for (const [i, term] of (nodeAffinity?.[preferred] ?? []).entries()) {
    const path = `${field}.nodeAffinity.${preferred}[${i}]`;
    errors.push(...weightErrors(`${path}.weight`, term.weight), ...validateTerm(term.preference ?? {}, `${path}.preference`));
  }
  for (const [name, affinity] of Object.entries({ podAffinity, podAntiAffinity })) {
    for (const [i, term] of (affinity?.[required_] ?? []).entries())
      errors.push(...podTermErrors(term, `${field}.${name}.${required_}[${i}]`));
    for (const [i, term] of (affinity?.[preferred] ?? []).entries()) {
      const path = `${field}.${name}.${preferred}[${i}]`;
      errors.push(
        ...weightErrors(`${path}.weight`, term.weight),
        ...podTermErrors(term.podAffinityTerm ?? {}, `${path}.podAffinityTerm`),
      );
    }
  }
  return errors;
}

function weightErrors(field: string, weight = 0): readonly FieldError[] {
  return weight < 1 || weight > 100 ? [invalid(field, weight, 'must be in the range 1-100')] : [];
}

function podTermErrors(
  term: { readonly topologyKey?: string | undefined; readonly labelSelector?: Draft<object> | undefined },
  field: string,
): readonly FieldError[] {
  const key = term.topologyKey ?? '';
  return [
    ...(key === ''
      ? [required(`${field}.topologyKey`, 'can not be empty')]
      : invalids(`${field}.topologyKey`, key, isQualifiedName(key))),
    ...(term.labelSelector === undefined ? [] : validateLabelSelector(`${field}.labelSelector`, term.labelSelector)),
  ];
}

function validateTerm(term: Draft<NodeSelectorTerm>, field: string): readonly FieldError[] {
  return (term.matchExpressions ?? []).flatMap(({ key = '', operator = '', values = [] }, i) => {
    const path = `${field}.matchExpressions[${i}]`;
    const errors = [...invalids(`${path}.key`, key, isQualifiedName(key))];
    const many = operator === 'In' || operator === 'NotIn';
    if (many && values.length === 0)
      errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    else if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0)
      errors.push(forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    else if ((operator === 'Gt' || operator === 'Lt') && values.length !== 1)
      errors.push(required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
    else if (!many && !['Exists', 'DoesNotExist', 'Gt', 'Lt'].includes(operator))
      errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
    return errors;
  });
}

function validateSpread(spec: Draft<PodSpec>, field: string): readonly FieldError[] {
  return (spec.topologySpreadConstraints ?? []).flatMap(({ maxSkew = 0, topologyKey = '', whenUnsatisfiable = '' }, i) => [
    ...(maxSkew <= 0 ? [invalid(`${field}[${i}].maxSkew`, maxSkew, 'must be greater than zero')] : []),
    ...(topologyKey === '' ? [required(`${field}[${i}].topologyKey`, 'can not be empty')] : []),
    ...(['DoNotSchedule', 'ScheduleAnyway'].includes(whenUnsatisfiable)
      ? []
      : [notSupported(`${field}[${i}].whenUnsatisfiable`, whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway'])]),
  ]);
}

/** Images, the deadline and further tolerations may change; nothing else of a running Pod's spec. */
export function validatePodUpdate(pod: Draft<Pod>, old: Pod): readonly FieldError[] {
  const spec = pod.spec ?? {};
  if ((spec.containers ?? []).length !== old.spec.containers.length)
    return [forbidden('spec.containers', 'pod updates may not add or remove containers')];
  if ((spec.initContainers ?? []).length !== (old.spec.initContainers ?? []).length)
    return [forbidden('spec.initContainers', 'pod updates may not add or remove containers')];
  const errors = toleranceErrors(spec, old.spec);
  const same: Draft<PodSpec> = {
    ...spec,
    containers: withImagesOf(spec.containers ?? [], old.spec.containers),
    ...(spec.initContainers === undefined
      ? {}
      : { initContainers: withImagesOf(spec.initContainers, old.spec.initContainers ?? []) }),
    activeDeadlineSeconds: old.spec.activeDeadlineSeconds,
    tolerations: old.spec.tolerations as Draft<Toleration>[] | undefined,
  };
  // An unassigned Pod is given its node by the binding, which is no update.
  if (jsonEqual(same, old.spec)) return errors;
  const changes = fieldChanges(old.spec, same, 'spec');
  const lines = changes.map(({ path, before, after }) => `  ${path}: ${shown(before)} -> ${shown(after)}`);
  const [first] = changes;
  return [...errors, pointingAt(forbidden('spec', [MUTABLE, ...lines].join('\n')), first?.path ?? 'spec')];
}

function shown(value: unknown): string {
  return value === undefined ? '(unset)' : JSON.stringify(value);
}

function withImagesOf(containers: readonly Draft<Container>[], old: readonly Container[]): Draft<Container>[] {
  return containers.map((container, i) => ({ ...container, image: old[i]?.image }));
}

function toleranceErrors(spec: Draft<PodSpec>, old: PodSpec): readonly FieldError[] {
  const kept = (old.tolerations ?? []).every((toleration) =>
    (spec.tolerations ?? []).some((other) => jsonEqual(other, toleration)),
  );
  return kept ? [] : [forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')];
}
