/**
 * The `bridge` plugin: a switch on the node, and per Pod a veth pair plugged into it (containernetworking/plugins v1
 * plugins/main/bridge/bridge.go, pkg/ip/link_linux.go SetupVeth, pkg/ipam/ipam_linux.go ConfigureIface).
 *
 * The pair is made in the Pod's namespace with its node end put straight into the node's, so both ends take the next free
 * index where they live. The bridge is made by the first ADD and never taken away. Seen with `bridge link`, `ip -d link show cni0`.
 * Simplification: no vlan, macspoofchk or mac/ips of runtimeConfig; IPv6 sysctls (accept_ra, accept_dad) are not modelled.
 */
import { cidrLength, cidrOf, type Cidr } from '../../../lib/cidr.ts';
import type { Provenance } from '../../../lib/provenance.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import type { NetDevice } from '../../../net/dev/device.ts';
import type { Kernel } from '../../../net/kernel.ts';
import type { Netns } from '../../../net/netns.ts';
import { setupIPMasq, teardownIPMasq } from '../ipmasq.ts';
import { broadcastOf, configureIface, DEFAULT_ROUTE, randomVethName, setupVeth, type VethPair } from '../iface.ts';
import { byPlugin, type CniContext, type CniResult, type CniRoute } from '../plugin.ts';
import type { Allocation, HostLocal } from '../host-local/host-local.ts';

/** The plugin's network configuration (NetConf). */
export interface BridgeConf {
  /** The device's name, `cni0`. */
  readonly bridge: string;
  readonly mtu: number;
  /** The bridge gets the gateway address of the Pods. */
  readonly isGateway: boolean;
  /** Pods' default route goes by the bridge; implies isGateway. */
  readonly isDefaultGateway: boolean;
  readonly hairpinMode: boolean;
  /** What Pods send out of their subnet gets the machine's address. */
  readonly ipMasq: boolean;
  /** The bridge hears every frame, in the place of hairpinMode. */
  readonly promiscMode: boolean;
  readonly ipam: HostLocal;
  /** Further routes of each Pod, by the gateway (`ipam.routes`). */
  readonly routes: readonly Cidr[];
}

export class BridgePlugin {
  readonly #kernel: Kernel;
  /** Who delegates to it: provenance names the plugin in the configuration (`flannel`). */
  readonly #actor: string;

  constructor(kernel: Kernel, actor: string) {
    this.#kernel = kernel;
    this.#actor = actor;
  }

