/**
 * One Pod on one node, from its sandbox to its removal (pkg/kubelet/pod_workers.go, kuberuntime/kuberuntime_manager.go SyncPod):
 * sandbox and network, init containers one after the other, containers, then their health, restarts and the end.
 *
 * Simplification: preStop and postStart hooks do not run, sidecar init containers are run like others to their end, volumes are there at once,
 * activeDeadlineSeconds is not kept, and a Pod's resources are never enforced.
 */
import type { Pod } from '../../api/types/pod.ts';
import type { ApiClient } from '../../api/watch.ts';
import type { IpAddr } from '../../lib/ip.ts';
import { NS_PER_MS, NS_PER_S, type Sim, type Timer } from '../../sim/sim.ts';
import type { ContainerRuntime, ExitedContainer, Sandbox } from '../runtime/runtime.ts';
import type { ImageStore } from '../runtime/image-store.ts';
import { ContainerStarter } from './container-starter.ts';
import { exitCodeOf, newRun, type ContainerRun } from './container-run.ts';
import { podEvents, type EventWriter, type PodEvent } from './events.ts';
import { podDns, podHosts, type EtcFiles, type KubeletDns } from './pod-dns.ts';
import { podStatus } from './pod-status.ts';
import { portMappings } from './port-mappings.ts';

/** From the Pod's arrival to the runtime's answer that pause runs and is connected. */
const SANDBOX_NS = 350 * NS_PER_MS;
/** How long the kubelet gathers changes before it writes the status. */
const STATUS_NS = 50 * NS_PER_MS;
/** Until the kubelet sees that a container ended (the PLEG's period). */
const PLEG_NS = NS_PER_S;
/** Until a process that heeds SIGTERM is gone. */
const SIGTERM_NS = 100 * NS_PER_MS;
/** pod_workers.go backOffPeriod: a Pod whose sync failed. */
const BACK_OFF_PERIOD_NS = 10 * NS_PER_S;
/** backOffOnTransientErrorPeriod: the network is not ready. */
const TRANSIENT_BACK_OFF_NS = NS_PER_S;
/** CrashLoopBackOff: first wait, longest wait, and how long a run is good for a fresh start. */
const CRASH_BACK_OFF_NS = 10 * NS_PER_S;
const MAX_CRASH_BACK_OFF_NS = 300 * NS_PER_S;

/** What a worker shares with the others of its node. */
export interface PodWorkerContext {
  readonly sim: Sim;
  readonly api: ApiClient;
  readonly runtime: ContainerRuntime;
  readonly images: ImageStore;
  readonly events: EventWriter;
  readonly nodeName: string;
  readonly nodeIP: IpAddr;
  readonly dns: KubeletDns;
}

export class PodWorker {
  readonly #context: PodWorkerContext;
  readonly #starter: ContainerStarter;
  readonly #inits: readonly ContainerRun[];
  readonly #containers: readonly ContainerRun[];
  readonly #startTime: string;
  #pod: Pod;
  #sandbox: Sandbox | null = null;
  #sandboxAttempts = 0;
  #stage: 'starting' | 'running' | 'terminating' | 'over' = 'starting';
  /** The address outlives the sandbox in the status of a finished Pod. */
  #podIP: IpAddr | null = null;
  #files: EtcFiles | null = null;
  readonly #timers = new Set<Timer>();
  #statusTimer: Timer | null = null;
  #graceTimer: Timer | null = null;

