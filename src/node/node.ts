/**
 * A node of the cluster: a kernel with the agents that make it one: kubelet, container runtime, network plugin and, where given, a proxy.
 *
 * The network layer below knows nothing of Kubernetes and the control plane nothing of packets; this is where both meet. A machine that boots
 * while the API server is not to be reached has no agents yet but the kubelet: the others are Pods, which nobody tells it of.
 *
 * Simplification: the node's podCIDR is given by whoever makes the node, in place of the controller manager's node IPAM controller.
 */
import type { Node, ResourceList, Taint } from '../api/types/node.ts';
import type { Labels } from '../api/types/meta.ts';
import type { ApiClient, WriteResult } from '../api/watch.ts';
import type { ApiStatus } from '../api/status.ts';
import { assert } from '../lib/assert.ts';
import { ok, type Result } from '../lib/result.ts';
import type { Cidr } from '../lib/cidr.ts';
import type { IpAddr } from '../lib/ip.ts';
import type { Kernel } from '../net/kernel.ts';
import type { CniPlugin } from './cni/plugin.ts';
import { Kubelet } from './kubelet/kubelet.ts';
import { DEFAULT_CAPACITY } from './kubelet/node-status.ts';
import { machineHosts, type EtcFiles, type KubeletDns } from './kubelet/pod-dns.ts';
import { createPodSource, type PodSource } from './kubelet/pod-source.ts';
import type { ContainerRecord } from './runtime/runtime.ts';
import { parseImage } from './runtime/image.ts';
import type { RuntimeName } from './runtime/words.ts';

export interface NodeOptions {
  readonly name: string;
  /** InternalIP: the address on the underlay. */
  readonly ip: IpAddr;
  /** spec.podCIDR of the Node where it has none; null where nobody assigns one. */
  readonly podCIDR: Cidr | null;
  readonly kernel: Kernel;
  /** The API as this node's agents; writes are the kubelet's. What runs here starts when it has been reached. */
  readonly api: ApiClient;
  readonly cni: CniPlugin;
  /** One source shared by all nodes of a cluster; the node's own when absent. */
  readonly pods?: PodSource;
  readonly controlPlane?: boolean;
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly taints?: readonly Taint[];
  readonly capacity?: ResourceList;
  /** Whose words runtime errors and ids are in; `docker` when absent. */
  readonly runtime?: RuntimeName;
  /** Where its Pods look names up; without one they do as the machine does. */
  readonly dns?: KubeletDns;
  /** Images that are on the machine before the first Pod comes. */
  readonly preloadedImages?: readonly string[];
  /** Starts the node's proxy; returns what stops it. */
  readonly proxy?: () => () => void;
}

/** What runs on a node beside the kubelet: its proxy, and the daemon of its network. */
export type NodeAgent = 'kube-proxy' | 'cni';

export interface ClusterNode {
  readonly name: string;
  readonly kernel: Kernel;
  readonly cni: CniPlugin;
  /** `docker ps -a`; the same list until a container changes, and the same rows for those that did not. */
  containers(): readonly ContainerRecord[];
  /** What a container has logged since its start; empty for unknown ids. */
  logs(containerId: string): readonly string[];
  /** The machine's own /etc/resolv.conf and /etc/hosts. */
  readonly files: EtcFiles;
  /** Those of its Pods, by `namespace/name`. */
  podFiles(): ReadonlyMap<string, EtcFiles>;
  runs(agent: NodeAgent): boolean;
  /** Stops an agent as a crash does, leaving all it made behind; or starts it again. The agent is not so already. */
  setRunning(agent: NodeAgent, running: boolean): void;
  /** Ends a container that runs, as somebody does who is not the kubelet. */
  killContainer(containerId: string): void;
  /** Takes the node out: agents stop, Pods end, nothing is told to the API. The Node object stays until somebody deletes it. */
  stop(): void;
}

