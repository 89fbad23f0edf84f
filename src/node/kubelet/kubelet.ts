/**
 * The kubelet of one node (pkg/kubelet/kubelet.go): registers the node, keeps its status, and has one worker for each Pod bound to it.
 * It writes no iptables rules.
 *
 * Without the API server it goes on with the Pods it knows: what ends is started again, and what there is to say is said when the API server
 * answers.
 *
 * Simplification: no static Pod files, eviction or API of its own (the port is open and answers 401); statuses that were not heard are written
 * with the list that follows the outage, not up to 10 s later.
 */
import type { ResourceList } from '../../api/types/node.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { ApiClient, WatchEvent } from '../../api/watch.ts';
import { IP_ANY, IP_LOOPBACK, type IpAddr } from '../../lib/ip.ts';
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
import { PodWorker } from './pod-worker.ts';
import type { PodWorkerContext } from './pod-worker-context.ts';

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
}

export class Kubelet {
  readonly runtime: ContainerRuntime;
  readonly images = new ImageStore();
  readonly #options: KubeletOptions;
  readonly #context: PodWorkerContext;
  readonly #workers = new Map<string, PodWorker>();
  readonly #stops: (() => void)[] = [];
  #listening = false;
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
    const { api, cni, kernel, nodeName } = this.#options;
    this.listen();
    cni.onReadyChange(() => {
      this.#networkChanged();
    });
    this.#starting = kernel.sim.after(START_NS, `kubelet start ${nodeName}`, () => {
      this.#starting = null;
      this.#reportStatus();
      this.#beat();
      this.#stops.push(
        this.#options.pods.subscribe(nodeName, api, (event) => {
          this.#onPod(event);
        }),
        api.onResume(() => {
          this.#resume();
        }),
      );
    });
  }

  /** The API server answers again: the Pods are listed, and what was not heard is said once more. */
  #resume(): void {
    const { api, nodeName } = this.#options;
    const pods = api.list('Pod', { fieldSelector: `spec.nodeName=${nodeName}` });
    const bound = new Set(pods.map(({ metadata }) => metadata.uid));
    for (const uid of [...this.#workers.keys()]) if (!bound.has(uid)) this.#removePod(uid);
    for (const pod of pods) this.#onPod({ type: 'ADDED', object: pod, old: null });
    api.renewLease(nodeName);
    this.#reportAgain();
  }

  #reportAgain(): void {
    this.#reportStatus();
    for (const worker of this.#workers.values()) worker.reportAgain();
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
    if (type === 'DELETED') {
      this.#removePod(uid);
      return;
    }
    const worker = this.#workers.get(uid);
    if (worker !== undefined) worker.update(object);
    else this.#addPod(object);
  }

  #removePod(uid: string): void {
    this.#workers.get(uid)?.destroy();
    this.#workers.delete(uid);
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
    if (api.unreachable() !== null) return;
    api.renewLease(nodeName);
    const ready = api.get('Node', null, nodeName)?.status.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status === 'Unknown') this.#reportAgain();
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
  listen(): void {
    if (this.#listening) return;
    this.#listening = true;
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