  constructor(pod: Pod, context: PodWorkerContext) {
    this.#pod = pod;
    this.#context = context;
    this.#startTime = pod.status.startTime ?? context.api.timestamp();
    const inits = pod.spec.initContainers ?? [];
    this.#inits = inits.map((spec) => newRun(spec, { init: true, waiting: 'PodInitializing' }));
    this.#containers = pod.spec.containers.map((spec) =>
      newRun(spec, { init: false, waiting: inits.length > 0 ? 'PodInitializing' : 'ContainerCreating' }),
    );
    this.#starter = new ContainerStarter({
      ...context,
      pod: () => this.#pod,
      later: (delay, label, work) => this.#later(delay, label, work),
      changed: () => {
        this.#statusChanged();
      },
      exited: (run, exited) => {
        this.#onExit(run, exited);
      },
      restart: (run) => {
        this.#restartUnhealthy(run);
      },
      files: () => this.#files,
      workloads: () =>
        [...this.#inits, ...this.#containers].flatMap(({ running }) => (running === null ? [] : [running.workload])),
    });
  }

  get uid(): string {
    return this.#pod.metadata.uid;
  }

  /** `namespace/name`. */
  get name(): string {
    return this.#label;
  }

  /** What its containers find in /etc; null without a sandbox. */
  get files(): EtcFiles | null {
    return this.#files;
  }

  get isOver(): boolean {
    return this.#stage === 'over';
  }

  start(): void {
    this.#warnOfWhatIsNotSimulated();
    this.#writeStatus();
    this.#createSandbox();
  }

  /** The API object has changed. */
  update(pod: Pod): void {
    const old = this.#pod;
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined) this.#terminate(old);
    else if (pod.spec !== old.spec) this.#updateImages();
  }

  /** The network may have become ready: a Pod that waits for it tries again. */
  networkChanged(): void {
    if (this.#stage === 'starting' && this.#sandbox === null && this.#waitsForNetwork) this.#createSandbox();
  }

  /** Somebody else wrote the Pod's status while the kubelet was not heard: it says again how things are. */
  reportAgain(): void {
    if (this.#stage !== 'over') this.#statusChanged();
  }

  /** The object is gone, or the node is: everything ends at once and nothing is written. */
  destroy(): void {
    this.#stage = 'over';
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#statusTimer?.cancel();
    this.#graceTimer?.cancel();
    for (const run of [...this.#inits, ...this.#containers]) this.#starter.stopProbes(run);
    this.#removeSandbox();
  }

  #waitsForNetwork = false;

  #createSandbox(): void {
    const { runtime, sim } = this.#context;
    const problem = this.#pod.spec.hostNetwork === true ? null : runtime.networkProblem();
    this.#waitsForNetwork = problem !== null;
    if (problem !== null) {
      this.#event(podEvents.networkNotReady(problem));
      this.#track(
        sim.background(TRANSIENT_BACK_OFF_NS, `retry of ${this.#label}`, () => {
          this.networkChanged();
        }),
      );
      return;
    }
    this.#later(SANDBOX_NS, `sandbox of ${this.#label}`, () => {
      this.#runSandbox();
    });
  }

  #runSandbox(): void {
    const { runtime, sim } = this.#context;
    const { metadata, spec } = this.#pod;
    const made = runtime.runPodSandbox(metadata, {
      attempt: this.#sandboxAttempts++,
      hostNetwork: spec.hostNetwork === true,
      portMappings: portMappings(spec),
    });
    if (!made.ok) {
      this.#event(podEvents.failedCreatePodSandBox(made.error));
      this.#track(
        sim.background(BACK_OFF_PERIOD_NS, `retry of ${this.#label}`, () => {
          this.#event(podEvents.sandboxChanged());
          this.#createSandbox();
        }),
      );
      return;
    }
    this.#sandbox = made.value;
    this.#podIP = made.value.podIP;
    this.#files = this.#writeFiles(made.value.podIP);
    this.#statusChanged();
    this.#startNext();
  }

  #writeFiles(podIP: IpAddr): EtcFiles {
    const { dns } = this.#context;
    const { conf, warnings } = podDns(this.#pod, dns);
    for (const warning of warnings) this.#event(podEvents.dnsConfigForming(warning));
    return { resolvConf: conf, hosts: podHosts(this.#pod, podIP, dns) };
  }

  /** The next container that has not been started: init containers first, each after the one before has ended well. */
  #startNext(): void {
    if (this.#sandbox === null || this.#stage === 'terminating' || this.#stage === 'over') return;
    const init = this.#inits.find((run) => exitCodeOf(run) !== 0);
    const next = init ?? this.#containers.find((run) => run.id === null && !isRefused(run));
    if (next === undefined) {
      this.#stage = 'running';
      return;
    }
    this.#starter.start(next, this.#sandbox, () => {
      // An init container is waited for; the others are started one after the other.
      if (!next.init) this.#startNext();
    });
  }

  #onExit(run: ContainerRun, { exitCode }: ExitedContainer): void {
    this.#starter.stopProbes(run);
    this.#starter.markTerminated(run, { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' });
    if (this.#stage === 'terminating') {
      this.#finishIfStopped();
      return;
    }
    this.#later(PLEG_NS, `relist of ${this.#label}`, () => {
      this.#afterExit(run, exitCode);
    });
    this.#statusChanged();
  }

  #afterExit(run: ContainerRun, exitCode: number): void {
    if (run.state.terminated === undefined) return;
    const { restartPolicy } = this.#pod.spec;
    if (run.init && exitCode === 0) this.#startNext();
    else if ((restartPolicy === 'Always' && !run.init) || (restartPolicy !== 'Never' && exitCode !== 0)) this.#restart(run);
    else this.#endIfAllEnded();
  }

  /** The first restart comes at once, the next ones after waits that double (CrashLoopBackOff). */
  #restart(run: ContainerRun): void {
    const { sim } = this.#context;
    if (run.startedAt !== null && sim.now - run.startedAt >= 2 * MAX_CRASH_BACK_OFF_NS) run.backOffNs = 0;
    const wait = run.backOffNs;
    run.backOffNs = Math.min(wait === 0 ? CRASH_BACK_OFF_NS : wait * 2, MAX_CRASH_BACK_OFF_NS);
    if (wait === 0) {
      this.#startAgain(run);
      return;
    }
    const { metadata } = this.#pod;
    const message = `back-off ${wait < 60 * NS_PER_S ? `${wait / NS_PER_S}s` : backOffMinutes(wait)} restarting failed container=${run.spec.name} pod=${metadata.name}_${metadata.namespace}(${metadata.uid})`;
    run.lastState = run.state;
    run.state = { waiting: { reason: 'CrashLoopBackOff', message } };
    this.#event(podEvents.backOff(run.spec.name, this.#pod));
    this.#statusChanged();
    this.#track(
      sim.background(wait, `back-off of ${run.spec.name} in ${this.#label}`, () => {
        this.#startAgain(run);
      }),
    );
  }

  #startAgain(run: ContainerRun): void {
    if (this.#sandbox === null || this.#stage === 'terminating' || this.#stage === 'over') return;
    if (run.state.terminated !== undefined) run.lastState = run.state;
    run.restartCount++;
    this.#starter.start(run, this.#sandbox, () => undefined);
  }

  /** A failed liveness or startup probe, or a new image: the container is killed and started again. */
  #restartUnhealthy(run: ContainerRun): void {
    if (run.running === null || this.#stage === 'terminating') return;
    const exitCode = this.#starter.kill(run);
    this.#starter.markTerminated(run, { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' });
    this.#statusChanged();
    if (this.#pod.spec.restartPolicy === 'Never') this.#endIfAllEnded();
    else this.#restart(run);
  }

  #updateImages(): void {
    for (const spec of this.#pod.spec.containers) {
      const run = this.#containers.find((candidate) => candidate.spec.name === spec.name);
      if (run === undefined || run.spec === spec) continue;
      const changed = run.spec.image !== spec.image;
      run.spec = spec;
      if (!changed || run.running === null) continue;
      this.#event(podEvents.definitionChanged(spec.name));
      run.backOffNs = 0;
      this.#restartUnhealthy(run);
    }
  }

  /** A Pod that has done its work gives its sandbox back and keeps its status. */
  #endIfAllEnded(): void {
    const over =
      this.#inits.some((run) => (exitCodeOf(run) ?? 0) !== 0) ||
      this.#containers.every((run) => run.state.terminated !== undefined);
    if (!over) return;
    for (const run of this.#containers) {
      if (run.running !== null) return;
    }
    this.#writeStatus();
    this.#removeSandbox();
  }

  #terminate(old: Pod): void {
    const grace = this.#graceNs;
    if (this.#stage === 'terminating') {
      // A second delete may only shorten the time.
      if (grace < (old.metadata.deletionGracePeriodSeconds ?? 30) * NS_PER_S) this.#killAfter(grace);
      return;
    }
    if (this.#stage === 'over') return;
    this.#stage = 'terminating';
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    for (const run of [...this.#inits, ...this.#containers]) {
      if (run.running === null) continue;
      this.#event(podEvents.stopping(run.spec.name));
      this.#starter.stopProbes(run);
      if (run.running.workload.sigtermExitCode !== null) {
        this.#later(Math.min(SIGTERM_NS, grace), `SIGTERM of ${run.spec.name} in ${this.#label}`, () => {
          this.#stopped(run);
        });
      }
    }
    this.#killAfter(grace);
    this.#finishIfStopped();
  }

  get #graceNs(): number {
    return (this.#pod.metadata.deletionGracePeriodSeconds ?? this.#pod.spec.terminationGracePeriodSeconds) * NS_PER_S;
  }

  /** SIGKILL for what is still there after the grace period. */
  #killAfter(graceNs: number): void {
    this.#graceTimer?.cancel();
    const kill = (): void => {
      for (const run of [...this.#inits, ...this.#containers]) this.#stopped(run);
    };
    if ([...this.#inits, ...this.#containers].every(({ running }) => running === null)) return;
    this.#graceTimer = this.#context.sim.after(graceNs, `SIGKILL of ${this.#label}`, kill);
  }

  #stopped(run: ContainerRun): void {
    if (run.running === null) return;
    const heeded = run.running.workload.sigtermExitCode;
    this.#starter.kill(run);
    this.#starter.markTerminated(run, { exitCode: heeded ?? 137, reason: heeded === 0 ? 'Completed' : 'Error' });
    this.#finishIfStopped();
  }

  /** All containers gone: last status, CNI DEL, and the object is removed. */
  #finishIfStopped(): void {
    if (this.#stage !== 'terminating' || [...this.#inits, ...this.#containers].some(({ running }) => running !== null)) return;
    this.#graceTimer?.cancel();
    this.#writeStatus();
    this.#later(STATUS_NS, `removal of ${this.#label}`, () => {
      const { namespace, name, uid } = this.#pod.metadata;
      this.destroy();
      this.#context.api.delete('Pod', namespace, name, { gracePeriodSeconds: 0, uid });
    });
  }

  #removeSandbox(): void {
    if (this.#sandbox !== null) this.#context.runtime.removePodSandbox(this.#sandbox.id);
    this.#sandbox = null;
    this.#files = null;
  }

  #statusChanged(): void {
    if (this.#statusTimer !== null || this.#stage === 'over') return;
    this.#statusTimer = this.#context.sim.after(STATUS_NS, `status of ${this.#label}`, () => {
      this.#writeStatus();
    });
  }

  #writeStatus(): void {
    const { api, nodeIP, runtime } = this.#context;
    this.#statusTimer?.cancel();
    this.#statusTimer = null;
    const { namespace, name, uid } = this.#pod.metadata;
    const stored = api.get('Pod', namespace, name);
    if (stored === null || stored.metadata.uid !== uid) return;
    const status = podStatus({
      pod: stored,
      inits: this.#inits,
      containers: this.#containers,
      podIP: this.#podIP,
      hostIP: nodeIP,
      startTime: this.#startTime,
      now: api.timestamp(),
      words: runtime.words,
    });
    api.updateStatus('Pod', { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, uid }, status });
  }

  #warnOfWhatIsNotSimulated(): void {
    const { spec } = this.#pod;
    for (const { name, lifecycle } of spec.containers) {
      if (lifecycle?.preStop !== undefined || lifecycle?.postStart !== undefined)
        this.#event(podEvents.notSimulated(`Lifecycle hooks of container ${name} are not run`));
    }
    const [unmapped] = this.#context.runtime.mapsPorts ? [] : portMappings(spec);
    if (unmapped !== undefined)
      this.#event(podEvents.notSimulated(`hostPort ${unmapped.hostPort} is not mapped: no plugin of this network maps ports`));
  }

  get #label(): string {
    return `${this.#pod.metadata.namespace}/${this.#pod.metadata.name}`;
  }

  #event(event: PodEvent): void {
    this.#context.events.record(this.#pod, event);
  }

  #later(delay: number, label: string, work: () => void): void {
    this.#track(this.#context.sim.after(delay, label, work));
  }

  #track(timer: Timer): void {
    // Timers that have run are dropped with the next one, so the set stays as small as the number that wait.
    for (const other of this.#timers) if (other.at < this.#context.sim.now) this.#timers.delete(other);
    this.#timers.add(timer);
  }
}

/** True for a container that the kubelet has given up starting. */
function isRefused(run: ContainerRun): boolean {
  const reason = run.state.waiting?.reason;
  return reason === 'InvalidImageName' || reason === 'ErrImageNeverPull';
}

/** `1m20s`. */
function backOffMinutes(ns: number): string {
  const seconds = ns / NS_PER_S;
  return `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
