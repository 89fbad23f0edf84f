/**
 * The scheduler (pkg/scheduler/schedule_one.go): takes Pods without a node one by one, filters nodes, scores them, binds.
 * `kubectl describe pod` shows Scheduled, or FailedScheduling with the reason of every node.
 *
 * A Pod that fits nowhere waits until something that could help changes, then tries again after a growing pause.
 * Simplification: nodes of equal score are told apart by a hash of the Pod's name instead of chance; Pods wait in order of
 * arrival, priority classes don't reorder them.
 */
import { controllerOf, isPodTerminal, podCondition } from '../../api/pod-status.ts';
import { matchesSelector, selectorFromLabelSelector, selectorFromMap, type Selector } from '../../api/selectors.ts';
import type { Pod, PodCondition } from '../../api/types/pod.ts';
import type { Node } from '../../api/types/node.ts';
import { fnv32a } from '../../lib/hash.ts';
import { NS_PER_MS, NS_PER_S } from '../../sim/sim.ts';
import { queueKey, splitKey, type Controller, type ControllerContext } from '../controller.ts';
import { WorkQueue } from '../workqueue.ts';
import { fitErrorMessage, refusalOf, type Refusal, type SchedulingState } from './filters.ts';
import { RequestCache, type NodeInfo } from './resources.ts';
import { scoreNodes } from './scores.ts';

const NAME = 'default-scheduler';
/** One scheduling cycle and its binding. */
const CYCLE_NS = 3 * NS_PER_MS;
/** podInitialBackoffSeconds and podMaxBackoffSeconds. */
const INITIAL_BACKOFF_NS = NS_PER_S;
const MAX_BACKOFF_NS = 10 * NS_PER_S;

