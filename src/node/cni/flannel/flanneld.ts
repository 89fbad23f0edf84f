/**
 * `flanneld`, the daemon of flannel on one node (flannel main.go, pkg/subnet/kube, pkg/trafficmngr/iptables): reads its node's
 * podCIDR, makes the backend's devices, announces itself in the Node's annotations, follows the other Nodes, keeps its
 * iptables rules, and leaves /run/flannel/subnet.env for the plugin.
 *
 * Simplification: it runs as long as its node does, whatever becomes of the kube-flannel-ds Pod that stands for it.
 * Simplification: the EnableNFTables mode and the separate NetworkPolicy controller do not exist; --ip-masq is always on.
 */
import type { Node } from '../../../api/types/node.ts';
import type { ApiClient, WatchEvent } from '../../../api/watch.ts';
import { cidrLength, cidrOf, networkAddress, parseCidr, type Cidr } from '../../../lib/cidr.ts';
import { ipAdd, type IpAddr } from '../../../lib/ip.ts';
import type { Provenance } from '../../../lib/provenance.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import type { Kernel } from '../../../net/kernel.ts';
import { NS_PER_MS, NS_PER_S, type Timer } from '../../../sim/sim.ts';
import { PeriodicWork } from '../periodic.ts';
import type { FlannelBackend } from './backend.ts';
import { annotationsOf, leaseOf, sameLease, vtepMACOf, type Lease } from './lease.ts';
import { flannelRestoreText, forwardRules, JUMP_FORWARD, JUMP_POSTROUTING, masqRules } from './rules.ts';

/** From the process' start to its first netlink call. */
const START_NS = 200 * NS_PER_MS;
/** --iptables-resync. */
const IPTABLES_RESYNC_NS = 5 * NS_PER_S;
/** How often host-gw looks whether its routes are still there (routeCheckRetries). */
const ROUTE_CHECK_NS = 10 * NS_PER_S;

/** /run/flannel/subnet.env. */
export interface SubnetEnv {
  /** FLANNEL_NETWORK: the Pods of all nodes. */
  readonly network: Cidr;
  /** FLANNEL_SUBNET: the bridge's address. */
  readonly subnet: Cidr;
  /** FLANNEL_MTU. */
  readonly mtu: number;
}

export interface FlanneldOptions {
  readonly nodeName: string;
  readonly nodeIP: IpAddr;
  /** net-conf.json, Network. */
  readonly network: Cidr;
  readonly backend: FlannelBackend;
  readonly kernel: Kernel;
  readonly api: ApiClient;
  readonly onSubnetEnv: (env: SubnetEnv) => void;
}

export class Flanneld {
  readonly #options: FlanneldOptions;
  readonly #by: Provenance;
  readonly #leases = new Map<string, Lease>();
  readonly #periodic: PeriodicWork;
  #own: Lease | null = null;
  /** The daemon's last complaint, as its log has it; null when all is well. */
  #problem: string | null = null;
  /** What it could not do for another node, by that node's name. */
  readonly #leaseProblems = new Map<string, string>();
  #starting: Timer | null = null;
  #unwatch: (() => void) | null = null;
  /** The tables as they were when the rules were last found complete. */
  #checked: { readonly nat: unknown; readonly filter: unknown } | null = null;

  constructor(options: FlanneldOptions) {
    this.#options = options;
    this.#periodic = new PeriodicWork(options.kernel.sim);
    this.#by = { actor: 'flanneld', action: 'setupAndEnsureIPTables', object: `Node ${options.nodeName}` };
  }

  get problem(): string | null {
    return this.#problem ?? [...this.#leaseProblems.values()][0] ?? null;
  }

