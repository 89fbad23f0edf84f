/**
 * The kubelet of one node (pkg/kubelet/kubelet.go): registers the node, keeps its status, and has one worker for each Pod bound to it.
 * It writes no iptables rules.
 *
 * Simplification: no static Pod files, eviction or API of its own (the port is open and answers 401). A node whose card is down is not heard
 * of, but hears: its agents go on as if they could watch.
 */
import type { ResourceList } from '../../api/types/node.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { ApiClient, WatchEvent } from '../../api/watch.ts';
import { cidrAddress } from '../../lib/cidr.ts';
import { IP_ANY, IP_LOOPBACK, type IpAddr } from '../../lib/ip.ts';
import type { NetDevice } from '../../net/dev/device.ts';
import type { Kernel } from '../../net/kernel.ts';
import { NS_PER_MS, NS_PER_S, type Timer } from '../../sim/sim.ts';
import type { CniPlugin } from '../cni/plugin.ts';
import { ImageStore } from '../runtime/image-store.ts';
import { ContainerRuntime } from '../runtime/runtime.ts';
import { runtimeWords, type RuntimeName } from '../runtime/words.ts';
import { httpListener, textReply } from '../workload/http.ts';
import { EventWriter } from './events.ts';
import { nodeStatus } from './node-status.ts';
import type { EtcFiles, KubeletDns } from './pod-dns.ts';
import type { PodSource } from './pod-source.ts';
import { PodWorker, type PodWorkerContext } from './pod-worker.ts';

/** From the kubelet's start to its first look at Pods and its first status. */
const START_NS = 300 * NS_PER_MS;
/** nodeStatusReportFrequency: how often an unchanged status is written. */
const REPORT_NS = 300 * NS_PER_S;
/** nodeLeaseDurationSeconds 40 times nodeLeaseRenewIntervalFraction 0.25; nodeStatusUpdateFrequency is the same. */
const HEARTBEAT_NS = 10 * NS_PER_S;

export interface KubeletOptions {
  readonly nodeName: string;
  readonly nodeIP: IpAddr;
  readonly kernel: Kernel;
  readonly api: ApiClient;
  readonly pods: PodSource;
  readonly cni: CniPlugin;
  readonly runtime: RuntimeName;
  readonly capacity: ResourceList;
  readonly dns: KubeletDns;
  /** The API server runs on this machine. */
  readonly reachesApiLocally: boolean;
}

export class Kubelet {
  readonly runtime: ContainerRuntime;
  readonly images = new ImageStore();
  readonly #options: KubeletOptions;
  readonly #context: PodWorkerContext;
  readonly #workers = new Map<string, PodWorker>();
  readonly #stops: (() => void)[] = [];
  #starting: Timer | null = null;
  #report: Timer | null = null;
  #heart: Timer | null = null;

