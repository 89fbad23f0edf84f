/** Weave Net. */
import type { Network } from '../network.ts';
import { withPortmap } from '../portmap/portmap.ts';
import { weaveManifest } from './manifest.ts';
import { WeavePlugin } from './weave.ts';

export const weave: Network = {
  plugin: ({ name, ip, kernel, cluster, client, peers }) =>
    withPortmap(
      new WeavePlugin({
        nodeName: name,
        nodeIP: ip,
        hairpinMode: cluster.hairpin,
        kernel,
        api: client('weave-net'),
        peers: peers('weave-net'),
      }),
      kernel,
    ),
  manifest: weaveManifest,
};