/** Joins a machine to the cluster (`kubeadm join`): its Node object, the network's daemon, the kubelet. */
export function createNode(options: NodeOptions): Result<ClusterNode, ApiStatus> {
  const { api, cni, kernel, name } = options;
  const dns = options.dns ?? machineDns(options);
  const kubelet = new Kubelet({
    nodeName: name,
    nodeIP: options.ip,
    kernel,
    api,
    pods: options.pods ?? createPodSource(api),
    cni,
    runtime: options.runtime ?? 'docker',
    capacity: options.capacity ?? DEFAULT_CAPACITY,
    dns,
  });
  for (const text of options.preloadedImages ?? []) {
    const image = parseImage(text);
    if (image.ok) kubelet.images.preload(image.value);
  }
  const proxy = new Daemon(api, options.proxy ?? null);
  const network = new Daemon(api, () => {
    cni.setupNode();
    return () => {
      cni.teardownNode();
    };
  });
  const join = (): WriteResult<Node> => {
    const registered = register(options);
    if (!registered.ok) return registered;
    network.start();
    kubelet.start();
    proxy.start();
    return registered;
  };
  let unwait = (): void => undefined;
  if (api.isWatching()) {
    const joined = join();
    if (!joined.ok) return joined;
  } else {
    kubelet.listen();
    unwait = api.onResume(() => {
      unwait();
      const joined = join();
      assert(joined.ok, joined.ok ? '' : joined.error.message);
    });
  }
  return ok({
    name,
    kernel,
    cni,
    containers: () => kubelet.runtime.containers(),
    logs: (id: string) => kubelet.runtime.logsOf(id),
    files: dns.machine,
    podFiles: () => kubelet.podFiles(),
    runs: (agent) => (agent === 'cni' ? network : proxy).running,
    setRunning(agent, running) {
      const daemon = agent === 'cni' ? network : proxy;
      if (running) daemon.start();
      else daemon.stop();
    },
    killContainer(id) {
      kubelet.runtime.killFromOutside(id);
    },
    stop() {
      unwait();
      proxy.stop();
      kubelet.stop();
      network.stop();
    },
  });
}

/** A process that begins by asking the API server: without an answer it waits for one, and does nothing else. */
class Daemon {
  readonly #api: ApiClient;
  /** Null where there is none on this node. */
  readonly #run: (() => () => void) | null;
  #stop: (() => void) | null = null;

  constructor(api: ApiClient, run: (() => () => void) | null) {
    this.#api = api;
    this.#run = run;
  }

  get running(): boolean {
    return this.#stop !== null;
  }

  start(): void {
    const run = this.#run;
    if (run === null || this.running) return;
    if (this.#api.isWatching()) {
      this.#stop = run();
      return;
    }
    const unwait = this.#api.onResume(() => {
      unwait();
      this.#stop = run();
    });
    this.#stop = unwait;
  }

  stop(): void {
    this.#stop?.();
    this.#stop = null;
  }
}

/** A kubelet without clusterDNS on a machine without nameservers. */
function machineDns({ name, ip }: NodeOptions): KubeletDns {
  const resolvConf = { nameservers: [], search: [], options: [] };
  return { clusterDNS: [], clusterDomain: 'cluster.local', machine: { resolvConf, hosts: machineHosts(name, ip) } };
}

/** Makes the Node object, or takes over one that is there (tryRegisterWithAPIServer). */
function register(options: NodeOptions): WriteResult<Node> {
  const { api, name, podCIDR } = options;
  const range = podCIDR === null ? {} : { podCIDR, podCIDRs: [podCIDR] };
  const existing = api.get('Node', null, name);
  const labels = { ...existing?.metadata.labels, ...defaultLabels(options), ...options.labels };
  const annotations = {
    ...existing?.metadata.annotations,
    'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
    ...options.annotations,
  };
  if (existing !== null) {
    const spec = existing.spec.podCIDR === undefined ? { ...existing.spec, ...range } : existing.spec;
    return api.update('Node', { ...existing, metadata: { ...existing.metadata, labels, annotations }, spec });
  }
  const taints = options.taints === undefined || options.taints.length === 0 ? {} : { taints: options.taints };
  return api.create('Node', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels, annotations },
    spec: { ...range, ...taints },
  });
}

function defaultLabels({ controlPlane, name }: NodeOptions): Labels {
  return {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    ...(controlPlane === true
      ? { 'node-role.kubernetes.io/control-plane': '', 'node.kubernetes.io/exclude-from-external-load-balancers': '' }
      : {}),
  };
}
