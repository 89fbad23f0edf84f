/** The networks that give Pods addresses from their Node's spec.podCIDR; the others keep ranges of their own. */
import type { NetworkName } from '../../node/cni/networks.ts';

const FROM_NODE_RANGE: readonly NetworkName[] = ['flannel-vxlan', 'flannel-host-gw', 'kindnet', 'bridge'];

export function usesNodeRange(cni: NetworkName): boolean {
  return FROM_NODE_RANGE.includes(cni);
}
