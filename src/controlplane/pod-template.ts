/**
 * Pods from a workload's template (pkg/controller/controller_utils.go GetPodFromTemplate).
 */
import type { OwnerReference } from '../api/types/meta.ts';
import type { Pod, PodTemplateSpec } from '../api/types/pod.ts';
import type { KubeObject } from '../api/kinds.ts';
import type { ObjectInput } from '../api/watch.ts';

/** The owner reference of a managing controller. */
export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** A new Pod of `owner`, named by the API server. */
export function podFromTemplate(
  owner: KubeObject & { readonly metadata: { readonly namespace: string } },
  template: PodTemplateSpec,
): ObjectInput<Pod> {
  const { name, namespace } = owner.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: { ...template.metadata?.labels },
      ...(template.metadata?.annotations === undefined ? {} : { annotations: { ...template.metadata.annotations } }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: template.spec,
  };
}
