/**
 * `kindnetd`, the daemon of kind's network on one node (kind images/kindnetd/cmd/kindnetd main.go, routes.go, masq.go): lists the Nodes
 * every ten seconds, keeps a route to each other's Pods by its address, writes the CNI list for its own podCIDR, and keeps the rules of
 * its masquerade agent.
 *
 * A Node that appears is not waited for: the list is read again at once, where kindnetd would read it within ten seconds.
 * As there, the route to a node that went stays.
 * Simplification: it runs as long as its node does, whatever becomes of the kindnet Pod that stands for it.
 * Simplification: NetworkPolicy, which kindnetd enforces with nftables since late 2024, does not exist.
 */
import type { Node } from '../../../api/types/node.ts';
import type { ApiClient } from '../../../api/watch.ts';
import type { Cidr } from '../../../lib/cidr.ts';
import type { IpAddr } from '../../../lib/ip.ts';
import type { Provenance } from '../../../lib/provenance.ts';
import { ok, type Result } from '../../../lib/result.ts';
import type { Kernel } from '../../../net/kernel.ts';
import { NS_PER_MS, NS_PER_S, type Timer } from '../../../sim/sim.ts';
import { nodeSubnet, syncRoute } from '../node-routes.ts';
import { PeriodicWork } from '../periodic.ts';
import { JUMP_POSTROUTING, MASQ_CHAIN, masqRestoreText, masqRules } from './rules.ts';

/** From the process' start to its first netlink call. */
const START_NS = 200 * NS_PER_MS;
/** Main loop: `time.Sleep(10 * time.Second)`. */
const RECONCILE_NS = 10 * NS_PER_S;
/** SyncRulesForever's interval. */
const MASQ_SYNC_NS = 60 * NS_PER_S;

export interface KindnetdOptions {
  readonly nodeName: string;
  /** HOST_IP: tells which Node is the own one. */
  readonly hostIP: IpAddr;
  /** POD_SUBNET: the Pods of all nodes. */
  readonly podSubnet: Cidr;
  readonly kernel: Kernel;
  readonly api: ApiClient;
  /** The list for this podCIDR is in /etc/cni/net.d. */
  readonly onConfig: (podCIDR: Cidr) => void;
}

export class Kindnetd {
  readonly #options: KindnetdOptions;
  readonly #periodic: PeriodicWork;
  #starting: Timer | null = null;
  #running = false;
  #unwatch: (() => void) | null = null;
  #written: Cidr | null = null;
  /** The daemon's last complaint, as its log has it; null when all is well. */
  #problem: string | null = null;

  constructor(options: KindnetdOptions) {
    this.#options = options;
    this.#periodic = new PeriodicWork(options.kernel.sim);
  }

  get problem(): string | null {
    return this.#problem;
  }

  start(): void {
    const { api, kernel, nodeName } = this.#options;
    this.#starting = kernel.sim.after(START_NS, `kindnetd start ${nodeName}`, () => {
      this.#starting = null;
      this.#running = true;
      this.#syncRules();
      this.#periodic.every(MASQ_SYNC_NS, 'kindnetd masq sync', () => {
        this.#syncRules();
      });
      this.#periodic.every(RECONCILE_NS, 'kindnetd reconcile', () => {
        this.#reconcile();
      });
      this.#reconcile();
    });
    this.#unwatch = api.watch('Node', ({ type }) => {
      if (this.#running && type !== 'DELETED') this.#reconcile();
    });
  }

  stop(): void {
    this.#unwatch?.();
    this.#unwatch = null;
    this.#running = false;
    this.#starting?.cancel();
    this.#periodic.stop();
  }

  #reconcile(): void {
    this.#problem = null;
    for (const node of this.#options.api.list('Node')) {
      const done = this.#reconcileNode(node);
      if (!done.ok) this.#problem = done.error;
    }
  }

  #reconcileNode(node: Node): Result<void, string> {
    const subnet = nodeSubnet(node);
    if (subnet === null) return ok(undefined);
    const { hostIP, kernel, onConfig } = this.#options;
    if (subnet.nodeIP !== hostIP)
      return syncRoute(kernel.root, subnet, { actor: 'kindnetd', action: 'syncRoute', object: `Node ${node.metadata.name}` });
    if (this.#written !== subnet.podCIDR) {
      this.#written = subnet.podCIDR;
      onConfig(subnet.podCIDR);
    }
    return ok(undefined);
  }

  /** Puts back what is missing of the jump and the chain (SyncRules). */
  #syncRules(): void {
    const { kernel, nodeName, podSubnet } = this.#options;
    const { netfilter } = kernel.root;
    const textsOf = (chain: string): readonly string[] =>
      (netfilter.ruleset.nat.chains.get(chain)?.rules ?? []).map((rule) => rule.text);
    const hasJump = textsOf('POSTROUTING').includes(JUMP_POSTROUTING);
    if (hasJump && textsOf(MASQ_CHAIN).join('\n') === masqRules(podSubnet).join('\n')) return;
    const by: Provenance = { actor: 'kindnetd', action: 'SyncRules', object: `Node ${nodeName}` };
    const restored = netfilter.restore(masqRestoreText(podSubnet, { hasJump }), { noflush: true, counters: false, by });
    if (!restored.ok)
      this.#problem = `kind-masq-agent: error syncing rules ${restored.error.map((error) => error.text).join('; ')} , retrying ... `;
  }
}
