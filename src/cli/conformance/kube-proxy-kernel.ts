/**
 * A node as the recordings of kube-proxy's rules were made on: a kernel with loopback and one device that has the node's
 * address, and kube-proxy alone on it.
 */
import type { EndpointSlice } from '../../api/types/endpointslice.ts';
import type { Service } from '../../api/types/service.ts';
import { assert } from '../../lib/assert.ts';
import { cidrOf } from '../../lib/cidr.ts';
import { ok, type Result } from '../../lib/result.ts';
import { createRng } from '../../lib/rng.ts';
import { Kernel } from '../../net/kernel.ts';
import type { KubeProxyConfig } from '../../node/proxy/config.ts';
import { IptablesMode } from '../../node/proxy/iptables-mode.ts';
import { isProxied } from '../../node/proxy/kube-proxy.ts';
import { NetnsIptablesPort } from '../../node/proxy/netns-port.ts';
import { Sim } from '../../sim/sim.ts';

const RECORDER = { actor: 'user', action: 'ip', object: null };

/** `iptables-save` lines of nat and filter once kube-proxy has synced the objects; the error is what a tool printed. */
export function savedRules(
  config: KubeProxyConfig,
  objects: readonly (Service | EndpointSlice)[],
): Result<Readonly<Record<'nat' | 'filter', readonly string[]>>, string> {
  const sim = new Sim(createRng(1));
  const { root } = new Kernel(config.hostname, sim, RECORDER);
  const made = root.addDummy({ name: 'eth0' }, RECORDER);
  const addressed = root.addAddress('eth0', cidrOf(config.nodeIP, 24), {}, RECORDER);
  assert(made.ok && addressed.ok, 'a fresh kernel takes a device and its address');
  const proxy = new IptablesMode(config, new NetnsIptablesPort(root), () => sim.now);
  proxy.init();
  for (const object of objects.filter(isProxied)) {
    if (object.kind === 'Service') proxy.onServiceAdd(object);
    else proxy.onEndpointSliceAdd(object);
  }
  const synced = proxy.sync();
  if (!synced.ok) return synced;
  const lines = (table: 'nat' | 'filter'): string[] => root.netfilter.save(table, { counters: false }).trimEnd().split('\n');
  return ok({ nat: lines('nat'), filter: lines('filter') });
}