export function startScheduler({ sim, client }: ControllerContext): Controller {
  const queue = new WorkQueue({ sim, name: NAME, workNs: CYCLE_NS, reconcile: scheduleOne });
  const requests = new RequestCache();
  /** Pods that fit nowhere, and how often they were tried. */
  let unschedulable = new Map<string, number>();
  let infos = new Map<string, NodeInfo>();

  const stops = [
    client.watch('Pod', ({ type, object, old }) => {
      if (type === 'DELETED') {
        unschedulable.delete(queueKey(object.metadata.namespace, object.metadata.name));
        retryWaiting();
      } else if (wantsNode(object)) {
        if (type === 'ADDED' || old?.spec !== object.spec || old.metadata.labels !== object.metadata.labels)
          queue.add(queueKey(object.metadata.namespace, object.metadata.name));
      } else if (type === 'ADDED' || old === null || wantsNode(old) || isPodTerminal(object) !== isPodTerminal(old))
        retryWaiting();
    }),
    client.watch('Node', ({ type, object, old }) => {
      if (type === 'DELETED') infos.delete(object.metadata.name);
      else if (old === null || changesFit(object, old)) retryWaiting();
    }),
  ];

  /** A change may have made room: every waiting Pod is tried again after its pause. */
  function retryWaiting(): void {
    for (const [key, attempts] of unschedulable) {
      queue.addAfter(key, Math.min(INITIAL_BACKOFF_NS * 2 ** Math.min(attempts - 1, 10), MAX_BACKOFF_NS));
    }
  }

  function scheduleOne(key: string): 'done' | 'retry' {
    const pod = client.get('Pod', ...splitKey(key));
    if (pod === null || !wantsNode(pod)) {
      unschedulable.delete(key);
      return 'done';
    }
    const state: SchedulingState = {
      pod,
      nodes: nodeInfos(),
      namespaceLabels: (name) => client.get('Namespace', null, name)?.metadata.labels ?? {},
    };
    const refusals: Refusal[] = [];
    const feasible: NodeInfo[] = [];
    for (const info of state.nodes) {
      const refusal = refusalOf(state, info);
      if (refusal === null) feasible.push(info);
      else refusals.push(refusal);
    }
    const chosen = choose(state, feasible);
    if (chosen === null) return failed(pod, fitErrorMessage(state.nodes.length, refusals));
    unschedulable.delete(key);
    return bind(pod, chosen.node);
  }

  function nodeInfos(): readonly NodeInfo[] {
    return client.list('Node').map((node) => {
      const pods = client.list('Pod', { fieldSelector: `spec.nodeName=${node.metadata.name}` });
      const known = infos.get(node.metadata.name);
      const running = pods.filter((pod) => !isPodTerminal(pod));
      if (known?.node === node && samePods(known.pods, running)) return known;
      const info = requests.nodeInfo(node, running);
      infos.set(node.metadata.name, info);
      return info;
    });
  }

  function choose(state: SchedulingState, feasible: readonly NodeInfo[]): NodeInfo | null {
    if (feasible.length <= 1) return feasible[0] ?? null;
    const { pod } = state;
    const scores = scoreNodes({ ...state, podNonZero: requests.of(pod).nonZero, peers: spreadPeers(pod) }, feasible);
    const best = Math.max(...scores);
    const top = feasible.filter((_, i) => scores[i] === best);
    return top[fnv32a(pod.metadata.uid) % top.length] ?? null;
  }

  /** Peers of the Pod: selected by all its Services and its ReplicaSet (helper/spread.go DefaultSelector); none when it has neither. */
  function spreadPeers(pod: Pod): readonly Pod[] {
    const requirements: Selector[] = client
      .list('Service', { namespace: pod.metadata.namespace })
      .map((service) => selectorFromMap(service.spec.selector ?? {}))
      .filter((selector) => selector.length > 0 && matchesSelector(selector, pod.metadata.labels));
    const owner = controllerOf(pod);
    const rs = owner?.kind === 'ReplicaSet' ? client.get('ReplicaSet', pod.metadata.namespace, owner.name) : null;
    if (rs !== null) requirements.push(selectorFromLabelSelector(rs.spec.selector));
    const [first] = requirements;
    if (first === undefined) return [];
    const labelSelector = {
      matchLabels: Object.fromEntries(
        first.filter(({ operator }) => operator === '=').map(({ key, values }) => [key, values[0] ?? '']),
      ),
    };
    const all = requirements.flat();
    return client
      .list('Pod', { namespace: pod.metadata.namespace, labelSelector })
      .filter((peer) => matchesSelector(all, peer.metadata.labels));
  }

  function bind(pod: Pod, node: Node): 'done' | 'retry' {
    const { namespace, name } = pod.metadata;
    const bound = client.bind(namespace, name, node.metadata.name);
    if (!bound.ok) return bound.error.reason === 'NotFound' ? 'done' : 'retry';
    const message = `Successfully assigned ${namespace}/${name} to ${node.metadata.name}`;
    client.recordEvent({ regarding: bound.value, type: 'Normal', reason: 'Scheduled', message, source: { component: NAME } });
    return 'done';
  }

  function failed(pod: Pod, message: string): 'done' {
    const key = queueKey(pod.metadata.namespace, pod.metadata.name);
    unschedulable.set(key, (unschedulable.get(key) ?? 0) + 1);
    client.recordEvent({ regarding: pod, type: 'Warning', reason: 'FailedScheduling', message, source: { component: NAME } });
    const before = podCondition(pod, 'PodScheduled');
    if (before?.status === 'False' && before.message === message) return 'done';
    const condition: PodCondition = {
      type: 'PodScheduled',
      status: 'False',
      lastTransitionTime: before?.status === 'False' ? (before.lastTransitionTime ?? client.timestamp()) : client.timestamp(),
      reason: 'Unschedulable',
      message,
    };
    const others = (pod.status.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
    client.updateStatus('Pod', { ...pod, status: { ...pod.status, conditions: [...others, condition] } });
    return 'done';
  }

  return {
    name: NAME,
    stop() {
      for (const stop of stops) stop();
      queue.stop();
    },
    checkpoint() {
      const restoreQueue = queue.checkpoint();
      const waiting = new Map(unschedulable);
      return () => {
        restoreQueue();
        unschedulable = new Map(waiting);
        infos = new Map();
      };
    },
  };
}

/** True for Pods this scheduler still has to place. */
function wantsNode(pod: Pod): boolean {
  const { nodeName, schedulerName } = pod.spec;
  return (
    (nodeName ?? '') === '' &&
    pod.metadata.deletionTimestamp === undefined &&
    !isPodTerminal(pod) &&
    (schedulerName ?? NAME) === NAME
  );
}

/** What of a node decides whether Pods fit. */
function changesFit(node: Node, old: Node): boolean {
  return (
    node.spec !== old.spec || node.metadata.labels !== old.metadata.labels || node.status.allocatable !== old.status.allocatable
  );
}

/** The same Pods with the same requests and labels; their status doesn't count. */
function samePods(known: readonly Pod[], pods: readonly Pod[]): boolean {
  return known.length === pods.length && known.every((pod, i) => isSame(pod, pods[i]));
}

function isSame(pod: Pod, other: Pod | undefined): boolean {
  if (pod === other) return true;
  return (
    pod.spec === other?.spec &&
    pod.metadata.labels === other.metadata.labels &&
    pod.metadata.deletionTimestamp === other.metadata.deletionTimestamp
  );
}
