/**
 * The `ptp` plugin: a veth pair per Pod and no switch; the node routes to each Pod (containernetworking/plugins v1
 * plugins/main/ptp/ptp.go setupContainerVeth, setupHostVeth).
 *
 * Every node end has the same gateway address as /32, and a route of scope host leads to its Pod. In the Pod the connected route is
 * replaced by one through the gateway, so even Pods of one node are a routing step apart. Seen with `ip route` on both sides.
 */
import { cidrAddress, cidrLength, cidrOf, networkCidr, type Cidr } from '../../../lib/cidr.ts';
import type { Provenance } from '../../../lib/provenance.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import type { Kernel } from '../../../net/kernel.ts';
import type { Netns } from '../../../net/netns.ts';
import type { Allocation, HostLocal } from '../host-local/host-local.ts';
import { setupIPMasq, teardownIPMasq } from '../ipmasq.ts';
import { configureIface, randomVethName, setupVeth, type VethPair } from '../iface.ts';
import { byPlugin, type CniContext, type CniResult, type CniRoute } from '../plugin.ts';

/** The plugin's network configuration (NetConf). */
export interface PtpConf {
  readonly mtu: number;
  /** What Pods send out of their subnet gets the machine's address. */
  readonly ipMasq: boolean;
  readonly ipam: HostLocal;
  /** `ipam.routes`, by the gateway: `0.0.0.0/0`. */
  readonly routes: readonly Cidr[];
}

export class PtpPlugin {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  cmdAdd(conf: PtpConf, context: CniContext): Result<CniResult, string> {
    const by = byPlugin('ptp', 'cmdAdd', context);
    const allocation = conf.ipam.allocate(context.containerId, context.ifName);
    if (!allocation.ok) return allocation;
    const routes = conf.routes.map((dst) => ({ dst, gw: allocation.value.gateway }));
    const pair = this.#connect(conf, context, { allocation: allocation.value, routes, by });
    if (!pair.ok) {
      conf.ipam.release(context.containerId, context.ifName);
      return pair;
    }
    return ok(resultOf(pair.value, context, allocation.value, routes));
  }

  /** Address back to IPAM, the Pod's device deleted, and with it the node's end and the route. */
  cmdDel(conf: PtpConf | null, context: CniContext): Result<void, string> {
    conf?.ipam.release(context.containerId, context.ifName);
    const device = context.netns.link(context.ifName);
    if (device === undefined) return ok(undefined);
    const by = byPlugin('ptp', 'cmdDel', context);
    const addresses = device.addresses.map(({ address }) => address);
    const deleted = context.netns.deleteLink(context.ifName, by);
    if (!deleted.ok || conf?.ipMasq !== true) return deleted;
    const pod = { network: conf.ipam.name, containerId: context.containerId };
    for (const address of addresses) {
      const removed = teardownIPMasq(this.#kernel.root, address, pod, by);
      if (!removed.ok) return removed;
    }
    return ok(undefined);
  }

  /** Compares what ADD made in the Pod with what is there. */
  cmdCheck(conf: PtpConf, { containerId, ifName, netns }: CniContext): Result<void, string> {
    const address = conf.ipam.addressOf(containerId, ifName);
    if (address === null) return err(`host-local: Failed to find address added by container ${containerId}`);
    const device = netns.link(ifName);
    if (device === undefined) return err(`ptp: Container Interface name in prevResult: ${ifName} not found`);
    const expected = cidrOf(address, cidrLength(conf.ipam.subnet));
    if (device.addresses.some((entry) => entry.address === expected)) return ok(undefined);
    return err(`Failed to match addr ${expected} on interface ${ifName}`);
  }

  #connect(conf: PtpConf, context: CniContext, plan: Plan): Result<VethPair, string> {
    const { root } = this.#kernel;
    const forwarding = root.sysctl.set('net.ipv4.ip_forward', '1');
    if (!forwarding.ok) return err(`Could not enable IP forwarding: ${forwarding.error}`);
    const pair = setupVeth(context, { mtu: conf.mtu, root, hostName: randomVethName(this.#kernel) }, plan.by);
    if (!pair.ok) return pair;
    const inside = setupContainerVeth(context, plan);
    if (!inside.ok) return inside;
    const outside = setupHostVeth(root, pair.value.host.name, plan);
    if (!outside.ok) return outside;
    if (!conf.ipMasq) return pair;
    const pod = { network: conf.ipam.name, containerId: context.containerId };
    const masqueraded = setupIPMasq(root, plan.allocation.address, pod, plan.by);
    return masqueraded.ok ? pair : masqueraded;
  }
}

interface Plan {
  readonly allocation: Allocation;
  readonly routes: readonly CniRoute[];
  readonly by: Provenance;
}

/** The Pod's side: nothing is on the link but the gateway. */
function setupContainerVeth({ netns, ifName: dev }: CniContext, plan: Plan): Result<void, string> {
  const configured = configureIface(netns, dev, plan);
  if (!configured.ok) return configured;
  const { address, gateway } = plan.allocation;
  const subnet = networkCidr(address);
  const src = cidrAddress(address);
  const removed = netns.deleteRoute({ dst: subnet, dev });
  if (!removed.ok) return err(`failed to delete route ${subnet}: ${removed.error}`);
  for (const route of [
    { dst: cidrOf(gateway, 32), dev, scope: 'link', src },
    { dst: subnet, via: gateway, dev, src },
  ] as const) {
    const added = netns.addRoute(route, plan.by);
    if (!added.ok) return err(`failed to add route ${route.dst}: ${added.error}`);
  }
  return ok(undefined);
}

/** The node's side: the gateway's address on this end, too, and the way to the Pod. */
function setupHostVeth(root: Netns, dev: string, { allocation, by }: Plan): Result<void, string> {
  const added = root.addAddress(dev, cidrOf(allocation.gateway, 32), {}, by);
  if (!added.ok) return err(`failed to add IP addr (${allocation.gateway}/32) to veth: ${added.error}`);
  const route = root.addRoute({ dst: cidrOf(cidrAddress(allocation.address), 32), dev, scope: 'host' }, by);
  return route.ok || route.error.endsWith('File exists') ? ok(undefined) : err(`failed to add route on host: ${route.error}`);
}

function resultOf(
  { host, container }: VethPair,
  { netns }: CniContext,
  { address, gateway }: Allocation,
  routes: readonly CniRoute[],
): CniResult {
  return {
    interfaces: [
      { name: host.name, mac: host.mac, sandbox: null },
      { name: container.name, mac: container.mac, sandbox: netns.name },
    ],
    ips: [{ interface: 1, address, gateway }],
    routes,
  };
}
