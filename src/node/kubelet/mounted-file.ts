/**
 * A file that a container has from a ConfigMap volume, as it is now (pkg/volume/configmap; the kubelet writes changes into running Pods).
 *
 * Simplification: a change is there at once, not after the kubelet's sync period; `subPath` is not minded.
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
  return configMap?.data?.[keyOf(source, path.slice(slash + 1))] ?? null;
}

/** Which entry of the ConfigMap is the file: where `items` are given, the one of that path. */
function keyOf(source: unknown, file: string): string {
  const items: unknown = typeof source === 'object' && source !== null && 'items' in source ? source.items : null;
  if (!Array.isArray(items)) return file;
  const item = (items as readonly { readonly key?: string; readonly path?: string }[]).find(({ path }) => path === file);
  return item?.key ?? '';
}
