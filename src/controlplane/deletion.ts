/**
 * How long a delete takes (apiserver registry/rest/delete.go, pkg/registry/core/pod strategy CheckGracefulDelete,
 * NamespaceLifecycle admission).
 */
import type { KubeObject } from '../api/kinds.ts';
import type { Pod } from '../api/types/pod.ts';
import type { DeleteOptions } from '../api/watch.ts';

const IMMORTAL_NAMESPACES: readonly string[] = ['default', 'kube-system', 'kube-public'];

/** `seconds` until removal, null when the delete changes nothing; `waits` when something else must happen first. */
export interface Removal {
  readonly seconds: number | null;
  readonly waits: boolean;
}

/** The grace a delete of `object` gets, or why it is refused. */
export function gracePeriodOf(object: KubeObject, options: DeleteOptions): Removal | { readonly refused: string } {
  const finalizers = (object.metadata.finalizers ?? []).length > 0;
  switch (object.kind) {
    case 'Pod':
      return { seconds: podGrace(object, options.gracePeriodSeconds), waits: finalizers };
    case 'Namespace':
      if (IMMORTAL_NAMESPACES.includes(object.metadata.name)) return { refused: 'this namespace may not be deleted' };
      return { seconds: object.metadata.deletionTimestamp === undefined ? 0 : null, waits: true };
    default:
      return { seconds: finalizers && object.metadata.deletionTimestamp !== undefined ? null : 0, waits: finalizers };
  }
}

/** A Pod that never ran anywhere, or has ended, goes at once; a second delete can only shorten the wait. */
function podGrace(pod: Pod, asked: number | undefined): number | null {
  const ended = pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
  if ((pod.spec.nodeName ?? '') === '' || ended) return 0;
  const seconds = Math.max(0, asked ?? pod.spec.terminationGracePeriodSeconds);
  const current = pod.metadata.deletionGracePeriodSeconds;
  return pod.metadata.deletionTimestamp !== undefined && current !== undefined && seconds >= current && seconds > 0
    ? null
    : seconds;
}
