/**
 * Starts one container and watches over it: image, create, start, probes (pkg/kubelet/kuberuntime/kuberuntime_container.go
 * startContainer, pkg/kubelet/prober/prober_manager.go).
 */
import type { ContainerStateTerminated, Probe } from '../../api/types/container.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { ApiClient } from '../../api/watch.ts';
import type { ResolvConf } from '../../net/resolv/resolv-conf.ts';
import { NS_PER_MS } from '../../sim/sim.ts';
import { parseImage, type ImageRef } from '../runtime/image.ts';
import type { ExitedContainer, Sandbox } from '../runtime/runtime.ts';
import { environmentOf, resolveWorkload } from '../workload/resolve.ts';
import type { Workload } from '../workload/workload.ts';
import type { ContainerRun } from './container-run.ts';
import { podEvents, type PodEvent } from './events.ts';
import { mountedFile } from './mounted-file.ts';
import { podHostname, type EtcFiles } from './pod-dns.ts';
import type { PodWorkerContext } from './pod-worker-context.ts';
import { attemptProbe } from './probe.ts';
import { ProbeWorker, type ProbeKind } from './prober.ts';

/** The runtime's own work for one container: create, then start. */
const CREATE_NS = 60 * NS_PER_MS;
const START_NS = 90 * NS_PER_MS;

const NO_RESOLV_CONF: ResolvConf = { nameservers: [], search: [], options: [] };

export interface StarterContext extends PodWorkerContext {
  readonly pod: () => Pod;
  readonly later: (delay: number, label: string, work: () => void) => void;
  /** The status is to be written. */
  readonly changed: () => void;
  readonly exited: (run: ContainerRun, exited: ExitedContainer) => void;
  /** A container is to be killed and started again. */
  readonly restart: (run: ContainerRun) => void;
  /** The Pod's /etc/resolv.conf and /etc/hosts. */
  readonly files: () => EtcFiles | null;
  /** What runs in the Pod now. */
  readonly workloads: () => readonly Workload[];
}

function always(): true {
  return true;
}

/** The informers of a process that starts now: empty until the API server has been reached for the first time. */
function startCaches(api: ApiClient): Pick<Parameters<typeof resolveWorkload>[0]['cluster'], 'api' | 'synced'> {
  if (api.isWatching()) return { api, synced: always };
  let synced = false;
  const unwait = api.onResume(() => {
    unwait();
    synced = true;
  });
  return {
    synced: () => synced,
    api: {
      get: (kind, namespace, name) => (synced ? api.get(kind, namespace, name) : null),
      list: (kind, options) => (synced ? api.list(kind, options) : []),
    },
  };
}

export class ContainerStarter {
  readonly #context: StarterContext;

  constructor(context: StarterContext) {
    this.#context = context;
  }

