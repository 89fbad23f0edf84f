/**
 * The plain network: `bridge` with `host-local` of the node's podCIDR, as kubenet set it up (pkg/kubelet/dockershim/network/kubenet
 * kubenet_linux.go): bridge cbr0, network `kubenet`, ipMasq off, so Pods of other nodes see a Pod's own address; one masquerade rule for
 * what leaves for addresses that are no cluster's. No daemon runs for it, and no Pod.
 *
 * The way to other nodes' Pods is a route by node address, as a cloud's route controller makes (cloud-provider controllers/route).
 * Simplification: the routes that a cloud keeps in its fabric are on the nodes themselves here.
 * Simplification: hairpin mode of the ports stands for kubenet's promiscuous bridge, so there is no ebtables chain KUBE-DEDUP.
 * Simplification: without the `portmap` plugin, which kubenet had built in, hostPort does nothing for Pods with a namespace of their own.
 */
import type { Node } from '../../../api/types/node.ts';
import type { ApiClient, WatchEvent } from '../../../api/watch.ts';
import { assert } from '../../../lib/assert.ts';
import { cidr, cidrAddress, cidrContains, type Cidr } from '../../../lib/cidr.ts';
import type { IpAddr } from '../../../lib/ip.ts';
import type { Provenance } from '../../../lib/provenance.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import type { Kernel } from '../../../net/kernel.ts';
import { NS_PER_S } from '../../../sim/sim.ts';
import type { PluginFailure } from '../../runtime/words.ts';
import { HostLocal } from '../host-local/host-local.ts';
import { nodeSubnet, syncRoute, type NodeSubnet } from '../node-routes.ts';
import { NO_CONFIG } from '../none.ts';
import { PeriodicWork } from '../periodic.ts';
import type { CniContext, CniPlugin, CniResult } from '../plugin.ts';
import { BridgePlugin, type BridgeConf } from './bridge.ts';

export interface KubenetOptions {
  readonly nodeName: string;
  readonly nodeIP: IpAddr;
  readonly clusterCIDR: Cidr;
  readonly hairpinMode: boolean;
  readonly kernel: Kernel;
  readonly api: ApiClient;
}

const NETWORK_NAME = 'kubenet';
const BRIDGE = 'cbr0';
/** kubelet --non-masquerade-cidr. */
const NON_MASQUERADE_CIDR = cidr('10.0.0.0/8');
/** --route-reconciliation-period. */
const ROUTES_NS = 10 * NS_PER_S;

export class KubenetPlugin implements CniPlugin {
  readonly networkName = NETWORK_NAME;
  readonly #options: KubenetOptions;
  readonly #bridge: BridgePlugin;
  readonly #periodic: PeriodicWork;
  readonly #routes = new Map<string, NodeSubnet>();
  #conf: BridgeConf | null = null;
  /** Why the podCIDR cannot be used. */
  #problem: string | null = null;
  #listeners: readonly (() => void)[] = [];
  #unwatch: (() => void) | null = null;

  constructor(options: KubenetOptions) {
    this.#options = options;
    this.#bridge = new BridgePlugin(options.kernel, 'bridge');
    this.#periodic = new PeriodicWork(options.kernel.sim);
  }

  get ready(): boolean {
    return this.#conf !== null || this.#problem !== null;
  }

  setupNode(): void {
    this.#ensureMasqRule();
    this.#unwatch = this.#options.api.watch('Node', (event) => {
      this.#onNode(event);
    });
    this.#periodic.every(ROUTES_NS, 'route reconciliation', () => {
      for (const [node, subnet] of this.#routes) this.#route(node, subnet);
    });
  }

  teardownNode(): void {
    this.#unwatch?.();
    this.#periodic.stop();
  }

  onReadyChange(listener: () => void): void {
    this.#listeners = [...this.#listeners, listener];
  }

  cmdAdd(context: CniContext): Result<CniResult, PluginFailure> {
    if (this.#conf === null) return this.#unconfigured();
    const added = this.#bridge.cmdAdd(this.#conf, context);
    return added.ok ? added : failure(added.error);
  }

  cmdDel(context: CniContext): Result<void, PluginFailure> {
    const deleted = this.#bridge.cmdDel(this.#conf, context);
    return deleted.ok ? ok(undefined) : failure(deleted.error);
  }

  cmdCheck(context: CniContext): Result<void, PluginFailure> {
    if (this.#conf === null) return this.#unconfigured();
    const checked = this.#bridge.cmdCheck(this.#conf, context);
    return checked.ok ? checked : failure(checked.error);
  }

  #unconfigured(): Result<never, PluginFailure> {
    return this.#problem === null ? err(NO_CONFIG) : failure(this.#problem);
  }

  #onNode({ type, object }: WatchEvent<Node>): void {
    const { name } = object.metadata;
    const subnet = type === 'DELETED' ? null : nodeSubnet(object);
    if (name === this.#options.nodeName) {
      if (subnet !== null && !this.ready) this.#configure(subnet.podCIDR);
      return;
    }
    const old = this.#routes.get(name);
    if (old !== undefined && old.podCIDR !== subnet?.podCIDR)
      this.#options.kernel.root.deleteRoute({ dst: old.podCIDR, via: old.nodeIP });
    if (subnet === null) this.#routes.delete(name);
    else {
      this.#routes.set(name, subnet);
      this.#route(name, subnet);
    }
  }

  /** A node on no common link cannot be routed to; the controller tries again and again. */
  #route(node: string, subnet: NodeSubnet): void {
    const by: Provenance = { actor: 'route controller', action: 'CreateRoute', object: `Node ${node}` };
    syncRoute(this.#options.kernel.root, subnet, by);
  }

  /** Event's podCIDR is there: the list is written (kubenet Event NET_PLUGIN_EVENT_POD_CIDR_CHANGE). */
  #configure(subnet: Cidr): void {
    const { hairpinMode, kernel } = this.#options;
    const ipam = HostLocal.create({ name: NETWORK_NAME, subnet });
    this.#problem = ipam.ok ? null : ipam.error;
    this.#conf = !ipam.ok
      ? null
      : {
          bridge: BRIDGE,
          mtu: kernel.root.link('eth0')?.mtu ?? 1460,
          isGateway: true,
          isDefaultGateway: true,
          hairpinMode,
          ipMasq: false,
          promiscMode: false,
          ipam: ipam.value,
          routes: [],
        };
    for (const listener of this.#listeners) listener();
  }

  /** kubenet ensureMasqRule: a kubelet that starts again finds its rule. */
  #ensureMasqRule(): void {
    const { clusterCIDR, kernel, nodeName } = this.#options;
    const inside = cidrContains(NON_MASQUERADE_CIDR, cidrAddress(clusterCIDR)) ? NON_MASQUERADE_CIDR : clusterCIDR;
    const rule =
      `POSTROUTING ! -d ${inside} -m comment --comment "kubenet: SNAT for outbound traffic from cluster" ` +
      '-m addrtype ! --dst-type LOCAL -j MASQUERADE';
    const by: Provenance = { actor: 'kubenet', action: 'ensureMasqRule', object: `Node ${nodeName}` };
    const { netfilter } = kernel.root;
    if (netfilter.command(`-t nat -C ${rule}`, by).exitCode === 0) return;
    const added = netfilter.command(`-t nat -A ${rule}`, by);
    assert(added.exitCode === 0, added.stderr);
  }
}

function failure(message: string): Result<never, PluginFailure> {
  return err({ type: 'bridge', network: NETWORK_NAME, message });
}
