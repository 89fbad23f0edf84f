/**
 * The container runtime of one node behind the CRI (RunPodSandbox, CreateContainer, StartContainer, …): sandboxes that hold a network
 * namespace, containers that run in it. An operator sees both with `docker ps`.
 *
 * A sandbox is the `pause` container: it is what keeps the namespace alive while the Pod's own containers come and go.
 * Simplification: calls take no time here; the kubelet spends it before it calls. No cgroups, mounts or pids.
 */
import type { ImageRef } from './image.ts';
import { SANDBOX_CONTAINER, type PodIdentity } from './names.ts';
import { assert, assertExists } from '../../lib/assert.ts';
import { cidrAddress } from '../../lib/cidr.ts';
import type { IpAddr } from '../../lib/ip.ts';
import type { Provenance } from '../../lib/provenance.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { RngStream } from '../../lib/rng.ts';
import type { Kernel } from '../../net/kernel.ts';
import type { Netns } from '../../net/netns.ts';
import { NS_PER_S, type Instant, type Timer } from '../../sim/sim.ts';
import type { Bandwidth, CniContext, CniPlugin, PodRates, PortMapping } from '../cni/plugin.ts';
import type { ProcessExit, Workload } from '../workload/workload.ts';
import type { RuntimeWords } from './words.ts';

/** kubeadm v1.30's pause image. */
export const PAUSE_IMAGE = 'registry.k8s.io/pause:3.9';

/** Ends that come within this are waited for: of init containers and jobs, and of any container. */
const AWAITED_EXIT_NS = 120 * NS_PER_S;
const PROMPT_EXIT_NS = NS_PER_S;

/** A container as `docker ps` lists it. */
export interface ContainerRecord {
  /** 64 hexadecimal digits. */
  readonly id: string;
  /** `k8s_POD_<pod>_<namespace>_<uid>_<attempt>` or `k8s_<container>_…`. */
  readonly name: string;
  readonly image: string;
  /** The container's name in the Pod; `POD` for the pause sandbox. */
  readonly container: string;
  /** `Pod namespace/name`. */
  readonly pod: string;
  readonly state: 'created' | 'running' | 'exited';
  readonly startedAt: Instant | null;
}

export interface Sandbox {
  readonly id: string;
  readonly pod: PodIdentity;
  readonly netns: Netns;
  readonly hostNetwork: boolean;
  readonly portMappings: readonly PortMapping[];
  readonly bandwidth: Bandwidth;
  readonly podIP: IpAddr;
}

export interface RunningContainer {
  readonly record: ContainerRecord;
  readonly sandboxId: string;
  readonly workload: Workload;
  readonly startedAt: Instant;
}

export interface ExitedContainer {
  readonly id: string;
  readonly exitCode: number;
  readonly finishedAt: Instant;
  /** Last lines of its log. */
  readonly logs: readonly string[];
}

interface Process extends RunningContainer {
  readonly close: readonly (() => void)[];
  readonly exitTimer: Timer | null;
  readonly onExit: (exited: ExitedContainer) => void;
}

const UNLIMITED: PodRates = { ingressRate: null, egressRate: null };

/** What a killed process ends with: 128 and SIGKILL's number. */
const SIGKILLED = 137;

export interface RuntimeOptions {
  readonly kernel: Kernel;
  readonly nodeIP: IpAddr;
  readonly cni: CniPlugin;
  readonly words: RuntimeWords;
}

export interface SandboxSpec {
  readonly attempt: number;
  readonly hostNetwork: boolean;
  readonly portMappings: readonly PortMapping[];
  /** How fast the Pod may be; the error is what its annotations have wrong. */
  readonly bandwidth: Result<PodRates, string>;
  /** Called when pause ends without the kubelet's doing. */
  readonly onExit: () => void;
}

export interface StartSpec {
  readonly sandbox: Sandbox;
  readonly name: string;
  readonly image: ImageRef;
  readonly workload: Workload;
  readonly attempt: number;
  /** True where somebody waits for the process to end: the cluster is not at rest before. */
  readonly awaited: boolean;
  /** Called as its own event when the process ends by itself or cannot bind a port. */
  readonly onExit: (exited: ExitedContainer) => void;
}

export class ContainerRuntime {
  readonly #options: RuntimeOptions;
  readonly #ids: RngStream;
  readonly #sandboxes = new Map<string, Sandbox>();
  readonly #pauses = new Map<string, () => void>();
  readonly #processes = new Map<string, Process>();
  readonly #records = new Map<string, ContainerRecord>();
  readonly #logs = new Map<string, readonly string[]>();
  #list: readonly ContainerRecord[] | null = [];

