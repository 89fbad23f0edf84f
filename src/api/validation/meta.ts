/**
 * metadata, labels and selectors (apimachinery api/validation/objectmeta.go, meta/v1/validation).
 */
import { duplicate, forbidden, invalid, required, type FieldError, tooLong } from '../field-error.ts';
import type { Draft } from '../json.ts';
import type { LabelSelector, Labels, ObjectMeta } from '../types/meta.ts';
import { isDns1123Label, isLabelValue, isQualifiedName } from './names.ts';

/** Bytes all annotations of an object may have together. */
const MAX_ANNOTATIONS = 256 * 1024;

/** One error per detail. */
export function invalids(field: string, value: unknown, details: readonly string[]): readonly FieldError[] {
  return details.map((detail) => invalid(field, value, detail));
}

export interface MetaRules {
  readonly namespaced: boolean;
  /** Format of the kind's names. */
  readonly name: (name: string) => readonly string[];
}

export function validateMeta(meta: Draft<ObjectMeta>, rules: MetaRules): readonly FieldError[] {
  const field = 'metadata';
  return [
    ...(meta.generateName === undefined
      ? []
      : invalids(`${field}.generateName`, meta.generateName, rules.name(meta.generateName.replace(/[-.]$/, '') || 'a'))),
    ...(meta.name === undefined
      ? [required(`${field}.name`, 'name or generateName is required')]
      : invalids(`${field}.name`, meta.name, rules.name(meta.name))),
    ...(rules.namespaced ? invalids(`${field}.namespace`, meta.namespace, isDns1123Label(meta.namespace ?? '')) : []),
    ...validateLabels(`${field}.labels`, meta.labels),
    ...validateAnnotations(`${field}.annotations`, meta.annotations),
    ...(meta.finalizers ?? []).flatMap((finalizer, i) =>
      invalids(`${field}.finalizers[${i}]`, finalizer, isQualifiedName(finalizer)),
    ),
    ...validateOwners(meta),
  ];
}

function validateOwners(meta: Draft<ObjectMeta>): readonly FieldError[] {
  const owners = meta.ownerReferences ?? [];
  const missing = owners.flatMap((owner, i) =>
    (['apiVersion', 'kind', 'name', 'uid'] as const)
      .filter((key) => (owner[key] ?? '') === '')
      .map((key) =>
        invalid(
          `metadata.ownerReferences[${i}].${key}`,
          '',
          key === 'apiVersion' ? 'version must not be empty' : `must not be empty`,
        ),
      ),
  );
  const controllers = owners.filter((owner) => owner.controller === true);
  const names = controllers.map((owner) => owner.name ?? '');
  const several = invalid(
    'metadata.ownerReferences',
    [],
    `Only one reference can have Controller set to true. Found "true" in references for ${names[0] ?? ''} and ${names[1] ?? ''}`,
  );
  return controllers.length > 1 ? [...missing, several] : missing;
}

export function validateLabels(field: string, labels: Draft<Labels> | undefined): readonly FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...isQualifiedName(key).map((detail) => ({ ...invalid(field, key, detail), at: `${field}[${key}]` })),
    ...isLabelValue(value ?? '').map((detail) => ({ ...invalid(field, value, detail), at: `${field}[${key}]` })),
  ]);
}

function validateAnnotations(field: string, annotations: Draft<Labels> | undefined): readonly FieldError[] {
  const entries = Object.entries(annotations ?? {});
  const size = entries.reduce((sum, [key, value]) => sum + key.length + (value?.length ?? 0), 0);
  const keys = entries.flatMap(([key]) =>
    isQualifiedName(key.toLowerCase()).map((detail) => ({ ...invalid(field, key, detail), at: `${field}[${key}]` })),
  );
  return size > MAX_ANNOTATIONS ? [...keys, tooLong(field, '', MAX_ANNOTATIONS)] : keys;
}

export function validateLabelSelector(field: string, selector: Draft<LabelSelector>): readonly FieldError[] {
  return [
    ...validateLabels(`${field}.matchLabels`, selector.matchLabels),
    ...(selector.matchExpressions ?? []).flatMap(({ key, operator, values }, i) => {
      const path = `${field}.matchExpressions[${i}]`;
      return [
        ...invalids(`${path}.key`, key ?? '', isQualifiedName(key ?? '')),
        ...expressionErrors(path, operator, values ?? []),
      ];
    }),
  ];
}

function expressionErrors(path: string, operator: string | undefined, values: readonly string[]): readonly FieldError[] {
  const bad = values.flatMap((value, i) => invalids(`${path}.values[${i}]`, value, isLabelValue(value)));
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length === 0 ? [required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")] : bad;
    case 'Exists':
    case 'DoesNotExist':
      return values.length > 0
        ? [forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")]
        : [];
    default:
      return [...bad, invalid(`${path}.operator`, operator ?? '', 'not a valid selector operator')];
  }
}

/** Values that must differ: each repetition is an error at its own field. */
export function duplicates<T>(
  items: readonly T[],
  keyOf: (item: T) => string | null,
  error: (item: T, index: number) => FieldError,
): readonly FieldError[] {
  const seen = new Set<string>();
  return items.flatMap((item, i) => {
    const key = keyOf(item);
    if (key === null || !seen.has(key)) {
      if (key !== null) seen.add(key);
      return [];
    }
    return [error(item, i)];
  });
}

/** A repeated name. */
export function duplicateName(field: string): (item: { readonly name?: string | undefined }, index: number) => FieldError {
  return (item, i) => duplicate(`${field}[${i}].name`, item.name);
}

export function nonNegative(field: string, value: number | undefined): readonly FieldError[] {
  return value !== undefined && value < 0 ? [invalid(field, value, 'must be greater than or equal to 0')] : [];
}

/** The Go syntax of a label selector, as immutability errors print it. */
export function goLabelSelector(selector: Draft<LabelSelector>): string {
  const map = (labels: Draft<Labels> | undefined): string => {
    const pairs = Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    return labels === undefined
      ? 'map[string]string(nil)'
      : `map[string]string{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(', ')}}`;
  };
  const expressions = selector.matchExpressions?.map(
    ({ key, operator, values }) =>
      `v1.LabelSelectorRequirement{Key:${JSON.stringify(key ?? '')}, Operator:${JSON.stringify(operator ?? '')}, Values:${values === undefined ? '[]string(nil)' : `[]string{${values.map((value) => JSON.stringify(value)).join(', ')}}`}}`,
  );
  const list =
    expressions === undefined
      ? '[]v1.LabelSelectorRequirement(nil)'
      : `[]v1.LabelSelectorRequirement{${expressions.join(', ')}}`;
  return `v1.LabelSelector{MatchLabels:${map(selector.matchLabels)}, MatchExpressions:${list}}`;
}
