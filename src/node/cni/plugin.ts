/**
 * What a network plugin is to the runtime that calls it (CNI specification 1.0, containernetworking/cni libcni): ADD, DEL and CHECK for
 * one container, and here also the daemon that a plugin brings to each node.
 *
 * Errors are the plugin's own words; the runtime and the kubelet wrap them.
 */
import type { Cidr } from '../../lib/cidr.ts';
import type { IpAddr } from '../../lib/ip.ts';
import type { Mac } from '../../lib/mac.ts';
import type { Provenance } from '../../lib/provenance.ts';
import type { Result } from '../../lib/result.ts';
import type { Netns } from '../../net/netns.ts';
import type { PluginFailure } from '../runtime/words.ts';

/** A port of the machine for a port of the Pod (CNI convention `portMappings`). */
export interface PortMapping {
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  /** The machine's address it is for; '' or 0.0.0.0 is any. */
  readonly hostIP: string;
}

/** One call of a plugin: CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME, CNI_ARGS. */
/** Bits a second to and from a Pod; null: as fast as it goes. */
export interface PodRates {
  readonly ingressRate: number | null;
  readonly egressRate: number | null;
}

/** With the burst that goes with either (CNI convention `bandwidth`). */
export interface Bandwidth extends PodRates {
  readonly burstBits: number;
}

export interface CniContext {
  /** The sandbox's id, 64 hexadecimal digits. */
  readonly containerId: string;
  readonly netns: Netns;
  /** `eth0`. */
  readonly ifName: string;
  /** runtimeConfig.portMappings: the Pod's hostPorts. */
  readonly portMappings: readonly PortMapping[];
  /** runtimeConfig.bandwidth: the Pod's annotations. */
  readonly bandwidth: Bandwidth;
  readonly podNamespace: string;
  readonly podName: string;
}

export interface CniInterface {
  readonly name: string;
  readonly mac: Mac;
  /** The sandbox's namespace; null for a device of the node. */
  readonly sandbox: string | null;
}

export interface CniIpConfig {
  /** Index into `interfaces`. */
  readonly interface: number;
  readonly address: Cidr;
  readonly gateway: IpAddr | null;
}

export interface CniRoute {
  readonly dst: Cidr;
  readonly gw: IpAddr | null;
}

/** The Result of an ADD. */
export interface CniResult {
  readonly interfaces: readonly CniInterface[];
  readonly ips: readonly CniIpConfig[];
  readonly routes: readonly CniRoute[];
}

export interface CniPlugin {
  /** The network's name in /etc/cni/net.d, `cbr0`. */
  readonly networkName: string;
  /** True once there is a configuration the runtime can use (`NetworkReady`). */
  readonly ready: boolean;
  /** What the network's daemon last complained of in its log; null when all is well, left out where there is none. */
  readonly daemonProblem?: string | null;
  /** Set where a plugin of the list maps hostPorts (capability `portMappings`). */
  readonly mapsPorts?: true;
  /** Starts what the network runs on this node beside the plugin; and starts it again after `teardownNode`. */
  setupNode(): void;
  /** Stops the daemon, as a crash does: what it left in the kernel stays. */
  teardownNode(): void;
  /** Called when `ready` may have changed. */
  onReadyChange(listener: () => void): void;
  cmdAdd(context: CniContext): Result<CniResult, PluginFailure>;
  cmdDel(context: CniContext): Result<void, PluginFailure>;
  cmdCheck(context: CniContext): Result<void, PluginFailure>;
}

/** Who a plugin acts for: `Pod default/web`. */
export function byPlugin(actor: string, action: 'cmdAdd' | 'cmdDel', { podNamespace, podName }: CniContext): Provenance {
  return { actor, action, object: `Pod ${podNamespace}/${podName}` };
}