  /** Pulls, creates and starts; `then` is called when the container runs or has been given up. */
  start(run: ContainerRun, sandbox: Sandbox, then: () => void): void {
    const image = parseImage(run.spec.image ?? '');
    if (!image.ok) {
      this.#refuse(run, 'InvalidImageName', podEvents.invalidImage(image.error), image.error);
      then();
      return;
    }
    if (run.spec.imagePullPolicy === 'Never' && !this.#context.images.has(image.value)) {
      const event = podEvents.neverPull(image.value.text);
      this.#refuse(run, 'ErrImageNeverPull', event, event.message);
      then();
      return;
    }
    this.#ensureImage(run, image.value, () => {
      this.#create(run, image.value, sandbox, then);
    });
  }

  #refuse(run: ContainerRun, reason: string, event: PodEvent, message: string): void {
    run.state = { waiting: { reason, message } };
    this.#event(event);
    this.#event(podEvents.failed(reason));
    this.#context.changed();
  }

  #ensureImage(run: ContainerRun, image: ImageRef, then: () => void): void {
    const { images, later, sim } = this.#context;
    const text = run.spec.image ?? '';
    if (run.spec.imagePullPolicy !== 'Always' && images.has(image)) {
      this.#event(podEvents.present(text));
      then();
      return;
    }
    this.#event(podEvents.pulling(text));
    const pull = images.pull(image, sim.now);
    later(pull.totalNs, `pull of ${image.text} for ${this.#label(run)}`, () => {
      this.#event(podEvents.pulled(text, pull));
      then();
    });
  }

  #create(run: ContainerRun, image: ImageRef, sandbox: Sandbox, then: () => void): void {
    const { later } = this.#context;
    later(CREATE_NS, `create ${this.#label(run)}`, () => {
      this.#event(podEvents.created(run.spec.name));
      later(START_NS, `start ${this.#label(run)}`, () => {
        this.#started(run, image, sandbox);
        then();
      });
    });
  }

  #started(run: ContainerRun, image: ImageRef, sandbox: Sandbox): void {
    const { api, changed, exited, runtime } = this.#context;
    if (run.id !== null) runtime.removeContainer(run.id);
    const workload = resolveWorkload(this.#workloadContext(run, image, sandbox));
    run.running = runtime.startContainer({
      sandbox,
      name: run.spec.name,
      image,
      workload,
      attempt: run.restartCount,
      awaited: run.init || this.#context.pod().spec.restartPolicy !== 'Always',
      onExit: (exit) => {
        exited(run, exit);
      },
    });
    run.id = run.running.record.id;
    run.image = image;
    run.startedAt = run.running.startedAt;
    run.state = { running: { startedAt: api.timestamp() } };
    this.#event(podEvents.started(run.spec.name));
    this.#startProbes(run, sandbox);
    changed();
  }

  #workloadContext(
    run: ContainerRun,
    image: ImageRef,
    { podIP, hostNetwork, netns }: Sandbox,
  ): Parameters<typeof resolveWorkload>[0] {
    const { api, nodeIP, nodeName } = this.#context;
    const pod = this.#context.pod();
    const { api: informers, synced } = startCaches(api);
    const { metadata, spec } = pod;
    const names = { podName: metadata.name, namespace: metadata.namespace, podIP, nodeName, nodeIP };
    return {
      ...names,
      container: run.spec,
      image,
      hostname: hostNetwork ? nodeName : podHostname(pod),
      env: environmentOf(run.spec.env ?? [], { ...names, serviceAccountName: spec.serviceAccountName ?? 'default' }),
      httpDate: () => new Date(api.timestamp()).toUTCString(),
      cluster: {
        api: informers,
        synced,
        netns,
        resolvConf: this.#context.files()?.resolvConf ?? NO_RESOLV_CONF,
        file: (path) => mountedFile(api, pod, run.spec, path),
      },
    };
  }

  /** A container without a probe is started and ready as soon as it runs; an init container is never ready before its end. */
  #startProbes(run: ContainerRun, sandbox: Sandbox): void {
    const { startupProbe } = run.spec;
    if (run.init) return;
    if (startupProbe === undefined) {
      this.#probeHealth(run, sandbox);
      return;
    }
    this.#startProbe(run, sandbox, { kind: 'Startup', probe: startupProbe }, (healthy) => {
      if (healthy) {
        this.stopProbes(run);
        this.#probeHealth(run, sandbox);
        this.#context.changed();
      } else this.#failed(run, 'startup');
    });
  }

  #probeHealth(run: ContainerRun, sandbox: Sandbox): void {
    const { livenessProbe, readinessProbe } = run.spec;
    run.started = true;
    run.ready = readinessProbe === undefined;
    if (readinessProbe !== undefined) {
      this.#startProbe(run, sandbox, { kind: 'Readiness', probe: readinessProbe }, (healthy) => {
        run.ready = healthy;
        this.#context.changed();
      });
    }
    if (livenessProbe !== undefined) {
      this.#startProbe(run, sandbox, { kind: 'Liveness', probe: livenessProbe }, (healthy) => {
        if (!healthy) this.#failed(run, 'liveness');
      });
    }
  }

  #failed(run: ContainerRun, kind: string): void {
    this.#event(podEvents.failedProbe(run.spec.name, kind));
    this.stopProbes(run);
    this.#context.restart(run);
  }

  #startProbe(
    run: ContainerRun,
    sandbox: Sandbox,
    what: { readonly kind: ProbeKind; readonly probe: Probe },
    onVerdict: (healthy: boolean) => void,
  ): void {
    const { nodeIP, sim, workloads } = this.#context;
    const { running } = run;
    if (running === null) return;
    const worker = new ProbeWorker({
      ...what,
      sim,
      name: this.#label(run),
      attempt: () =>
        attemptProbe(what.probe, {
          container: run.spec,
          workload: running.workload,
          sinceStartNs: sim.now - running.startedAt,
          podIP: sandbox.podIP,
          nodeIP,
          listeners: workloads().flatMap(({ listeners }) => listeners),
        }),
      onFailure: (message) => {
        this.#event(podEvents.unhealthy(what.kind, message));
      },
      onVerdict,
    });
    run.probes = [...run.probes, worker];
    worker.start();
  }

  stopProbes(run: ContainerRun): void {
    for (const probe of run.probes) probe.stop();
    run.probes = [];
  }

  /** Ends the process; yields its exit code. */
  kill(run: ContainerRun): number {
    const { running } = run;
    if (running === null) return 0;
    this.#context.runtime.kill(running.record.id);
    return running.workload.sigtermExitCode ?? 137;
  }

  markTerminated(run: ContainerRun, { exitCode, reason }: { readonly exitCode: number; readonly reason: string }): void {
    const { api, runtime } = this.#context;
    const startedAt = run.state.running?.startedAt;
    const terminated: ContainerStateTerminated = {
      exitCode,
      reason,
      ...(startedAt === undefined ? {} : { startedAt }),
      finishedAt: api.timestamp(),
      ...(run.id === null ? {} : { containerID: `${runtime.words.idScheme}://${run.id}` }),
    };
    run.state = { terminated };
    run.running = null;
    run.started = false;
    run.ready = run.init && exitCode === 0;
  }

  #label(run: ContainerRun): string {
    const { metadata } = this.#context.pod();
    return `${metadata.namespace}/${metadata.name}/${run.spec.name}`;
  }

  #event(event: PodEvent): void {
    this.#context.events.record(this.#context.pod(), event);
  }
}