  constructor(options: KubeletOptions) {
    const { api, cni, kernel, nodeIP, nodeName } = options;
    this.#options = options;
    this.runtime = new ContainerRuntime({ kernel, nodeIP, cni, words: runtimeWords(options.runtime) });
    this.#context = {
      sim: kernel.sim,
      api,
      runtime: this.runtime,
      images: this.images,
      events: new EventWriter(api, nodeName),
      nodeName,
      nodeIP,
      dns: options.dns,
    };
  }

  start(): void {
    const { cni, kernel, nodeName } = this.#options;
    this.#listen();
    cni.onReadyChange(() => {
      this.#networkChanged();
    });
    this.#starting = kernel.sim.after(START_NS, `kubelet start ${nodeName}`, () => {
      this.#starting = null;
      this.#reportStatus();
      this.#beat();
      this.#stops.push(
        this.#options.pods.subscribe(nodeName, (event) => {
          this.#onPod(event);
        }),
      );
    });
  }

  /** The machine is switched off: nothing is told to the API any more. */
  stop(): void {
    this.#starting?.cancel();
    this.#report?.cancel();
    this.#heart?.cancel();
    for (const stop of this.#stops) stop();
    this.#stops.length = 0;
    for (const worker of this.#workers.values()) worker.destroy();
    this.#workers.clear();
  }

  /** The files of every Pod that has a sandbox, by `namespace/name`. */
  podFiles(): ReadonlyMap<string, EtcFiles> {
    const files = [...this.#workers.values()].flatMap((worker) =>
      worker.files === null ? [] : [[worker.name, worker.files] as const],
    );
    return new Map(files);
  }

  #onPod({ type, object }: WatchEvent<Pod>): void {
    const { uid } = object.metadata;
    const worker = this.#workers.get(uid);
    if (type === 'DELETED') {
      worker?.destroy();
      this.#workers.delete(uid);
      return;
    }
    if (worker !== undefined) worker.update(object);
    else this.#addPod(object);
  }

  #addPod(pod: Pod): void {
    const { phase } = pod.status;
    // Events come late: the Pod may be gone by now, and its last state has been heard of already.
    const stored = this.#options.api.get('Pod', pod.metadata.namespace, pod.metadata.name);
    if (stored?.metadata.uid !== pod.metadata.uid || phase === 'Succeeded' || phase === 'Failed') return;
    const worker = new PodWorker(pod, this.#context);
    this.#workers.set(pod.metadata.uid, worker);
    if (pod.metadata.deletionTimestamp === undefined) worker.start();
    else worker.update(pod);
  }

  #networkChanged(): void {
    if (this.#starting !== null) return;
    this.#reportStatus();
    for (const worker of this.#workers.values()) worker.networkChanged();
  }

  /** Renews the node's lease; and where the control plane had given the node up, says that it is wrong. */
  #beat(): void {
    const { api, kernel, nodeName } = this.#options;
    this.#heart = kernel.sim.background(HEARTBEAT_NS, `node lease ${nodeName}`, () => {
      this.#beat();
    });
    if (!this.#isConnected()) return;
    api.renewLease(nodeName);
    const ready = api.get('Node', null, nodeName)?.status.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status !== 'Unknown') return;
    this.#reportStatus();
    for (const worker of this.#workers.values()) worker.reportAgain();
  }

  /** Whether the device that has the node's address is up: without it the API server hears nothing. */
  #isConnected(): boolean {
    const { kernel, nodeIP, reachesApiLocally } = this.#options;
    const has = (dev: NetDevice): boolean => dev.addresses.some(({ address }) => cidrAddress(address) === nodeIP);
    return reachesApiLocally || kernel.root.links().some((dev) => dev.up && has(dev));
  }

  #reportStatus(): void {
    const { api, capacity, kernel, nodeIP, nodeName } = this.#options;
    this.#report?.cancel();
    this.#report = kernel.sim.background(REPORT_NS, `node status ${nodeName}`, () => {
      this.#reportStatus();
    });
    const node = api.get('Node', null, nodeName);
    if (node === null) return;
    const status = nodeStatus({
      node,
      nodeIP,
      capacity,
      runtimeVersion: this.runtime.words.version,
      networkProblem: this.runtime.networkProblem(),
      now: api.timestamp(),
    });
    api.updateStatus('Node', { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName }, status });
  }

  /** The kubelet's own ports: its API, and its health on the loopback device. */
  #listen(): void {
    const { api, kernel } = this.#options;
    const httpDate = (): string => new Date(api.timestamp()).toUTCString();
    const servers = [
      httpListener({ port: 10250, addr: IP_ANY, serverHeader: null, httpDate, respond: () => textReply('Unauthorized', 401) }),
      httpListener({ port: 10248, addr: IP_LOOPBACK, serverHeader: null, httpDate, respond: () => textReply('ok') }),
    ];
    for (const server of servers) {
      const bound = kernel.root.listen({ ...server, process: 'kubelet' });
      if (bound.ok) this.#stops.push(bound.value);
    }
  }
}
