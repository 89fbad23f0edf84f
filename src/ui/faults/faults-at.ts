/** Which faults belong to a thing: those on it, and on a machine those of all that is on it. */
import type { ClusterSnapshot, FaultView, Ref } from '../../cluster/snapshot.ts';
import { refKey } from '../topology/scene/ref-key.ts';

export function activeFaults({ faults }: ClusterSnapshot): readonly FaultView[] {
  return faults.filter(({ active }) => active);
}

export function faultsAt(snapshot: ClusterSnapshot, ref: Ref): readonly FaultView[] {
  return activeFaults(snapshot).filter(({ at }) => at.some((each) => belongs(each, ref)));
}

function belongs(broken: Ref, shown: Ref): boolean {
  if (refKey(broken) === refKey(shown)) return true;
  if (shown.kind === 'node' && 'node' in broken) return broken.node === shown.node;
  if (shown.kind === 'netns' && 'netns' in broken) return broken.node === shown.node && broken.netns === shown.netns;
  if (shown.kind === 'object' && 'netns' in broken) return shown.key === `Pod ${broken.netns}`;
  return false;
}
