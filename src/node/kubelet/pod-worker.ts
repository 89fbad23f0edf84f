/**
 * One Pod on one node, from its sandbox to its removal (pkg/kubelet/pod_workers.go, kuberuntime/kuberuntime_manager.go SyncPod):
 * sandbox and network, init containers one after the other, containers, then their health, restarts and the end. A sandbox that died is
 * replaced: what ran in it is stopped, its network is torn down, and the Pod begins again in a new one with another address.
 *
 * Simplification: preStop and postStart hooks do not run, sidecar init containers are run like others to their end, volumes are there at once,
 * activeDeadlineSeconds is not kept, and a Pod's resources are never enforced.
 */
import type { Pod } from '../../api/types/pod.ts';
import type { IpAddr } from '../../lib/ip.ts';
import { NS_PER_MS, NS_PER_S, type Timer } from '../../sim/sim.ts';
import type { ExitedContainer, Sandbox } from '../runtime/runtime.ts';
import { ContainerStarter } from './container-starter.ts';
import { backOffLeft, backOffMessage, forgive, lengthen } from './crash-back-off.ts';
import { exitCodeOf, newRun, type ContainerRun } from './container-run.ts';
import { podEvents, type PodEvent } from './events.ts';
import { notSimulated } from './not-simulated.ts';
import { podDns, podHosts, type EtcFiles } from './pod-dns.ts';
import { podStatus } from './pod-status.ts';
import type { PodWorkerContext } from './pod-worker-context.ts';
import { bandwidthOf } from './bandwidth.ts';
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

