/**
 * The node lifecycle and taint eviction controllers (pkg/controller/nodelifecycle, pkg/controller/tainteviction): taints follow a
 * node's Ready condition, and Pods that don't tolerate a NoExecute taint are deleted when their tolerationSeconds have passed.
 *
 * Who says that a node is not ready: its kubelet, or `node-health-monitor.ts` when it is not heard any more.
 * Simplification: NoExecute taints come with the condition, not with the next round 5 s later, and are not limited to one node in 10 s.
 */
import { jsonEqual } from '../api/json.ts';
import type { Toleration } from '../api/types/affinity.ts';
import type { Node, Taint } from '../api/types/node.ts';
import type { Pod } from '../api/types/pod.ts';
import { NS_PER_S } from '../sim/sim.ts';
import { RECONCILE_NS, type Controller, type ControllerContext } from './controller.ts';
import { toleratesTaint } from './scheduler/affinity.ts';
import { WorkQueue } from './workqueue.ts';

const NAME = 'node-lifecycle-controller';
const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';
const OWN_TAINTS: readonly string[] = [NOT_READY, UNREACHABLE, UNSCHEDULABLE];

export function startNodeLifecycleController({ sim, client }: ControllerContext): Controller {
  const queue = new WorkQueue({ sim, name: NAME, workNs: RECONCILE_NS, reconcile: syncNode });
  const evictions = new WorkQueue({ sim, name: 'taint-eviction-controller', workNs: RECONCILE_NS, reconcile: evict });

  const stops = [
    client.watch('Node', ({ type, object, old }) => {
      if (type === 'DELETED') return;
      queue.add(object.metadata.name);
      if (object.spec.taints !== old?.spec.taints) evictions.add(object.metadata.name);
    }),
    client.watch('Pod', ({ type, object, old }) => {
      const node = object.spec.nodeName ?? '';
      if (type !== 'DELETED' && node !== '' && object.spec !== old?.spec) evictions.add(node);
    }),
  ];

  function syncNode(name: string): 'done' | 'retry' {
    const node = client.get('Node', null, name);
    if (node === null) return 'done';
    const now = client.timestamp();
    const others = (node.spec.taints ?? []).filter(({ key }) => !OWN_TAINTS.includes(key));
    const wanted = wantedTaints(node).map(
      (taint) =>
        node.spec.taints?.find(({ key, effect }) => key === taint.key && effect === taint.effect) ?? {
          ...taint,
          timeAdded: now,
        },
    );
    const taints = [...others, ...wanted];
    if (jsonEqual(taints, node.spec.taints ?? [])) return 'done';
    const { taints: _, ...spec } = node.spec;
    return client.update('Node', { ...node, spec: taints.length === 0 ? spec : { ...spec, taints } }).ok ? 'done' : 'retry';
  }

  function evict(name: string): 'done' {
    const node = client.get('Node', null, name);
    const taints = (node?.spec.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
    if (taints.length === 0) return 'done';
    for (const pod of client.list('Pod', { fieldSelector: `spec.nodeName=${name}` })) {
      if (pod.metadata.deletionTimestamp !== undefined) continue;
      const seconds = secondsLeft(pod, taints, client.timestamp());
      if (seconds !== null && seconds <= 0) evictPod(pod);
      else if (seconds !== null) evictions.addInBackground(name, seconds * NS_PER_S);
    }
    return 'done';
  }

  function evictPod(pod: Pod): void {
    const { namespace, name, uid } = pod.metadata;
    client.recordEvent({
      regarding: pod,
      type: 'Normal',
      reason: 'TaintManagerEviction',
      message: `Marking for deletion Pod ${namespace}/${name}`,
      source: { component: 'taint-eviction-controller' },
    });
    client.delete('Pod', namespace, name, { uid });
  }

  return {
    name: NAME,
    stop() {
      for (const stop of stops) stop();
      queue.stop();
      evictions.stop();
    },
    checkpoint() {
      const restores = [queue.checkpoint(), evictions.checkpoint()];
      return () => {
        for (const restore of restores) restore();
      };
    },
  };
}

function wantedTaints(node: Node): readonly Taint[] {
  const taints: Taint[] = node.spec.unschedulable === true ? [{ key: UNSCHEDULABLE, effect: 'NoSchedule' }] : [];
  const ready = node.status.conditions?.find(({ type }) => type === 'Ready')?.status;
  const key = ready === 'False' ? NOT_READY : ready === 'Unknown' ? UNREACHABLE : null;
  return key === null ? taints : [...taints, { key, effect: 'NoSchedule' }, { key, effect: 'NoExecute' }];
}

/** Seconds until the Pod must go; null when it tolerates the taints for ever. */
function secondsLeft(pod: Pod, taints: readonly Taint[], now: string): number | null {
  const used: { readonly toleration: Toleration; readonly since: string }[] = [];
  for (const taint of taints) {
    const toleration = (pod.spec.tolerations ?? []).find((candidate) => toleratesTaint(candidate, taint));
    if (toleration === undefined) return 0;
    used.push({ toleration, since: taint.timeAdded ?? now });
  }
  const limits = used.flatMap(({ toleration, since }) =>
    toleration.tolerationSeconds === undefined
      ? []
      : [Math.max(0, toleration.tolerationSeconds) + (Date.parse(since) - Date.parse(now)) / 1000],
  );
  return limits.length === 0 ? null : Math.max(0, Math.min(...limits));
}
