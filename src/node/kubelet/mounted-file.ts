/**
 * A file that a container has from a ConfigMap volume, as it is now (pkg/volume/configmap; the kubelet writes changes into running Pods).
 *
 * Simplification: a change is there at once, not after the kubelet's sync period; `items` and `subPath` are not minded.
 */
import type { Container } from '../../api/types/container.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { ApiClient } from '../../api/watch.ts';

/** The text at `path` in the container; null where no ConfigMap is mounted there. */
export function mountedFile(api: Pick<ApiClient, 'get'>, pod: Pod, container: Container, path: string): string | null {
  const slash = path.lastIndexOf('/');
  const mount = container.volumeMounts?.find(({ mountPath }) => mountPath.replace(/\/$/, '') === path.slice(0, slash));
  const source = pod.spec.volumes?.find(({ name }) => name === mount?.name)?.['configMap'];
  const name = typeof source === 'object' && source !== null && 'name' in source ? String(source.name) : null;
  const configMap = name === null ? null : api.get('ConfigMap', pod.metadata.namespace, name);
  return configMap?.data?.[path.slice(slash + 1)] ?? null;
}
