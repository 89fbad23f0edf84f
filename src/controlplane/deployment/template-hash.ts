/**
 * The name of a ReplicaSet's template: pod-template-hash (pkg/controller/controller_utils.go ComputeHash): FNV-1a of a dump of the
 * template, spelt with letters that make no words. Seen in every Pod's name.
 *
 * Simplification: hashed is the template's canonical JSON, not Go's spew dump, so the ten characters differ from a real cluster's.
 */
import { canonicalJson, jsonEqual } from '../../api/json.ts';
import type { PodTemplateSpec } from '../../api/types/pod.ts';
import { fnv32a, safeEncode } from '../../lib/hash.ts';

export const POD_TEMPLATE_HASH = 'pod-template-hash';

/** The hash; `collisionCount` makes another one when two templates clash. */
export function templateHash(template: PodTemplateSpec, collisionCount: number | undefined): string {
  const suffix = collisionCount === undefined ? '' : String(collisionCount);
  return safeEncode(String(fnv32a(canonicalJson(withoutHash(template)) + suffix)));
}

/** Equal but for the hash label. */
export function sameTemplate(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  return jsonEqual(withoutHash(a), withoutHash(b));
}

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const { [POD_TEMPLATE_HASH]: _, ...labels } = template.metadata?.labels ?? {};
  const { creationTimestamp: _created, ...metadata } = template.metadata ?? {};
  return { ...template, metadata: { ...metadata, labels } };
}