export class PodWorker {
  readonly #context: PodWorkerContext;
  readonly #starter: ContainerStarter;
  readonly #inits: readonly ContainerRun[];
  readonly #containers: readonly ContainerRun[];
  readonly #startTime: string;
  #pod: Pod;
  #sandbox: Sandbox | null = null;
  #sandboxAttempts = 0;
  /** `replacing`: its sandbox died, and what ran in it is being stopped. */
  #stage: 'starting' | 'running' | 'replacing' | 'terminating' | 'over' = 'starting';
  #sandboxDied = false;
  /** The address outlives the sandbox in the status of a finished Pod. */
  #podIP: IpAddr | null = null;
  /** Nothing of it is left, which the API server has yet to hear. */
  #endUnheard = false;
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
      workloads: () => this.#all.flatMap(({ running }) => (running === null ? [] : [running.workload])),
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
    for (const event of notSimulated(this.#pod.spec, this.#context.runtime)) this.#event(event);
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
    if (this.#endUnheard) this.#reportEnd();
    else if (this.#stage !== 'over') this.#statusChanged();
  }

  /** The object is gone, or the node is: everything ends at once and nothing is written. */
  destroy(): void {
    this.#stage = 'over';
    this.#cancelTimers();
    this.#statusTimer?.cancel();
    this.#graceTimer?.cancel();
    for (const run of this.#all) this.#starter.stopProbes(run);
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
      bandwidth: bandwidthOf(this.#pod),
      onExit: () => {
        this.#onSandboxExit();
      },
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
    if (this.#sandbox === null || this.#sandboxDied || this.#isEnding) return;
    const init = this.#inits.find((run) => run.toStart || exitCodeOf(run) !== 0);
    const next = init ?? this.#containers.find((run) => run.toStart);
    if (next === undefined) {
      this.#stage = 'running';
      return;
    }
    next.toStart = false;
    const wait = backOffLeft(next, this.#context.sim.now);
    if (wait > 0) this.#backOff(next, wait);
    // An init container is waited for; the others are started one after the other.
    else
      this.#launch(next, () => {
        if (!next.init) this.#startNext();
      });
    if (wait > 0 && !next.init) this.#startNext();
  }

  get #isEnding(): boolean {
    return this.#stage === 'replacing' || this.#stage === 'terminating' || this.#stage === 'over';
  }

  #onExit(run: ContainerRun, { exitCode }: ExitedContainer): void {
    this.#starter.stopProbes(run);
    this.#starter.markTerminated(run, { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' });
    if (this.#isEnding) {
      this.#afterStop();
      return;
    }
    run.failedAt = this.#context.sim.now;
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

  #restart(run: ContainerRun): void {
    forgive(run, this.#context.sim.now);
    if (run.backOffNs > 0) this.#backOff(run, run.backOffNs);
    else this.#startAgain(run);
  }

  #backOff(run: ContainerRun, wait: number): void {
    if (run.state.terminated !== undefined) run.lastState = run.state;
    run.state = { waiting: { reason: 'CrashLoopBackOff', message: backOffMessage(run, this.#pod) } };
    this.#event(podEvents.backOff(run.spec.name, this.#pod));
    this.#statusChanged();
    this.#track(
      this.#context.sim.background(wait, `back-off of ${run.spec.name} in ${this.#label}`, () => {
        this.#startAgain(run);
      }),
    );
  }

  #startAgain(run: ContainerRun): void {
    // In a sandbox that died nothing is started: all of it will be, in the next one.
    if (!this.#isEnding && !this.#sandboxDied) this.#launch(run, () => undefined);
  }

  /** Starts a container, for the first time or once more. */
  #launch(run: ContainerRun, then: () => void): void {
    if (this.#sandbox === null) return;
    if (run.state.terminated !== undefined) run.lastState = run.state;
    if (run.id !== null) run.restartCount++;
    lengthen(run);
    this.#starter.start(run, this.#sandbox, then);
  }

  /** Somebody killed pause; the kubelet sees it with its next look at the containers. */
  #onSandboxExit(): void {
    this.#sandboxDied = true;
    if (this.#isEnding) return;
    this.#later(PLEG_NS, `relist of ${this.#label}`, () => {
      if (!this.#isEnding) this.#replaceSandbox();
    });
    this.#statusChanged();
  }

  /** computePodActions with a sandbox that is not ready: everything is killed, and made anew unless the Pod is never restarted. */
  #replaceSandbox(): void {
    this.#stage = 'replacing';
    this.#cancelTimers();
    const { restartPolicy } = this.#pod.spec;
    for (const run of this.#all) run.toStart = run.init || restartPolicy === 'Always' || exitCodeOf(run) !== 0;
    if (restartPolicy !== 'Never') this.#event(podEvents.sandboxChanged());
    this.#stopAll(this.#pod.spec.terminationGracePeriodSeconds * NS_PER_S);
    this.#afterStop();
  }

  #beginAgain(): void {
    if (this.#all.some(({ running }) => running !== null)) return;
    this.#graceTimer?.cancel();
    if (this.#pod.spec.restartPolicy === 'Never') {
      this.#stage = 'running';
      this.#endIfAllEnded();
      return;
    }
    this.#removeSandbox();
    this.#stage = 'starting';
    this.#statusChanged();
    this.#createSandbox();
  }

  /** A failed liveness or startup probe, or a new image: the container is killed and started again. */
  #restartUnhealthy(run: ContainerRun): void {
    if (run.running === null || this.#isEnding) return;
    run.failedAt = this.#context.sim.now;
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
    this.#cancelTimers();
    this.#stopAll(grace);
    this.#afterStop();
  }

  #cancelTimers(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  /** SIGTERM for all that runs, and SIGKILL after the grace period (killContainersWithSyncResult). */
  #stopAll(grace: number): void {
    for (const run of this.#all) {
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
  }

  get #graceNs(): number {
    return (this.#pod.metadata.deletionGracePeriodSeconds ?? this.#pod.spec.terminationGracePeriodSeconds) * NS_PER_S;
  }

  /** SIGKILL for what is still there after the grace period. */
  #killAfter(graceNs: number): void {
    this.#graceTimer?.cancel();
    const kill = (): void => {
      for (const run of this.#all) this.#stopped(run);
    };
    if (this.#all.every(({ running }) => running === null)) return;
    this.#graceTimer = this.#context.sim.after(graceNs, `SIGKILL of ${this.#label}`, kill);
  }

  #stopped(run: ContainerRun): void {
    if (run.running === null) return;
    const heeded = run.running.workload.sigtermExitCode;
    this.#starter.kill(run);
    this.#starter.markTerminated(run, { exitCode: heeded ?? 137, reason: heeded === 0 ? 'Completed' : 'Error' });
    this.#afterStop();
  }

  #afterStop(): void {
    if (this.#stage === 'replacing') this.#beginAgain();
    else if (this.#stage === 'terminating') this.#finishIfStopped();
  }

  /** All containers gone: last status, CNI DEL, and the object is removed. */
  #finishIfStopped(): void {
    if (this.#all.some(({ running }) => running !== null)) return;
    this.#graceTimer?.cancel();
    this.#writeStatus();
    this.#later(STATUS_NS, `removal of ${this.#label}`, () => {
      this.destroy();
      this.#reportEnd();
    });
  }

  #reportEnd(): void {
    const { api } = this.#context;
    const { namespace, name, uid } = this.#pod.metadata;
    this.#endUnheard = api.unreachable() !== null;
    api.delete('Pod', namespace, name, { gracePeriodSeconds: 0, uid });
  }

  #removeSandbox(): void {
    if (this.#sandbox !== null) this.#context.runtime.removePodSandbox(this.#sandbox.id);
    this.#sandbox = null;
    this.#sandboxDied = false;
    this.#files = null;
  }

  get #all(): readonly ContainerRun[] {
    return [...this.#inits, ...this.#containers];
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
      sandboxReady: this.#sandbox !== null && !this.#sandboxDied,
      hostIP: nodeIP,
      startTime: this.#startTime,
      now: api.timestamp(),
      words: runtime.words,
    });
    api.updateStatus('Pod', { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, uid }, status });
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