  cmdAdd(conf: BridgeConf, context: CniContext): Result<CniResult, string> {
    if (conf.hairpinMode && conf.promiscMode) return err('cannot set hairpin mode and promiscuous mode at the same time.');
    const by = byPlugin(this.#actor, 'cmdAdd', context);
    const bridge = this.#ensureBridge(conf, by);
    if (!bridge.ok) return bridge;
    const veth = this.#plug(conf, context, by);
    if (!veth.ok) return veth;
    const allocation = conf.ipam.allocate(context.containerId, context.ifName);
    if (!allocation.ok) return allocation;
    const routes = routesOf(conf, allocation.value);
    const configured = this.#configure(conf, context, { allocation: allocation.value, routes, by });
    if (!configured.ok) {
      conf.ipam.release(context.containerId, context.ifName);
      return configured;
    }
    return ok(resultOf([bridge.value, veth.value.host, veth.value.container], context, allocation.value, routes));
  }

  /** Addresses back to IPAM, the Pod's device deleted, and with it the node's end. */
  cmdDel(conf: BridgeConf | null, context: CniContext): Result<void, string> {
    conf?.ipam.release(context.containerId, context.ifName);
    const device = context.netns.link(context.ifName);
    // Without the device nobody knows the address any more, and its rules stay.
    if (device === undefined) return ok(undefined);
    const by = byPlugin(this.#actor, 'cmdDel', context);
    const addresses = device.addresses.map(({ address }) => address);
    const deleted = context.netns.deleteLink(context.ifName, by);
    if (!deleted.ok || conf?.ipMasq !== true) return deleted;
    const { root } = this.#kernel;
    const pod = { network: conf.ipam.name, containerId: context.containerId };
    return firstFailure(addresses.map((address) => () => teardownIPMasq(root, address, pod, by)));
  }

  /** Compares what ADD made with what is there (cmdCheck, ValidateExpectedInterfaceIPs). */
  cmdCheck(conf: BridgeConf, context: CniContext): Result<void, string> {
    const address = conf.ipam.addressOf(context.containerId, context.ifName);
    if (address === null) return err(`host-local: Failed to find address added by container ${context.containerId}`);
    if (this.#kernel.root.link(conf.bridge) === undefined) return err(`failed to lookup "${conf.bridge}": Link not found`);
    const device = context.netns.link(context.ifName);
    if (device === undefined) return err(`interface ${context.ifName} missing in container`);
    const expected = cidrOf(address, cidrLength(conf.ipam.subnet));
    if (!device.addresses.some((entry) => entry.address === expected)) {
      return err(`Failed to match addr ${expected} on interface ${context.ifName}`);
    }
    return ok(undefined);
  }

  /** Finds or makes the bridge; a bridge of our making keeps its first MAC whatever is plugged in. */
  #ensureBridge(conf: BridgeConf, by: Provenance): Result<NetDevice, string> {
    const { root } = this.#kernel;
    const existing = root.link(conf.bridge);
    if (existing === undefined) {
      const added = root.addBridge({ name: conf.bridge, mac: this.#kernel.newMac(), mtu: conf.mtu }, by);
      if (!added.ok) return err(`could not add "${conf.bridge}": ${added.error}`);
    }
    const bridge = root.link(conf.bridge);
    if (bridge?.kind !== 'bridge') return err(`"${conf.bridge}" already exists but is not a bridge`);
    if (conf.promiscMode) root.setLink(conf.bridge, { promisc: true }, by);
    const up = bridge.up ? ok(undefined) : root.setLink(conf.bridge, { up: true }, by);
    return up.ok ? ok(bridge) : up;
  }

  /** The pair, its node end plugged in. */
  #plug(conf: BridgeConf, context: CniContext, by: Provenance): Result<VethPair, string> {
    const pair = setupVeth(context, { mtu: conf.mtu, root: this.#kernel.root, hostName: randomVethName(this.#kernel) }, by);
    if (!pair.ok) return pair;
    const { name } = pair.value.host;
    const joined = this.#kernel.root.setLink(name, { master: conf.bridge, hairpin: conf.hairpinMode }, by);
    return joined.ok ? pair : err(`failed to connect "${name}" to bridge ${conf.bridge}: ${joined.error}`);
  }

  #configure(
    conf: BridgeConf,
    context: CniContext,
    plan: { readonly allocation: Allocation; readonly routes: readonly CniRoute[]; readonly by: Provenance },
  ): Result<void, string> {
    const { netns, ifName } = context;
    netns.sysctl.set(`net.ipv4.conf.${ifName}.arp_notify`, '1');
    const iface = configureIface(netns, ifName, plan);
    if (!iface.ok) return iface;
    const { root } = this.#kernel;
    const { address } = plan.allocation;
    const pod = { network: conf.ipam.name, containerId: context.containerId };
    return firstFailure([
      () => (conf.isGateway || conf.isDefaultGateway ? this.#becomeGateway(conf, plan) : ok(undefined)),
      () => (conf.ipMasq ? setupIPMasq(root, address, pod, plan.by) : ok(undefined)),
    ]);
  }

  #becomeGateway(
    conf: BridgeConf,
    { allocation, by }: { readonly allocation: Allocation; readonly by: Provenance },
  ): Result<void, string> {
    const gateway = cidrOf(allocation.gateway, cidrLength(allocation.address));
    const addressed = ensureAddr(this.#kernel.root, conf.bridge, gateway, by);
    if (!addressed.ok) return err(`failed to set bridge addr: ${addressed.error}`);
    return this.#kernel.root.sysctl.set('net.ipv4.ip_forward', '1');
  }
}

function firstFailure(steps: readonly (() => Result<void, string>)[]): Result<void, string> {
  for (const step of steps) {
    const done = step();
    if (!done.ok) return done;
  }
  return ok(undefined);
}

/** The routes of the Result: default by the bridge, then those of the configuration. */
function routesOf(conf: BridgeConf, { gateway }: Allocation): readonly CniRoute[] {
  const further = conf.routes.map((dst) => ({ dst, gw: gateway }));
  return conf.isDefaultGateway ? [{ dst: DEFAULT_ROUTE, gw: gateway }, ...further] : further;
}

/** Gives the bridge its gateway address, once. */
function ensureAddr(root: Netns, bridge: string, address: Cidr, by: Provenance): Result<void, string> {
  const present = root.link(bridge)?.addresses ?? [];
  if (present.some((entry) => entry.address === address)) return ok(undefined);
  if (present.length > 0) return err(`"${bridge}" already has an IP address different from ${address}`);
  return root.addAddress(bridge, address, { broadcast: broadcastOf(address) }, by);
}

function resultOf(
  [bridge, host, container]: readonly [NetDevice, NetDevice, NetDevice],
  { netns }: CniContext,
  { address, gateway }: Allocation,
  routes: readonly CniRoute[],
): CniResult {
  return {
    interfaces: [
      { name: bridge.name, mac: bridge.mac, sandbox: null },
      { name: host.name, mac: host.mac, sandbox: null },
      { name: container.name, mac: container.mac, sandbox: netns.name },
    ],
    ips: [{ interface: 2, address, gateway }],
    routes,
  };
}
