/** Calico as a cluster's network, by what its manifest asks of the default pool. */
import type { Network } from '../network.ts';
import { withBandwidth } from '../bandwidth/bandwidth.ts';
import { withPortmap } from '../portmap/portmap.ts';
import { CalicoPlugin } from './calico.ts';
import type { DefaultPoolModes } from './calico-node.ts';
import { calicoManifest } from './manifest.ts';

function calico(modes: DefaultPoolModes): Network {
  return {
    plugin: ({ name, ip, kernel, cluster, client }) =>
      withBandwidth(
        withPortmap(
          new CalicoPlugin({
            nodeName: name,
            nodeIP: ip,
            clusterCIDR: cluster.clusterCIDR,
            modes,
            kernel,
            api: client(`calico-node ${name}`),
            policy: cluster.networkPolicy,
          }),
          kernel,
        ),
        kernel,
      ),
    manifest: calicoManifest(modes),
  };
}

export const calicoBgp = calico({ ipipMode: 'Never', vxlanMode: 'Never' });
export const calicoIpip = calico({ ipipMode: 'Always', vxlanMode: 'Never' });
export const calicoCrossSubnet = calico({ ipipMode: 'CrossSubnet', vxlanMode: 'Never' });
export const calicoVxlan = calico({ ipipMode: 'Never', vxlanMode: 'Always' });
