/**
 * A container network as a cluster has it: the plugin that each node runs, and the manifest that `kubectl apply -f` put in to get it.
 *
 * Each plugin's folder exports its networks; `networks.ts` lists them all.
 */
import type { Kind, KindMap } from '../../api/kinds.ts';
import type { ApiClient, ObjectInput } from '../../api/watch.ts';
import type { Cidr } from '../../lib/cidr.ts';
import type { IpAddr } from '../../lib/ip.ts';
import type { Kernel } from '../../net/kernel.ts';
import type { CniPlugin } from './plugin.ts';

/** What a network is told of the whole cluster. */
export interface NetworkCluster {
  /** All Pods' range. */
  readonly clusterCIDR: Cidr;
  /** False: bridge ports without hairpin mode. */
  readonly hairpin: boolean;
  /** False: the network writes none of the rules it enforces policies with, only those that masquerade. */
  readonly networkPolicy: boolean;
}

/** The machine a plugin is put on. */
export interface NetworkNode {
  readonly name: string;
  /** InternalIP: the address of eth0. */
  readonly ip: IpAddr;
  readonly kernel: Kernel;
  readonly cluster: NetworkCluster;
  /** The API as the agent of that name sees it. */
  readonly client: (agent: string) => ApiClient;
  /** For what agents tell one another without the API server, and keep there only here. */
  readonly peers: (agent: string) => ApiClient;
}

/** Creates one object of the cluster's set-up. */
export type Create = <K extends Kind>(kind: K, object: ObjectInput<KindMap[K]>) => void;

/** What the network's manifest makes in the cluster. */
export interface NetworkManifest {
  /** Creates namespaces, configuration and workloads, DaemonSets included; their Pods come with each node. */
  readonly install: (create: Create, cluster: NetworkCluster) => void;
  /** The DaemonSets every node runs a Pod of. */
  readonly daemonSets: readonly { readonly namespace: string; readonly name: string }[];
  /** Images on each machine by the time it is in use. */
  readonly images: readonly string[];
}

export interface Network {
  readonly plugin: (node: NetworkNode) => CniPlugin;
  /** Null where nothing of it runs in the cluster. */
  readonly manifest: NetworkManifest | null;
}
