/**
 * A node without a network plugin: /etc/cni/net.d is empty. Pods with a namespace of their own wait for ever, as on a cluster
 * on which `kubectl apply -f kube-flannel.yml` was forgotten; hostNetwork Pods run.
 */
import { err, ok, type Result } from '../../lib/result.ts';
import type { PluginFailure } from '../runtime/words.ts';
import type { Network } from './network.ts';
import type { CniPlugin, CniResult } from './plugin.ts';

/** What the runtime finds while /etc/cni/net.d is empty (libcni LoadConfList). */
export const NO_CONFIG: PluginFailure = { type: '', network: '', message: 'no networks found in /etc/cni/net.d' };

export function noCni(): CniPlugin {
  return {
    networkName: '',
    ready: false,
    setupNode: () => undefined,
    teardownNode: () => undefined,
    onReadyChange: () => undefined,
    cmdAdd: (): Result<CniResult, PluginFailure> => err(NO_CONFIG),
    cmdDel: () => ok(undefined),
    cmdCheck: () => err(NO_CONFIG),
  };
}

export const noNetwork: Network = { plugin: noCni, manifest: null };