  constructor(options: RuntimeOptions) {
    this.#options = options;
    this.#ids = options.kernel.random('runtime.id');
  }

  get words(): RuntimeWords {
    return this.#options.words;
  }

  /** True where the network's plugins map hostPorts. */
  get mapsPorts(): boolean {
    return this.#options.cni.mapsPorts === true;
  }

  /** NetworkReady's message, or null when the network is ready. */
  networkProblem(): string | null {
    return this.#options.cni.ready ? null : this.#options.words.networkNotReady;
  }

  /** All containers, dead ones included; the same list until one changes. */
  containers(): readonly ContainerRecord[] {
    this.#list ??= [...this.#records.values()];
    return this.#list;
  }

  logsOf(id: string): readonly string[] {
    return this.#logs.get(id) ?? [];
  }

  /** Starts pause in a new network namespace (the node's own with hostNetwork) and has the CNI plugin connect it. */
  runPodSandbox(pod: PodIdentity, options: SandboxSpec): Result<Sandbox, string> {
    const { kernel, nodeIP } = this.#options;
    const id = this.#ids.hex(64);
    const by: Provenance = { actor: 'kubelet', action: 'RunPodSandbox', object: podKey(pod) };
    const netns = options.hostNetwork ? kernel.root : kernel.addNetns(`${pod.namespace}/${pod.name}`, by);
    const { hostNetwork, portMappings, bandwidth } = options;
    const { words } = this.#options;
    const limits = bandwidth.ok ? bandwidth.value : UNLIMITED;
    const bare = { id, pod, netns, hostNetwork, portMappings, bandwidth: { ...limits, burstBits: words.burstBits } };
    const podIP = hostNetwork
      ? ok(nodeIP)
      : bandwidth.ok
        ? this.#connect(bare)
        : err(words.bandwidthRefused(pod, id, bandwidth.error));
    if (!podIP.ok) {
      this.#disconnect(bare);
      return podIP;
    }
    const sandbox: Sandbox = { ...bare, podIP: podIP.value };
    this.#sandboxes.set(id, sandbox);
    this.#pauses.set(id, options.onExit);
    const image = PAUSE_IMAGE;
    this.#put({
      id,
      name: words.sandboxName(pod, options.attempt),
      image,
      container: SANDBOX_CONTAINER,
      pod: podKey(pod),
      state: 'running',
      startedAt: kernel.sim.now,
    });
    return ok(sandbox);
  }

  /** `loopback`, then the network. */
  #connect(sandbox: Omit<Sandbox, 'podIP'>): Result<IpAddr, string> {
    const { cni, words } = this.#options;
    const loopback: Provenance = { actor: 'loopback', action: 'cmdAdd', object: podKey(sandbox.pod) };
    const up = sandbox.netns.setLink('lo', { up: true }, loopback);
    assert(up.ok, 'lo exists in every namespace');
    const added = cni.cmdAdd(cniContext(sandbox));
    if (!added.ok) return err(words.networkSetupFailed(sandbox.pod, sandbox.id, added.error));
    return ok(cidrAddress(assertExists(added.value.ips[0], 'a CNI result has an address').address));
  }

  #disconnect(sandbox: Omit<Sandbox, 'podIP'>): void {
    const { cni, kernel } = this.#options;
    if (sandbox.hostNetwork) return;
    // DEL of what may be half made: the namespace goes in any case, and its devices with it.
    cni.cmdDel(cniContext(sandbox));
    kernel.deleteNetns(sandbox.netns.name, { actor: 'kubelet', action: 'StopPodSandbox', object: podKey(sandbox.pod) });
  }

  /** Stops what still runs in the sandbox, disconnects it and removes all its containers. */
  removePodSandbox(id: string): void {
    const sandbox = this.#sandboxes.get(id);
    if (sandbox === undefined) return;
    for (const process of [...this.#processes.values()]) if (process.sandboxId === id) this.kill(process.record.id);
    this.#disconnect(sandbox);
    this.#sandboxes.delete(id);
    this.#pauses.delete(id);
    for (const record of [...this.#records.values()]) {
      if (record.pod === podKey(sandbox.pod) && record.name.includes(`_${sandbox.pod.uid}_`)) this.#forget(record.id);
    }
  }

  /** Starts a process in the sandbox's namespace; one that cannot bind its port ends at once. */
  startContainer(spec: StartSpec): RunningContainer {
    const { kernel } = this.#options;
    const { sim } = kernel;
    const { sandbox, workload } = spec;
    const id = this.#ids.hex(64);
    workload.work?.begin?.();
    const bound = bindAll(sandbox.netns, workload);
    const failed = bound.error;
    if (failed === null) workload.work?.serve?.();
    const exit = failed === null ? workload.exit : { afterNs: 0, code: 1 };
    this.#logs.set(id, failed === null ? workload.logs : [failed]);
    const exitTimer = exit === null ? null : this.#scheduleExit(id, exit, spec);
    const name = this.words.containerName(spec.name, sandbox.pod, spec.attempt);
    const record: ContainerRecord = {
      id,
      name,
      image: spec.image.text,
      container: spec.name,
      pod: podKey(sandbox.pod),
      state: 'running',
      startedAt: sim.now,
    };
    const { close } = bound;
    const process: Process = {
      record,
      sandboxId: sandbox.id,
      workload,
      startedAt: sim.now,
      close,
      exitTimer,
      onExit: spec.onExit,
    };
    this.#processes.set(id, process);
    this.#put(record);
    return process;
  }

  /** The end that the process comes to by itself; a server's or sleeper's, some day, keeps nobody waiting. */
  #scheduleExit(id: string, { afterNs, code }: ProcessExit, { awaited, name, onExit, sandbox: { pod } }: StartSpec): Timer {
    const { sim } = this.#options.kernel;
    const soon = afterNs <= (awaited ? AWAITED_EXIT_NS : PROMPT_EXIT_NS);
    const label = `exit of ${name} in ${pod.namespace}/${pod.name}`;
    const end = (): void => {
      if (!this.#processes.has(id)) return;
      this.#end(id, 'crash');
      onExit({ id, exitCode: code, finishedAt: sim.now, logs: this.logsOf(id) });
    };
    return soon ? sim.after(afterNs, label, end) : sim.background(afterNs, label, end);
  }

  /** SIGKILL, or the end of a process that heeded SIGTERM: its sockets close. */
  kill(id: string): void {
    const process = this.#processes.get(id);
    process?.exitTimer?.cancel();
    this.#end(id, process?.workload.sigtermExitCode === null ? 'crash' : 'SIGTERM');
  }

  /**
   * `docker kill`: somebody else than the kubelet ends a process, which hears of it later. A namespace that lost its pause lives on with
   * the containers in it.
   */
  killFromOutside(id: string): void {
    const record = assertExists(this.#records.get(id), `container ${id} exists`);
    const process = this.#processes.get(id);
    if (process === undefined) {
      this.#put({ ...record, state: 'exited' });
      this.#pauses.get(id)?.();
      return;
    }
    process.exitTimer?.cancel();
    this.#end(id, 'crash');
    process.onExit({ id, exitCode: SIGKILLED, finishedAt: this.#options.kernel.sim.now, logs: this.logsOf(id) });
  }

  /** Removes a dead container's record. */
  removeContainer(id: string): void {
    assert(!this.#processes.has(id), `container ${id} runs`);
    this.#forget(id);
  }

  #end(id: string, how: 'SIGTERM' | 'crash'): void {
    const process = this.#processes.get(id);
    if (process === undefined) return;
    process.workload.work?.end(how);
    for (const close of process.close) close();
    this.#processes.delete(id);
    const record = this.#records.get(id);
    if (record !== undefined) this.#put({ ...record, state: 'exited' });
  }

  #put(record: ContainerRecord): void {
    this.#records.set(record.id, record);
    this.#list = null;
  }

  #forget(id: string): void {
    this.#records.delete(id);
    this.#logs.delete(id);
    this.#list = null;
  }
}

/** Opens every socket of a workload, or none. */
function bindAll(netns: Netns, workload: Workload): { readonly close: readonly (() => void)[]; readonly error: string | null } {
  const close: (() => void)[] = [];
  for (const listener of workload.listeners) {
    const bound = netns.listen({ ...listener, process: workload.process });
    if (bound.ok) close.push(bound.value);
    else {
      for (const undo of close) undo();
      return { close: [], error: workload.bindError(listener) };
    }
  }
  return { close, error: null };
}

function podKey({ namespace, name }: PodIdentity): string {
  return `Pod ${namespace}/${name}`;
}

function cniContext({ id, pod, netns, portMappings, bandwidth }: Omit<Sandbox, 'podIP'>): CniContext {
  return { containerId: id, netns, ifName: 'eth0', portMappings, bandwidth, podNamespace: pod.namespace, podName: pod.name };
}
