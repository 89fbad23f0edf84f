/**
 * The `portmap` plugin, chained behind the one that connects the Pod: a port of the machine for a port of the Pod (hostPort), by nat rules
 * alone, so nothing listens (containernetworking/plugins plugins/meta/portmap/main.go, portmap.go). Seen with `iptables -t nat -S`.
 */
import { assertExists } from '../../../lib/assert.ts';
import { cidrAddress, type Cidr } from '../../../lib/cidr.ts';
import type { Provenance } from '../../../lib/provenance.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import type { Kernel } from '../../../net/kernel.ts';
import type { PluginFailure } from '../../runtime/words.ts';
import { chained, type MetaPlugin } from '../chained.ts';
import { byPlugin, type CniContext, type CniPlugin, type CniResult } from '../plugin.ts';
import { dnatChain, dnatRules, entryRules, SHARED_CHAINS, SHARED_RULES, type HostPorts } from './rules.ts';

/** The plugin of a list that ends in portmap. */
export function withPortmap(plugin: CniPlugin, kernel: Kernel): CniPlugin {
  return chained(plugin, new Portmap(kernel, plugin.networkName));
}

class Portmap implements MetaPlugin {
  readonly mapsPorts = true;
  readonly #kernel: Kernel;
  readonly #network: string;

  constructor(kernel: Kernel, network: string) {
    this.#kernel = kernel;
    this.#network = network;
  }

  /** Writes what is missing of the shared rules, then the Pod's own (forwardPorts). */
  cmdAdd(context: CniContext, previous: CniResult): Result<CniResult, PluginFailure> {
    if (context.portMappings.length === 0) return ok(previous);
    const { address } = assertExists(previous.ips[0], 'the plugin before gave an address');
    const ports = this.#ports(context, address);
    const by = byPlugin('portmap', 'cmdAdd', context);
    this.#letLoopbackIn(address);
    const shared = SHARED_RULES.filter(({ rule }) => !this.#has(rule)).map(({ rule, first }) =>
      first ? rule.replace('-A ', '-I ') : rule,
    );
    const chains = [...SHARED_CHAINS.filter((chain) => this.#rulesOf(chain) === null), dnatChain(ports)];
    const written = this.#restore(chains, [...shared, ...entryRules(ports), ...dnatRules(ports)], by);
    if (!written.ok) return written;
    this.#forgetUdp(context);
    return ok(previous);
  }

  /** Takes the Pod's chain and the jumps to it away; what is shared stays (unforwardPorts). */
  cmdDel(context: CniContext): void {
    const chain = dnatChain({ network: this.#network, containerId: context.containerId });
    if (this.#rulesOf(chain) === null) return;
    const jumps = (this.#rulesOf('CNI-HOSTPORT-DNAT') ?? []).filter((rule) => rule.endsWith(`-j ${chain}`));
    const removed = [...jumps.map((rule) => rule.replace('-A ', '-D ')), `-F ${chain}`, `-X ${chain}`];
    this.#restore([], removed, byPlugin('portmap', 'cmdDel', context));
  }

  cmdCheck(context: CniContext): Result<void, PluginFailure> {
    const chain = dnatChain({ network: this.#network, containerId: context.containerId });
    if (context.portMappings.length === 0 || this.#rulesOf(chain) !== null) return ok(undefined);
    return this.#failure(`Cannot find chain ${chain} in table nat`);
  }

  #ports({ containerId, portMappings }: CniContext, address: Cidr): HostPorts {
    return { network: this.#network, containerId, address, mappings: portMappings };
  }

  /** 127.0.0.1 is a source that only route_localnet lets out, here by the device that leads to the Pod (enableLocalnetRouting). */
  #letLoopbackIn(address: Cidr): void {
    const { root } = this.#kernel;
    const dev = root.fib.lookup(cidrAddress(address), null)?.dev ?? null;
    if (dev !== null) root.sysctl.set(`net.ipv4.conf.${dev}.route_localnet`, '1');
  }

  /** A client that keeps its port would go on talking to nobody (deletePortmapStaleConnections). */
  #forgetUdp({ portMappings }: CniContext): void {
    const ports = new Set(portMappings.filter(({ protocol }) => protocol === 'udp').map(({ hostPort }) => hostPort));
    if (ports.size === 0) return;
    this.#kernel.root.netfilter.conntrack.delete(({ original }) => original.protocol === 'udp' && ports.has(original.dport));
    this.#kernel.root.touch();
  }

  #rulesOf(chain: string): readonly string[] | null {
    return this.#kernel.root.netfilter.ruleset.nat.chains.get(chain)?.rules.map(({ text }) => text) ?? null;
  }

  #has(rule: string): boolean {
    return (this.#rulesOf(rule.split(' ')[1] ?? '') ?? []).includes(rule);
  }

  #restore(chains: readonly string[], rules: readonly string[], by: Provenance): Result<void, PluginFailure> {
    const text = ['*nat', ...chains.map((chain) => `:${chain} - [0:0]`), ...rules, 'COMMIT', ''].join('\n');
    const done = this.#kernel.root.netfilter.restore(text, { noflush: true, counters: false, by });
    return done.ok
      ? ok(undefined)
      : this.#failure(`unable to create chain: ${done.error.map((error) => error.text).join('; ')}`);
  }

  #failure(message: string): Result<never, PluginFailure> {
    return err({ type: 'portmap', network: this.#network, message });
  }
}
