/** How a stretch of the walk is called: machine and namespace, Pod, or the wire. */
import type { Translate } from '../chains/sentence.ts';
import type { JourneyGroup } from './groups.ts';

export function groupName({ kind, node, netns }: JourneyGroup, t: Translate): string {
  if (kind === 'wire') return t('journey.group.wire', {});
  if (kind === 'root') return t('journey.group.root', { node });
  return t('journey.group.pod', { pod: netns.slice(netns.indexOf('/') + 1) });
}
