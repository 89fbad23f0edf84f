/** Pods on a bridge, routes between the nodes, and nothing else. */
import type { Network } from '../network.ts';
import { KubenetPlugin } from './kubenet.ts';

export const plainBridge: Network = {
  plugin: ({ name, ip, kernel, cluster, client }) =>
    new KubenetPlugin({
      nodeName: name,
      nodeIP: ip,
      clusterCIDR: cluster.clusterCIDR,
      hairpinMode: cluster.hairpin,
      kernel,
      api: client('route-controller'),
    }),
  manifest: null,
};
