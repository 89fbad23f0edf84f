/**
 * A Pod's status as the kubelet writes it (pkg/kubelet/kubelet_pods.go generateAPIPodStatus, pkg/kubelet/status/generate.go): phase and
 * conditions follow from the containers. `kubectl get pod -o yaml`, the STATUS column of `kubectl get pods`.
 */
import type { Pod, PodCondition, PodPhase, PodStatus } from '../../api/types/pod.ts';
import type { IpAddr } from '../../lib/ip.ts';
import type { RuntimeWords } from '../runtime/words.ts';
import { exitCodeOf, statusOf, type ContainerRun } from './container-run.ts';

export interface PodStatusInput {
  readonly pod: Pod;
  readonly inits: readonly ContainerRun[];
  readonly containers: readonly ContainerRun[];
  /** Null until the sandbox has its network. */
  readonly podIP: IpAddr | null;
  /** Pause runs and is connected. */
  readonly sandboxReady: boolean;
  readonly hostIP: IpAddr;
  readonly startTime: string;
  readonly now: string;
  readonly words: RuntimeWords;
}

/** getPhase: pending until a container has started, over when all have ended and none will be started again. */
export function phaseOf(pod: Pod, inits: readonly ContainerRun[], containers: readonly ContainerRun[]): PodPhase {
  const { restartPolicy } = pod.spec;
  if (inits.some((run) => restartPolicy === 'Never' && (exitCodeOf(run) ?? 0) !== 0)) return 'Failed';
  if (inits.some((run) => exitCodeOf(run) !== 0)) return 'Pending';
  const waiting = containers.filter((run) => run.state.waiting !== undefined && run.lastState === null).length;
  if (waiting > 0) return 'Pending';
  const running = containers.some((run) => run.state.running !== undefined || run.state.waiting !== undefined);
  if (running) return 'Running';
  const failed = containers.some((run) => exitCodeOf(run) !== 0);
  const over =
    restartPolicy === 'Never' || (restartPolicy === 'OnFailure' && !failed) || pod.metadata.deletionTimestamp !== undefined;
  if (!over) return 'Running';
  return failed ? 'Failed' : 'Succeeded';
}

export function podStatus(input: PodStatusInput): PodStatus {
  const { pod, inits, containers, podIP, hostIP, startTime, words } = input;
  const phase = phaseOf(pod, inits, containers);
  const { nominatedNodeName: _, ...kept } = pod.status;
  return {
    ...kept,
    phase,
    conditions: conditionsOf(input, phase),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(podIP === null ? {} : { podIP, podIPs: [{ ip: podIP }] }),
    startTime,
    ...(inits.length === 0 ? {} : { initContainerStatuses: inits.map((run) => statusOf(run, words)) }),
    containerStatuses: containers.map((run) => statusOf(run, words)),
    qosClass: qosClassOf(pod),
  };
}

type Verdict = Pick<PodCondition, 'status' | 'reason' | 'message'>;

const YES: Verdict = { status: 'True' };

function conditionsOf(input: PodStatusInput, phase: PodPhase): readonly PodCondition[] {
  const { pod, inits, containers, sandboxReady } = input;
  const containersReady = containersReadyOf(containers, phase);
  const wanted: readonly (readonly [string, Verdict])[] = [
    ['PodReadyToStartContainers', sandboxReady ? YES : { status: 'False' }],
    ['Initialized', initializedOf(inits, phase)],
    ['Ready', readyOf(pod, containersReady)],
    ['ContainersReady', containersReady],
    ['PodScheduled', YES],
  ];
  const old = new Map((pod.status.conditions ?? []).map((condition) => [condition.type, condition]));
  const own = wanted.map(([type, verdict]) => {
    const before = old.get(type);
    const lastTransitionTime = before?.status === verdict.status ? (before.lastTransitionTime ?? input.now) : input.now;
    return { type, ...verdict, lastTransitionTime };
  });
  const names = new Set(wanted.map(([type]) => type));
  return [...own, ...(pod.status.conditions ?? []).filter(({ type }) => !names.has(type))];
}

function names(runs: readonly ContainerRun[]): string {
  return `[${runs.map((run) => run.spec.name).join(' ')}]`;
}

function initializedOf(inits: readonly ContainerRun[], phase: PodPhase): Verdict {
  const incomplete = inits.filter((run) => exitCodeOf(run) !== 0);
  if (incomplete.length === 0) return phase === 'Succeeded' ? { ...YES, reason: 'PodCompleted' } : YES;
  return {
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: ${names(incomplete)}`,
  };
}

function containersReadyOf(containers: readonly ContainerRun[], phase: PodPhase): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const unready = containers.filter((run) => !run.ready);
  if (unready.length === 0) return YES;
  return { status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: ${names(unready)}` };
}

/** Ready also waits for readiness gates, which others set. */
function readyOf(pod: Pod, containersReady: Verdict): Verdict {
  if (containersReady.status !== 'True') return containersReady;
  const closed = (pod.spec.readinessGates ?? [])
    .map(({ conditionType }) => conditionType)
    .find((type) => pod.status.conditions?.find((condition) => condition.type === type)?.status !== 'True');
  if (closed === undefined) return YES;
  const known = pod.status.conditions?.some(({ type }) => type === closed) === true;
  const message = known
    ? `the status of pod readiness gate "${closed}" is not "True", but False`
    : `corresponding condition of pod readiness gate "${closed}" does not exist.`;
  return { status: 'False', reason: 'ReadinessGatesNotReady', message };
}

/** pkg/apis/core/v1/helper/qos GetPodQOS. */
export function qosClassOf({ spec }: Pod): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const all = [...(spec.initContainers ?? []), ...spec.containers].map(({ resources }) => ({
    requests: resources?.requests ?? {},
    limits: resources?.limits ?? {},
  }));
  const compute = ['cpu', 'memory'] as const;
  if (all.every(({ requests, limits }) => compute.every((name) => requests[name] === undefined && limits[name] === undefined)))
    return 'BestEffort';
  const guaranteed = all.every(({ requests, limits }) =>
    compute.every((name) => limits[name] !== undefined && (requests[name] ?? limits[name]) === limits[name]),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
