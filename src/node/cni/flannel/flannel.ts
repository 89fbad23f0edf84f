/**
 * The network flannel as a node has it: the daemon, and the `flannel` CNI plugin, which reads the daemon's subnet.env and delegates
 * to `bridge` and `host-local` (flannel-io/cni-plugin flannel.go, flannel_linux.go doCmdAdd).
 * The list is /etc/cni/net.d/10-flannel.conflist, network `cbr0`.
 */
import { networkCidr, type Cidr } from '../../../lib/cidr.ts';
import type { IpAddr } from '../../../lib/ip.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import type { ApiClient } from '../../../api/watch.ts';
import type { Kernel } from '../../../net/kernel.ts';
import type { PluginFailure } from '../../runtime/words.ts';
import { BridgePlugin, type BridgeConf } from '../bridge/bridge.ts';
import { HostLocal } from '../host-local/host-local.ts';
import type { CniContext, CniPlugin, CniResult } from '../plugin.ts';
import { Flanneld, type SubnetEnv } from './flanneld.ts';
import { HostGwBackend } from './host-gw.ts';
import type { BackendType } from './lease.ts';
import { VxlanBackend } from './vxlan.ts';

export interface FlannelOptions {
  readonly backend: BackendType;
  readonly nodeName: string;
  readonly nodeIP: IpAddr;
  /** net-conf.json, Network: what holds every node's podCIDR. */
  readonly network: Cidr;
  readonly kernel: Kernel;
  readonly api: ApiClient;
  /** The bridge ports send frames back where they came from; on in flannel's list. */
  readonly hairpinMode?: boolean;
  /** The device with the node's address; `eth0` when absent. */
  readonly dev?: string;
}

const NETWORK_NAME = 'cbr0';
const BRIDGE = 'cni0';
const NO_SUBNET_ENV =
  "failed to load flannel 'subnet.env' file: open /run/flannel/subnet.env: no such file or directory. Check the flannel pod log for this node.";

export class FlannelPlugin implements CniPlugin {
  readonly networkName = NETWORK_NAME;
  readonly #bridge: BridgePlugin;
  readonly #hairpinMode: boolean;
  readonly #daemon: Flanneld;
  #conf: BridgeConf | null = null;
  #problem: string = NO_SUBNET_ENV;

  constructor(options: FlannelOptions) {
    const { kernel, backend, nodeIP, dev = 'eth0' } = options;
    this.#bridge = new BridgePlugin(kernel, 'flannel');
    this.#hairpinMode = options.hairpinMode ?? true;
    this.#daemon = new Flanneld({
      nodeName: options.nodeName,
      nodeIP,
      network: options.network,
      backend: backend === 'vxlan' ? new VxlanBackend(kernel.root, dev, nodeIP) : new HostGwBackend(kernel.root, dev),
      kernel,
      api: options.api,
      onSubnetEnv: (env) => {
        this.#delegate(env);
      },
    });
  }

  /** The init container `install-cni` has put the list in place; whether the daemon is up is another question. */
  get ready(): boolean {
    return true;
  }

  /** What the daemon complains of; null when it runs. */
  get daemonProblem(): string | null {
    return this.#daemon.problem;
  }

  setupNode(): void {
    this.#daemon.start();
  }

  teardownNode(): void {
    this.#daemon.stop();
  }

  onReadyChange(_listener: () => void): void {
    // The list is there from the start.
  }

  cmdAdd(context: CniContext): Result<CniResult, PluginFailure> {
    if (this.#conf === null) return this.#failure(this.#problem);
    const added = this.#bridge.cmdAdd(this.#conf, context);
    return added.ok ? added : this.#failure(`failed to delegate add: ${added.error}`);
  }

  cmdDel(context: CniContext): Result<void, PluginFailure> {
    const deleted = this.#bridge.cmdDel(this.#conf, context);
    return deleted.ok ? ok(undefined) : this.#failure(deleted.error);
  }

  cmdCheck(context: CniContext): Result<void, PluginFailure> {
    if (this.#conf === null) return this.#failure(this.#problem);
    const checked = this.#bridge.cmdCheck(this.#conf, context);
    return checked.ok ? checked : this.#failure(checked.error);
  }

  #failure(message: string): Result<never, PluginFailure> {
    return err({ type: 'flannel', network: NETWORK_NAME, message });
  }

  /** What the plugin hands to `bridge` (getDelegateIPAM, delegate add). */
  #delegate({ network, subnet, mtu }: SubnetEnv): void {
    const ipam = HostLocal.create({ name: NETWORK_NAME, subnet: networkCidr(subnet) });
    if (!ipam.ok) {
      this.#problem = `failed to delegate add: ${ipam.error}`;
      return;
    }
    this.#conf = {
      bridge: BRIDGE,
      mtu,
      isGateway: true,
      isDefaultGateway: true,
      hairpinMode: this.#hairpinMode,
      // flanneld masquerades itself.
      ipMasq: false,
      promiscMode: false,
      ipam: ipam.value,
      routes: [network],
    };
  }
}
