/**
 * CrashLoopBackOff: how long a container that failed waits before it is started again (kuberuntime_manager.go doBackOff over client-go
 * util/flowcontrol Backoff). The first restart comes at once, the next ones after waits that double.
 */
import type { Pod } from '../../api/types/pod.ts';
import { NS_PER_S, type Instant } from '../../sim/sim.ts';
import type { ContainerRun } from './container-run.ts';

/** First wait, longest wait, and how long a run is good for a fresh start. */
const FIRST_NS = 10 * NS_PER_S;
const MOST_NS = 300 * NS_PER_S;
const FORGIVEN_NS = 2 * MOST_NS;

/** A run that was long enough is no loop. */
export function forgive(run: ContainerRun, now: Instant): void {
  if (run.startedAt !== null && now - run.startedAt >= FORGIVEN_NS) run.backOffNs = 0;
}

/** What is left of the wait after its last failure. */
export function backOffLeft({ backOffNs, failedAt }: ContainerRun, now: Instant): number {
  return failedAt === null ? 0 : Math.max(0, failedAt + backOffNs - now);
}

/** It is started once more after a failure: the next wait is longer. */
export function lengthen(run: ContainerRun): void {
  if (run.failedAt !== null) run.backOffNs = Math.min(run.backOffNs === 0 ? FIRST_NS : run.backOffNs * 2, MOST_NS);
}

/** What the status of a container that waits says. */
export function backOffMessage({ backOffNs, spec }: ContainerRun, { metadata }: Pod): string {
  const { name, namespace, uid } = metadata;
  return `back-off ${durationText(backOffNs)} restarting failed container=${spec.name} pod=${name}_${namespace}(${uid})`;
}

/** `40s`, `1m20s`. */
function durationText(ns: number): string {
  const seconds = ns / NS_PER_S;
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
