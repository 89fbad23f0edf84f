/**
 * Selectors of a list request, parsed. Users' selectors are parsed (and refused) before they get here.
 */
import {
  parseFieldSelector,
  parseSelector,
  selectorFromLabelSelector,
  type FieldRequirement,
  type Selector,
} from '../api/selectors.ts';
import type { ListOptions } from '../api/watch.ts';
import { assert } from '../lib/assert.ts';

/** The label selector of a list; none selects everything. */
export function labelsOf({ labelSelector }: ListOptions): Selector {
  if (labelSelector === undefined) return [];
  if (typeof labelSelector !== 'string') return selectorFromLabelSelector(labelSelector);
  const parsed = parseSelector(labelSelector);
  assert(parsed.ok, `label selector ${labelSelector}`);
  return parsed.value;
}

/** The field selector of a list. */
export function fieldsOf({ fieldSelector }: ListOptions): readonly FieldRequirement[] {
  const parsed = parseFieldSelector(fieldSelector ?? '');
  assert(parsed.ok, `field selector ${fieldSelector ?? ''}`);
  return parsed.value;
}
