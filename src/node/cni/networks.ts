/** The container networks there are, by the name a scenario gives in `cluster.cni`. */
import { plainBridge } from './bridge/network.ts';
import { calicoBgp, calicoCrossSubnet, calicoIpip, calicoVxlan } from './calico/network.ts';
import { flannelHostGw, flannelVxlan } from './flannel/network.ts';
import { kindnet } from './kindnet/network.ts';
import type { Network } from './network.ts';
import { noNetwork } from './none.ts';
import { weave } from './weave/network.ts';

export const NETWORK_NAMES = [
  'flannel-vxlan',
  'flannel-host-gw',
  'kindnet',
  'bridge',
  'weave',
  'calico-bgp',
  'calico-ipip',
  'calico-crosssubnet',
  'calico-vxlan',
  'none',
] as const;

export type NetworkName = (typeof NETWORK_NAMES)[number];

const NETWORKS: Readonly<Record<NetworkName, Network>> = {
  'flannel-vxlan': flannelVxlan,
  'flannel-host-gw': flannelHostGw,
  kindnet,
  bridge: plainBridge,
  weave,
  'calico-bgp': calicoBgp,
  'calico-ipip': calicoIpip,
  'calico-crosssubnet': calicoCrossSubnet,
  'calico-vxlan': calicoVxlan,
  none: noNetwork,
};

export function networkOf(name: NetworkName): Network {
  return NETWORKS[name];
}
