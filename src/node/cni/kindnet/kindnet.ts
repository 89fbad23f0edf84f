/**
 * kind's network as a node has it: the daemon, and the list it writes to /etc/cni/net.d/10-kindnet.conflist, network `kindnet`: `ptp`
 * with `host-local` of the node's podCIDR (kind images/kindnetd/cmd/kindnetd/cni.go).
 *
 * Until the daemon has written the list, the node is NotReady.
 */
import type { ApiClient } from '../../../api/watch.ts';
import type { Cidr } from '../../../lib/cidr.ts';
import type { IpAddr } from '../../../lib/ip.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import type { Kernel } from '../../../net/kernel.ts';
import type { PluginFailure } from '../../runtime/words.ts';
import { HostLocal } from '../host-local/host-local.ts';
import { DEFAULT_ROUTE } from '../iface.ts';
import { NO_CONFIG } from '../none.ts';
import type { CniContext, CniPlugin, CniResult } from '../plugin.ts';
import { PtpPlugin, type PtpConf } from '../ptp/ptp.ts';
import { Kindnetd } from './kindnetd.ts';

export interface KindnetOptions {
  readonly nodeName: string;
  readonly nodeIP: IpAddr;
  /** All Pods' range. */
  readonly podSubnet: Cidr;
  readonly kernel: Kernel;
  readonly api: ApiClient;
}

const NETWORK_NAME = 'kindnet';

export class KindnetPlugin implements CniPlugin {
  readonly networkName = NETWORK_NAME;
  readonly #kernel: Kernel;
  readonly #ptp: PtpPlugin;
  readonly #daemon: Kindnetd;
  #conf: PtpConf | null = null;
  /** Why the list's range cannot be used; what the plugin answers then. */
  #problem: string | null = null;
  #listeners: readonly (() => void)[] = [];

  constructor({ nodeName, nodeIP, podSubnet, kernel, api }: KindnetOptions) {
    this.#kernel = kernel;
    this.#ptp = new PtpPlugin(kernel);
    this.#daemon = new Kindnetd({
      nodeName,
      hostIP: nodeIP,
      podSubnet,
      kernel,
      api,
      onConfig: (podCIDR) => {
        this.#configure(podCIDR);
      },
    });
  }

  get ready(): boolean {
    return this.#conf !== null || this.#problem !== null;
  }

  get daemonProblem(): string | null {
    return this.#daemon.problem;
  }

  setupNode(): void {
    this.#daemon.start();
  }

  teardownNode(): void {
    this.#daemon.stop();
  }

  onReadyChange(listener: () => void): void {
    this.#listeners = [...this.#listeners, listener];
  }

  cmdAdd(context: CniContext): Result<CniResult, PluginFailure> {
    if (this.#conf === null) return this.#unconfigured();
    const added = this.#ptp.cmdAdd(this.#conf, context);
    return added.ok ? added : failure(added.error);
  }

  cmdDel(context: CniContext): Result<void, PluginFailure> {
    const deleted = this.#ptp.cmdDel(this.#conf, context);
    return deleted.ok ? ok(undefined) : failure(deleted.error);
  }

  cmdCheck(context: CniContext): Result<void, PluginFailure> {
    if (this.#conf === null) return this.#unconfigured();
    const checked = this.#ptp.cmdCheck(this.#conf, context);
    return checked.ok ? checked : failure(checked.error);
  }

  #unconfigured(): Result<never, PluginFailure> {
    return this.#problem === null ? err(NO_CONFIG) : failure(this.#problem);
  }

  #configure(podCIDR: Cidr): void {
    const ipam = HostLocal.create({ name: NETWORK_NAME, subnet: podCIDR });
    this.#problem = ipam.ok ? null : ipam.error;
    // Pods get the MTU of eth0 (computeBridgeMTU).
    const mtu = this.#kernel.root.link('eth0')?.mtu ?? 1500;
    this.#conf = ipam.ok ? { mtu, ipMasq: false, ipam: ipam.value, routes: [DEFAULT_ROUTE] } : null;
    for (const listener of this.#listeners) listener();
  }
}

function failure(message: string): Result<never, PluginFailure> {
  return err({ type: 'ptp', network: NETWORK_NAME, message });
}
