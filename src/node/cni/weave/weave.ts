/**
 * Weave Net as a node has it: the router, the policy controller, and the plugin `weave-net` with its own address manager (weave
 * plugin/net/cni.go CmdAdd, net/veth.go AttachContainer). The list is /etc/cni/net.d/10-weave.conflist, network `weave`.
 *
 * The pair is made on the node and its Pod end moved in and renamed, so `eth0` keeps the index it had there, one below its peer's.
 */
import type { ApiClient } from '../../../api/watch.ts';
import { broadcastAddress, cidrAddress, cidrOf, prefixOf, type Cidr } from '../../../lib/cidr.ts';
import type { IpAddr } from '../../../lib/ip.ts';
import type { Provenance } from '../../../lib/provenance.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import { moveLink, renameLink } from '../../../net/dev/move.ts';
import type { Kernel } from '../../../net/kernel.ts';
import { announceAddress } from '../../../net/neigh/arp.ts';
import type { PluginFailure } from '../../runtime/words.ts';
import { DEFAULT_ROUTE, type VethPair } from '../iface.ts';
import { byPlugin, type CniContext, type CniPlugin, type CniResult } from '../plugin.ts';
import { WeaveNpc } from './npc.ts';
import { podRules } from './rules.ts';
import { WEAVE_BRIDGE, WEAVE_MTU, WEAVE_RANGE, Weaver } from './weaver.ts';

export interface WeaveOptions {
  readonly nodeName: string;
  readonly nodeIP: IpAddr;
  readonly hairpinMode: boolean;
  readonly kernel: Kernel;
  readonly api: ApiClient;
  /** Where the peers' gossip is kept. */
  readonly peers: ApiClient;
}

const NETWORK_NAME = 'weave';
const NOT_UP = 'dial tcp 127.0.0.1:6784: connect: connection refused';

export class WeavePlugin implements CniPlugin {
  readonly networkName = NETWORK_NAME;
  readonly #kernel: Kernel;
  readonly #hairpinMode: boolean;
  readonly #weaver: Weaver;
  readonly #npc: WeaveNpc;
  #listeners: readonly (() => void)[] = [];

  constructor({ nodeName, nodeIP, hairpinMode, kernel, api, peers }: WeaveOptions) {
    this.#kernel = kernel;
    this.#hairpinMode = hairpinMode;
    this.#npc = new WeaveNpc({ root: kernel.root, api, nodeName });
    this.#weaver = new Weaver({
      nodeName,
      nodeIP,
      kernel,
      api,
      peers,
      onReady: () => {
        this.#npc.start();
        for (const listener of this.#listeners) listener();
      },
    });
  }

  /** The init container puts the list in place just before the router starts. */
  get ready(): boolean {
    return this.#weaver.bridgeIP !== null;
  }

  get daemonProblem(): string | null {
    return this.#weaver.problem;
  }

  setupNode(): void {
    this.#weaver.start();
  }

  teardownNode(): void {
    this.#weaver.stop();
    this.#npc.stop();
  }

  onReadyChange(listener: () => void): void {
    this.#listeners = [...this.#listeners, listener];
  }

  cmdAdd(context: CniContext): Result<CniResult, PluginFailure> {
    const gateway = this.#weaver.bridgeIP;
    if (gateway === null || !this.#weaver.running)
      return failure(`unable to allocate IP address: Post "http://127.0.0.1:6784/ip/${context.containerId}": ${NOT_UP}`);
    const address = this.#weaver.allocate(context.containerId);
    if (!address.ok) return failure(`unable to allocate IP address: ${address.error}`);
    const attached = this.#attach(context, address.value, gateway);
    if (attached.ok) return ok(resultOf(attached.value, context, address.value, gateway));
    this.#weaver.release(context.containerId);
    return failure(attached.error);
  }

  /** Whatever is missing, DEL goes on to the end. */
  cmdDel(context: CniContext): Result<void, PluginFailure> {
    if (context.netns.link(context.ifName) !== undefined)
      context.netns.deleteLink(context.ifName, byPlugin('weave-net', 'cmdDel', context));
    this.#weaver.release(context.containerId);
    return ok(undefined);
  }

  cmdCheck({ containerId, ifName, netns }: CniContext): Result<void, PluginFailure> {
    const address = this.#weaver.addressOf(containerId);
    const expected = address === null ? null : cidrOf(address, prefixOf(WEAVE_RANGE).length);
    const present = netns.link(ifName)?.addresses.some((entry) => entry.address === expected) ?? false;
    return present ? ok(undefined) : failure(`no address of ${containerId} on ${ifName}`);
  }

  #attach(context: CniContext, address: Cidr, gateway: IpAddr): Result<VethPair, string> {
    const { netns, ifName } = context;
    const { root } = this.#kernel;
    const by = byPlugin('weave-net', 'cmdAdd', context);
    const id = context.containerId.slice(0, 7);
    const [local, guest] = [`vethwepl${id}`, `vethwepg${id}`];
    if (root.link(WEAVE_BRIDGE) === undefined) return err(`bridge "${WEAVE_BRIDGE}" not present; did you launch weave?`);
    const steps: readonly (() => Result<void, string>)[] = [
      () => root.addVeth({ name: local, mtu: WEAVE_MTU, qlen: 0, peer: { name: guest, netns: root } }, by),
      () => root.setLink(local, { master: WEAVE_BRIDGE }, by),
      () => moveLink(root, guest, netns, by),
      () => renameLink(netns, guest, ifName),
      () => root.setLink(local, { up: true, hairpin: this.#hairpinMode }, by),
      () => netns.setLink(ifName, { up: true }, by),
      () => netns.addAddress(ifName, address, { broadcast: broadcastAddress(WEAVE_RANGE) }, by),
      () => this.#restrictMulticast(context, by),
      () => netns.addRoute({ dst: 'default', via: gateway, dev: ifName }, by),
    ];
    for (const step of steps) {
      const done = step();
      if (!done.ok) return err(`error setting up interface: ${done.error}`);
    }
    const host = root.link(local);
    const container = netns.link(ifName);
    if (host === undefined || container === undefined) return err('error setting up interface: Link not found');
    announceAddress(container, cidrAddress(address));
    return ok({ host, container });
  }

  #restrictMulticast({ netns, ifName }: CniContext, by: Provenance): Result<void, string> {
    const restored = netns.netfilter.restore(podRules(WEAVE_RANGE, ifName), { noflush: true, counters: false, by });
    return restored.ok ? ok(undefined) : err(restored.error.map((error) => error.text).join('; '));
  }
}

function failure(message: string): Result<never, PluginFailure> {
  return err({ type: 'weave-net', network: NETWORK_NAME, message });
}

function resultOf({ host, container }: VethPair, { netns }: CniContext, address: Cidr, gateway: IpAddr): CniResult {
  return {
    interfaces: [
      { name: host.name, mac: host.mac, sandbox: null },
      { name: container.name, mac: container.mac, sandbox: netns.name },
    ],
    ips: [{ interface: 1, address, gateway }],
    routes: [{ dst: DEFAULT_ROUTE, gw: gateway }],
  };
}
