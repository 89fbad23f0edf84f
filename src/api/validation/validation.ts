/**
 * Validation by kind: every problem of a defaulted object, and of the change from one state to the next.
 */
import type { FieldError } from '../field-error.ts';
import type { Draft } from '../json.ts';
import { KINDS, type Kind, type KindMap } from '../kinds.ts';
import { validateConfigMap, validateConfigMapUpdate, validateIPPool, validateNode, validateNodeUpdate } from './cluster.ts';
import { validateEndpoints, validateEndpointSlice, validateEndpointSliceUpdate } from './endpoints.ts';
import { validateMeta } from './meta.ts';
import { isDns1035Label, isDns1123Label, isDns1123Subdomain } from './names.ts';
import { validatePod, validatePodUpdate } from './pod.ts';
import { validateService, validateServiceUpdate } from './service.ts';
import {
  validateDaemonSet,
  validateDeployment,
  validateReplicaSet,
  validateSelectorUpdate,
  validateStatefulSet,
  validateStatefulSetUpdate,
} from './workload.ts';

interface Validator<K extends Kind> {
  /** Format of the kind's names. */
  readonly name: (name: string) => readonly string[];
  readonly validate: (object: Draft<KindMap[K]>) => readonly FieldError[];
  readonly update: (next: Draft<KindMap[K]>, old: KindMap[K]) => readonly FieldError[];
}

function nothing(): readonly FieldError[] {
  return [];
}

const VALIDATORS: { readonly [K in Kind]: Validator<K> } = {
  ConfigMap: { name: isDns1123Subdomain, validate: validateConfigMap, update: validateConfigMapUpdate },
  DaemonSet: { name: isDns1123Subdomain, validate: validateDaemonSet, update: validateSelectorUpdate },
  Deployment: { name: isDns1123Subdomain, validate: validateDeployment, update: validateSelectorUpdate },
  Endpoints: { name: isDns1123Subdomain, validate: validateEndpoints, update: nothing },
  EndpointSlice: { name: isDns1123Subdomain, validate: validateEndpointSlice, update: validateEndpointSliceUpdate },
  Event: { name: isDns1123Subdomain, validate: nothing, update: nothing },
  BlockAffinity: { name: isDns1123Subdomain, validate: nothing, update: nothing },
  IPAMBlock: { name: isDns1123Subdomain, validate: nothing, update: nothing },
  IPAMConfig: { name: isDns1123Subdomain, validate: nothing, update: nothing },
  IPPool: { name: isDns1123Subdomain, validate: validateIPPool, update: nothing },
  Namespace: { name: isDns1123Label, validate: nothing, update: nothing },
  Node: { name: isDns1123Subdomain, validate: validateNode, update: validateNodeUpdate },
  Pod: { name: isDns1123Subdomain, validate: validatePod, update: validatePodUpdate },
  ReplicaSet: { name: isDns1123Subdomain, validate: validateReplicaSet, update: validateSelectorUpdate },
  Service: { name: isDns1035Label, validate: validateService, update: validateServiceUpdate },
  StatefulSet: { name: isDns1123Subdomain, validate: validateStatefulSet, update: validateStatefulSetUpdate },
};

/** All problems of a defaulted object. */
export function validateObject<K extends Kind>(kind: K, object: KindMap[K]): readonly FieldError[] {
  const validator: Validator<K> = VALIDATORS[kind];
  const draft = object as unknown as Draft<KindMap[K]>;
  return [
    ...validateMeta(draft.metadata ?? {}, { namespaced: KINDS[kind].namespaced, name: validator.name }),
    ...validator.validate(draft),
  ];
}

/** What the change from `old` to `next` must not do. */
export function validateObjectUpdate<K extends Kind>(kind: K, next: KindMap[K], old: KindMap[K]): readonly FieldError[] {
  const validator: Validator<K> = VALIDATORS[kind];
  return validator.update(next as unknown as Draft<KindMap[K]>, old);
}
