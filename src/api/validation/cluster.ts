/**
 * Nodes and ConfigMaps (pkg/apis/core/validation/validation.go ValidateNode, ValidateNodeUpdate, ValidateConfigMap), and what the
 * schema of Calico's IPPool requires.
 */
import { duplicate, forbidden, invalid, notSupported, printed, required, type FieldError } from '../field-error.ts';
import { jsonEqual, type Draft } from '../json.ts';
import { parseQuantity } from '../quantity.ts';
import type { ConfigMap } from '../types/configmap.ts';
import type { IPPool } from '../types/ippool.ts';
import type { Node } from '../types/node.ts';
import { duplicates, invalids } from './meta.ts';
import { isConfigMapKey, isLabelValue, isQualifiedName, isValidCidr } from './names.ts';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function validateNode(node: Draft<Node>): readonly FieldError[] {
  const taints = node.spec?.taints ?? [];
  const cidrs = node.spec?.podCIDRs ?? (node.spec?.podCIDR === undefined ? [] : [node.spec.podCIDR]);
  return [
    ...taints.flatMap(({ key = '', value = '', effect }, i) => {
      const field = `spec.taints[${i}]`;
      const bad =
        effect === undefined
          ? [required(`${field}.effect`)]
          : EFFECTS.includes(effect)
            ? []
            : [notSupported(`${field}.effect`, effect, EFFECTS)];
      return [
        ...invalids(`${field}.key`, key, isQualifiedName(key)),
        ...invalids(`${field}.value`, value, isLabelValue(value)),
        ...bad,
      ];
    }),
    ...duplicates(
      taints,
      ({ key = '', effect = '' }) => `${key}:${effect}`,
      ({ key = '', value = '', effect = '' }, i) =>
        duplicate(
          `spec.taints[${i}]`,
          printed(`core.Taint{Key:"${key}", Value:"${value}", Effect:"${effect}", TimeAdded:<nil>}`),
        ),
    ),
    ...cidrs.flatMap((cidr, i) => invalidCidr(`spec.podCIDRs[${i}]`, cidr)),
    ...quantityErrors(node),
  ];
}

function invalidCidr(field: string, cidr: string): readonly FieldError[] {
  return invalids(field, cidr, isValidCidr(cidr).length === 0 ? [] : ['must be valid CIDR']).map((error) => ({
    ...error,
    at: 'spec.podCIDR',
  }));
}

function quantityErrors(node: Draft<Node>): readonly FieldError[] {
  return (['capacity', 'allocatable'] as const).flatMap((list) =>
    Object.entries(node.status?.[list] ?? {}).flatMap(([name, amount]) => {
      const value = parseQuantity(amount ?? '');
      return value !== null && value < 0
        ? [invalid(`status.${list}[${name}]`, amount, 'must be greater than or equal to 0')]
        : [];
    }),
  );
}

export function validateNodeUpdate(next: Draft<Node>, old: Node): readonly FieldError[] {
  const before = old.spec.podCIDR ?? '';
  return before !== '' && next.spec?.podCIDR !== before
    ? [{ ...forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'), at: 'spec.podCIDR' }]
    : [];
}

export function validateConfigMap(configMap: Draft<ConfigMap>): readonly FieldError[] {
  const { data = {}, binaryData = {} } = configMap;
  return [
    ...Object.keys(data).flatMap((key) => [
      ...invalids(`data[${key}]`, key, isConfigMapKey(key)),
      ...(Object.hasOwn(binaryData, key) ? [invalid(`data[${key}]`, key, `duplicate of key present in binaryData`)] : []),
    ]),
    ...Object.keys(binaryData).flatMap((key) => invalids(`binaryData[${key}]`, key, isConfigMapKey(key))),
  ];
}

export function validateConfigMapUpdate(next: Draft<ConfigMap>, old: ConfigMap): readonly FieldError[] {
  if (old.immutable !== true) return [];
  const errors = next.immutable === true ? [] : [forbidden('immutable', 'field is immutable when `immutable` is set')];
  for (const key of ['data', 'binaryData'] as const) {
    if (!jsonEqual(next[key] ?? {}, old[key] ?? {})) errors.push(forbidden(key, 'field is immutable when `immutable` is set'));
  }
  return errors;
}

/** The CustomResourceDefinition asks for a range and reads no meaning into it. */
export function validateIPPool(pool: Draft<IPPool>): readonly FieldError[] {
  return pool.spec?.cidr === undefined ? [required('spec.cidr')] : [];
}
