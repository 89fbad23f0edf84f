/**
 * What the kubelet knows of one container of a Pod over all its restarts; the source of its ContainerStatus.
 */
import type { Container, ContainerState, ContainerStatus } from '../../api/types/container.ts';
import type { Instant } from '../../sim/sim.ts';
import { digestOf, parseImage, type ImageRef } from '../runtime/image.ts';
import type { RunningContainer } from '../runtime/runtime.ts';
import type { RuntimeWords } from '../runtime/words.ts';
import type { ProbeWorker } from './prober.ts';

export interface ContainerRun {
  spec: Container;
  readonly init: boolean;
  state: ContainerState;
  lastState: ContainerState | null;
  ready: boolean;
  /** Past its startup probe, or running without one. */
  started: boolean;
  restartCount: number;
  /** The container now running or last to have run. */
  id: string | null;
  image: ImageRef | null;
  running: RunningContainer | null;
  probes: readonly ProbeWorker[];
  /** True until it is started in the Pod's present sandbox. */
  toStart: boolean;
  /** CrashLoopBackOff: how long after an end it is started again; 0 before the first failure. */
  backOffNs: number;
  startedAt: Instant | null;
  /** When it last ended without the kubelet's doing, or was unhealthy. */
  failedAt: Instant | null;
}

export function newRun(spec: Container, options: { readonly init: boolean; readonly waiting: string }): ContainerRun {
  return {
    spec,
    init: options.init,
    state: { waiting: { reason: options.waiting } },
    lastState: null,
    ready: false,
    started: false,
    restartCount: 0,
    id: null,
    image: null,
    running: null,
    probes: [],
    toStart: true,
    backOffNs: 0,
    startedAt: null,
    failedAt: null,
  };
}

/** The exit code of a run that has ended, or null. */
export function exitCodeOf(run: ContainerRun): number | null {
  return run.state.terminated?.exitCode ?? null;
}

export function statusOf(run: ContainerRun, words: RuntimeWords): ContainerStatus {
  const parsed = run.image === null ? parseImage(run.spec.image ?? '') : null;
  const image = run.image ?? (parsed?.ok === true ? parsed.value : null);
  return {
    name: run.spec.name,
    state: run.state,
    lastState: run.lastState ?? {},
    ready: run.ready,
    restartCount: run.restartCount,
    image: run.image?.text ?? run.spec.image ?? '',
    imageID: run.id === null || image === null ? '' : `${words.imageIdPrefix}${image.familiar}@${digestOf(image)}`,
    ...(run.id === null ? {} : { containerID: `${words.idScheme}://${run.id}` }),
    started: run.started,
  };
}