  start(): void {
    this.#unwatch = this.#options.api.watch('Node', (event) => {
      this.#onNode(event);
    });
  }

  stop(): void {
    this.#unwatch?.();
    this.#unwatch = null;
    this.#starting?.cancel();
    this.#starting = null;
    this.#periodic.stop();
    // What it knew goes with the process; subnet.env and what it wrote into the kernel stay.
    this.#own = null;
    this.#leases.clear();
    this.#leaseProblems.clear();
    this.#checked = null;
  }

  #onNode({ type, object }: WatchEvent<Node>): void {
    if (object.metadata.name === this.#options.nodeName) this.#onOwnNode(type === 'DELETED' ? null : object);
    else this.#onOtherNode(object.metadata.name, type === 'DELETED' ? null : leaseOf(object));
  }

  #onOwnNode(node: Node | null): void {
    if (node === null || this.#own !== null || this.#starting !== null) return;
    const subnet = parseCidr(node.spec.podCIDR ?? '');
    if (subnet === null) {
      this.#problem = `failed to acquire lease: node "${node.metadata.name}" pod cidr not assigned`;
      return;
    }
    this.#starting = this.#options.kernel.sim.after(START_NS, 'flanneld start', () => {
      this.#starting = null;
      const started = this.#register(subnet);
      if (!started.ok) this.#problem = started.error;
    });
  }

  #onOtherNode(name: string, lease: Lease | null): void {
    const old = this.#leases.get(name);
    if (old !== undefined && lease !== null && sameLease(old, lease)) return;
    if (old !== undefined && this.#own !== null && !this.#isOwn(old)) this.#options.backend.removeLease(old);
    if (lease === null) {
      this.#leases.delete(name);
      this.#leaseProblems.delete(name);
    } else {
      this.#leases.set(name, lease);
      if (this.#own !== null) this.#addLease(lease);
    }
  }

  /** Another node's lease of the same subnet passes for the own one (leaseWatcher update). */
  #isOwn({ subnet }: Lease): boolean {
    return subnet === this.#own?.subnet;
  }

  #addLease(lease: Lease): void {
    if (this.#isOwn(lease)) return;
    const added = this.#options.backend.addLease(lease);
    if (added.ok) this.#leaseProblems.delete(lease.node);
    else this.#leaseProblems.set(lease.node, added.error);
  }

  #register(subnet: Cidr): Result<void, string> {
    const { api, backend, kernel, network, nodeName, nodeIP, onSubnetEnv } = this.#options;
    if (kernel.root.sysctl.get('net.bridge.bridge-nf-call-iptables') === null) {
      return err('Failed to check br_netfilter: stat /proc/sys/net/bridge/bridge-nf-call-iptables: no such file or directory');
    }
    const node = api.get('Node', null, nodeName);
    const bare: Lease = { node: nodeName, subnet, publicIP: nodeIP, backendType: backend.type, vtepMAC: null };
    const registered = backend.register({ lease: bare, vtepMAC: node === null ? null : vtepMACOf(node) });
    if (!registered.ok) return err(`error registering network: ${registered.error}`);
    this.#own = { ...bare, vtepMAC: registered.value.vtepMAC };
    this.#problem = null;
    const announced = api.patch('Node', null, nodeName, { metadata: { annotations: annotationsOf(this.#own) } });
    if (!announced.ok) return err(`failed to acquire lease: ${announced.error.message}`);
    this.#ensureRules();
    this.#periodic.every(IPTABLES_RESYNC_NS, 'flanneld iptables resync', () => {
      this.#ensureRules();
    });
    for (const lease of this.#leases.values()) this.#addLease(lease);
    if (backend.type === 'host-gw') {
      this.#periodic.every(ROUTE_CHECK_NS, 'flanneld route check', () => {
        this.#checkRoutes();
      });
    }
    onSubnetEnv({ network, subnet: cidrOf(ipAdd(networkAddress(subnet), 1), cidrLength(subnet)), mtu: registered.value.mtu });
    return ok(undefined);
  }

  /** Writes the rules where one is missing (ensureIPTables: ipTablesRulesExist, else tear down and set up). */
  #ensureRules(): void {
    if (this.#own === null) return;
    const { root } = this.#options.kernel;
    const { nat, filter } = root.netfilter.ruleset;
    if (this.#checked?.nat === nat && this.#checked.filter === filter) return;
    const { network } = this.#options;
    const has = (chains: typeof nat.chains, chain: string, rules: readonly string[]): boolean => {
      const present = new Set((chains.get(chain)?.rules ?? []).map((rule) => rule.text));
      return rules.every((rule) => present.has(rule));
    };
    const hasPostroutingJump = has(nat.chains, 'POSTROUTING', [JUMP_POSTROUTING]);
    const hasForwardJump = has(filter.chains, 'FORWARD', [JUMP_FORWARD]);
    const complete =
      hasPostroutingJump &&
      hasForwardJump &&
      has(nat.chains, 'FLANNEL-POSTRTG', masqRules(network, this.#own.subnet)) &&
      has(filter.chains, 'FLANNEL-FWD', forwardRules(network));
    if (!complete) {
      const text = flannelRestoreText({ network, subnet: this.#own.subnet, hasPostroutingJump, hasForwardJump });
      const restored = root.netfilter.restore(text, { noflush: true, counters: false, by: this.#by });
      this.#problem = restored.ok ? null : `Failed to apply rules: ${restored.error.map((error) => error.text).join('; ')}`;
    }
    this.#checked = root.netfilter.ruleset;
  }

  /** host-gw adds again what somebody took away (route_network.go checkSubnetExistInRoutes). */
  #checkRoutes(): void {
    const { backend, kernel } = this.#options;
    const routes = new Set(kernel.root.view().routes.map((route) => `${route.dst} ${route.via ?? ''}`));
    for (const lease of this.#leases.values()) {
      if (!this.#isOwn(lease) && lease.backendType === backend.type && !routes.has(`${lease.subnet} ${lease.publicIP}`))
        this.#addLease(lease);
    }
  }
}
