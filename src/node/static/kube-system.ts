/**
 * What a cluster made by `kubeadm init` and a network's `kubectl apply -f` has before anybody applies anything: the API server's
 * Service, control-plane Pods, kube-proxy and the network's daemon on each node, cluster DNS.
 */
import type { Kind, KindMap } from '../../api/kinds.ts';
import type { ApiClient, ObjectInput } from '../../api/watch.ts';
import { assert } from '../../lib/assert.ts';
import type { Cidr } from '../../lib/cidr.ts';
import type { NetworkCluster, NetworkManifest } from '../cni/network.ts';
import { kubernetesEndpoints, kubernetesEndpointSlice, kubernetesService } from './api-service.ts';
import { corednsConfig, corednsDeployment, kubeDnsService } from './cluster-dns.ts';
import { installLocalPath, PROVISIONER_IMAGE } from './local-path.ts';
import { installNodeLocalDNS, NODE_CACHE_IMAGE } from './node-local-dns.ts';
import { daemonPod, kubeProxyConfigMap, kubeProxyDaemonSet } from './node-daemons.ts';
import { staticPods } from './static-pods.ts';

export const ADDONS = ['local-path-provisioner'] as const;

/** What an installer puts in beside the network and DNS; kind does with its storage provisioner. */
export type Addon = (typeof ADDONS)[number];

export interface KubeSystemOptions {
  readonly serviceCIDR: Cidr;
  readonly cluster: NetworkCluster;
  /** kube-proxy's clusterCIDR; '' for none. */
  readonly proxyClusterCIDR: string;
  /** The container network's part; null where nothing of it runs in the cluster. */
  readonly network: NetworkManifest | null;
  readonly proxy: boolean;
  readonly addons?: readonly Addon[];
  /** NodeLocal DNSCache runs on every node. */
  readonly nodeLocalDNS?: boolean;
}

/** A node as far as kube-system's Pods need to know it. */
export interface SystemNode {
  readonly name: string;
  readonly ip: string;
  readonly controlPlane: boolean;
  /** False where no kube-proxy runs. */
  readonly proxy: boolean;
}

/** Creates what belongs to the cluster as a whole, then each node's Pods. The Node objects must be there. */
export function createKubeSystem(api: ApiClient, nodes: readonly SystemNode[], options: KubeSystemOptions): void {
  const { cluster, network, serviceCIDR } = options;
  const servers = nodes.filter(({ controlPlane }) => controlPlane).map(({ ip }) => ip);
  create(api, 'Service', kubernetesService(serviceCIDR));
  if (servers.length > 0) {
    create(api, 'Endpoints', kubernetesEndpoints(servers));
    create(api, 'EndpointSlice', kubernetesEndpointSlice(servers));
  }
  create(api, 'Service', kubeDnsService(serviceCIDR));
  create(api, 'ConfigMap', corednsConfig);
  if (options.proxy) {
    create(api, 'ConfigMap', kubeProxyConfigMap(options.proxyClusterCIDR));
    create(api, 'DaemonSet', kubeProxyDaemonSet);
  }
  network?.install((kind, object) => {
    create(api, kind, object);
  }, cluster);
  if (options.nodeLocalDNS === true)
    installNodeLocalDNS((kind, object) => {
      create(api, kind, object);
    }, serviceCIDR);
  for (const node of nodes) createNodeSystemPods(api, node, options);
  if (options.addons?.includes('local-path-provisioner') === true)
    installLocalPath((kind, object) => {
      create(api, kind, object);
    });
  create(api, 'Deployment', corednsDeployment);
}

/** The kube-system Pods of one node: for a node that joins later, call it then. */
export function createNodeSystemPods(api: ApiClient, node: SystemNode, options: KubeSystemOptions): void {
  const object = api.get('Node', null, node.name);
  assert(object !== null, `node ${node.name} is registered`);
  if (node.controlPlane)
    for (const pod of staticPods(object, {
      nodeIP: node.ip,
      clusterCIDR: options.cluster.clusterCIDR,
      serviceCIDR: options.serviceCIDR,
    }))
      create(api, 'Pod', pod);
  const nodeCache = options.nodeLocalDNS === true ? api.get('DaemonSet', 'kube-system', 'node-local-dns') : null;
  const daemons = [
    node.proxy ? api.get('DaemonSet', 'kube-system', 'kube-proxy') : null,
    ...(options.network?.daemonSets ?? []).map(({ namespace, name }) => api.get('DaemonSet', namespace, name)),
    nodeCache,
  ];
  for (const daemon of daemons) if (daemon !== null) create(api, 'Pod', daemonPod(daemon, node.name));
}

/** Images that kubeadm's preflight and the first start have pulled, by the time a node is in use. */
export function kubeSystemImages({
  network,
  addons = [],
  nodeLocalDNS = false,
}: Pick<KubeSystemOptions, 'network' | 'addons' | 'nodeLocalDNS'>): readonly string[] {
  const containers = kubeProxyDaemonSet.spec?.template?.spec?.containers ?? [];
  return [
    ...containers.flatMap(({ image }) => image ?? []),
    ...(network?.images ?? []),
    ...(addons.includes('local-path-provisioner') ? [PROVISIONER_IMAGE] : []),
    ...(nodeLocalDNS ? [NODE_CACHE_IMAGE] : []),
  ];
}

/** Set-up of a cluster we made ourselves cannot fail. */
function create<K extends Kind>(api: ApiClient, kind: K, object: ObjectInput<KindMap[K]>): void {
  const made = api.create(kind, object);
  assert(made.ok, made.ok ? '' : `${kind}: ${made.error.message}`);
}
