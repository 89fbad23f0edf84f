/** kind's network. */
import type { Network } from '../network.ts';
import { withPortmap } from '../portmap/portmap.ts';
import { KindnetPlugin } from './kindnet.ts';
import { kindnetManifest } from './manifest.ts';

export const kindnet: Network = {
  plugin: ({ name, ip, kernel, cluster, client }) =>
    withPortmap(
      new KindnetPlugin({ nodeName: name, nodeIP: ip, podSubnet: cluster.clusterCIDR, kernel, api: client('kindnetd') }),
      kernel,
    ),
  manifest: kindnetManifest,
};
