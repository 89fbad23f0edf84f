/**
 * The `bandwidth` plugin, chained behind the one that connects the Pod: what goes to the Pod waits in a token bucket on the node's end of
 * its cable; what comes from it is redirected to a device of its own, an ifb, and waits there (containernetworking/plugins
 * plugins/meta/bandwidth/main.go, ifb_creator.go). Seen with `tc qdisc show` and `tc filter show dev veth0 ingress`.
 */
import { hexSha512 } from '../../../lib/hash.ts';
import { ok, err, type Result } from '../../../lib/result.ts';
import { TICKS_PER_US, type Tbf } from '../../../net/dev/tbf.ts';
import type { Kernel } from '../../../net/kernel.ts';
import type { PluginFailure } from '../../runtime/words.ts';
import { chained, type MetaPlugin } from '../chained.ts';
import { byPlugin, type CniContext, type CniPlugin, type CniResult } from '../plugin.ts';

/** IFNAMSIZ less one. */
const NAME_LENGTH = 15;
const LATENCY_US = 25_000;
const US_PER_S = 1_000_000;
const U32 = 2 ** 32;

/** The plugin of a list that ends in bandwidth. */
export function withBandwidth(plugin: CniPlugin, kernel: Kernel): CniPlugin {
  return chained(plugin, new BandwidthPlugin(kernel, plugin.networkName));
}

class BandwidthPlugin implements MetaPlugin {
  readonly #kernel: Kernel;
  readonly #network: string;

  constructor(kernel: Kernel, network: string) {
    this.#kernel = kernel;
    this.#network = network;
  }

  cmdAdd(context: CniContext, previous: CniResult): Result<CniResult, PluginFailure> {
    const { ingressRate, egressRate, burstBits } = context.bandwidth;
    if (ingressRate === null && egressRate === null) return ok(previous);
    const { root } = this.#kernel;
    const by = byPlugin('bandwidth', 'cmdAdd', context);
    const host = context.netns.link(context.ifName)?.peerView?.name ?? null;
    const device = host === null ? undefined : root.link(host);
    if (host === null || device === undefined) return this.#failure('no veth peer of container interface found in host ns');
    if (ingressRate !== null) root.setLink(host, { tbf: tbfOf(ingressRate, burstBits) }, by);
    if (egressRate === null) return ok(previous);
    const name = this.#ifbName(context);
    const made = root.addIfb({ name, mtu: device.mtu }, by);
    if (!made.ok) return this.#failure(`adding link: ${made.error}`);
    root.setLink(name, { up: true, tbf: tbfOf(egressRate, burstBits) }, by);
    root.setLink(host, { redirect: name }, by);
    const mac = root.link(name)?.mac;
    const added = mac === undefined ? [] : [{ name, mac, sandbox: null }];
    return ok({ ...previous, interfaces: [...previous.interfaces, ...added] });
  }

  /** The bucket on the cable's end goes with the cable. */
  cmdDel(context: CniContext): void {
    const name = this.#ifbName(context);
    if (this.#kernel.root.link(name) !== undefined)
      this.#kernel.root.deleteLink(name, byPlugin('bandwidth', 'cmdDel', context));
  }

  /** utils.MustFormatHashWithPrefix: as much of the hash as the name has room for. */
  #ifbName({ containerId }: CniContext): string {
    return `bwp${hexSha512(`${this.#network}${containerId}`)}`.slice(0, NAME_LENGTH);
  }

  #failure(message: string): Result<never, PluginFailure> {
    return err({ type: 'bandwidth', network: this.#network, message });
  }
}

/**
 * createTBF, with the plugin's own arithmetic in 32 bits: of the burst that runtimes pass, which means no limit, not all is left.
 */
export function tbfOf(rateBits: number, burstBits: number): Tbf {
  const rateBytes = Math.floor(rateBits / 8);
  const burstBytes = Math.floor(burstBits / 8);
  const bufferUs = Math.floor((burstBytes * US_PER_S) / rateBytes) % U32;
  return {
    rateBytes,
    bufferTicks: Math.floor(bufferUs * TICKS_PER_US) % U32,
    limitBytes: (Math.floor((rateBytes * LATENCY_US) / US_PER_S) + burstBytes) % U32,
  };
}
