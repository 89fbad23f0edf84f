/** Which glyph stands for a kind of object or device. */
import type { IconName } from '../kit/Icon.tsx';
import type { LinkView } from '../store/views.ts';

export function objectIcon(kind: string): IconName {
  switch (kind) {
    case 'Pod':
      return 'pod';
    case 'Node':
      return 'node';
    case 'Service':
    case 'Endpoints':
    case 'EndpointSlice':
      return 'service';
    case 'Namespace':
      return 'netns';
    default:
      return 'layers';
  }
}

export function linkIcon(kind: LinkView['kind']): IconName {
  switch (kind) {
    case 'veth':
      return 'veth';
    case 'bridge':
      return 'bridge';
    case 'vxlan':
    case 'ipip':
      return 'vxlan';
    case 'loopback':
      return 'loopback';
    default:
      return 'nic';
  }
}
