/** flannel's networks: one for each backend. */
import type { Network } from '../network.ts';
import { withPortmap } from '../portmap/portmap.ts';
import { FlannelPlugin } from './flannel.ts';
import type { BackendType } from './lease.ts';
import { flannelManifest } from './manifest.ts';

export const flannelVxlan = flannel('vxlan');
export const flannelHostGw = flannel('host-gw');

function flannel(backend: BackendType): Network {
  return {
    plugin: ({ name, ip, kernel, cluster, client }) =>
      withPortmap(
        new FlannelPlugin({
          backend,
          nodeName: name,
          nodeIP: ip,
          network: cluster.clusterCIDR,
          kernel,
          api: client('flanneld'),
          hairpinMode: cluster.hairpin,
        }),
        kernel,
      ),
    manifest: flannelManifest(backend),
  };
}
