/**
 * The StatefulSet controller (pkg/controller/statefulset/stateful_set_control.go updateStatefulSet): Pods numbered from `ordinals.start`,
 * made from the lowest to the highest, each when the one before is ready, and taken away from the highest. `kubectl describe sts` shows
 * its Events.
 *
 * Simplification: no ControllerRevision objects: a revision is the hash of the template, and every Pod made anew has the newest one.
 * Simplification: volumeClaimTemplates make no claims; Pods without a controller are not adopted; maxUnavailable is one.
 */
import { canonicalJson, jsonEqual } from '../../api/json.ts';
import { controllerOf, isPodReady, isPodTerminal } from '../../api/pod-status.ts';
import type { Pod } from '../../api/types/pod.ts';
import {
  LABEL_POD_INDEX,
  LABEL_POD_NAME,
  LABEL_REVISION,
  type StatefulSet,
  type StatefulSetStatus,
} from '../../api/types/statefulset.ts';
import type { ObjectInput, WatchEvent } from '../../api/watch.ts';
import { fnv32a, safeEncode } from '../../lib/hash.ts';
import { NS_PER_S } from '../../sim/sim.ts';
import { queueKey, RECONCILE_NS, splitKey, type Controller, type ControllerContext } from '../controller.ts';
import { podFromTemplate } from '../pod-template.ts';
import { isPodAvailable } from '../replicaset/replicaset-controller.ts';
import { WorkQueue } from '../workqueue.ts';

const NAME = 'statefulset-controller';

export function startStatefulSetController({ sim, client }: ControllerContext): Controller {
  const queue = new WorkQueue({ sim, name: NAME, workNs: RECONCILE_NS, reconcile: syncStatefulSet });

  const stops = [
    client.watch('StatefulSet', ({ object }) => queue.add(queueKey(object.metadata.namespace, object.metadata.name))),
    client.watch('Pod', onPod),
  ];

  function onPod({ object, old }: WatchEvent<Pod>): void {
    for (const pod of old === null ? [object] : [object, old]) {
      const owner = controllerOf(pod);
      if (owner?.kind === 'StatefulSet') queue.add(queueKey(pod.metadata.namespace, owner.name));
    }
  }

  function syncStatefulSet(key: string): 'done' | 'retry' {
    const set = client.get('StatefulSet', ...splitKey(key));
    if (set === null) return 'done';
    const done = set.metadata.deletionTimestamp === undefined ? manage(set) : true;
    writeStatus(set);
    return done ? 'done' : 'retry';
  }

  function podsOf(set: StatefulSet): readonly Pod[] {
    return client.list('Pod', { ownerUid: set.metadata.uid }).filter((pod) => ordinalOf(set, pod) !== null);
  }

  /** One round; false when a Pod could not be made. */
  function manage(set: StatefulSet): boolean {
    const ordered = set.spec.podManagementPolicy === 'OrderedReady';
    const pods = new Map(podsOf(set).map((pod) => [ordinalOf(set, pod) ?? -1, pod]));
    for (const ordinal of wantedOrdinals(set)) {
      const pod = pods.get(ordinal);
      if (pod === undefined || isPodTerminal(pod)) {
        if (pod !== undefined && pod.metadata.deletionTimestamp === undefined) remove(set, pod);
        else if (pod === undefined && !make(set, ordinal)) return false;
        if (ordered) return true;
      } else if (ordered && !isHealthy(set, pod)) return true;
    }
    const surplus = [...pods.values()]
      .filter((pod) => !wantedOrdinals(set).includes(ordinalOf(set, pod) ?? -1))
      .sort((a, b) => (ordinalOf(set, b) ?? 0) - (ordinalOf(set, a) ?? 0));
    for (const pod of surplus) {
      if (pod.metadata.deletionTimestamp === undefined) remove(set, pod);
      if (ordered) return true;
    }
    if (set.spec.updateStrategy.type === 'RollingUpdate') replaceOutdated(set, pods);
    return true;
  }

  /** Rolling update: the highest Pod of an older template goes, when all above it are healthy. */
  function replaceOutdated(set: StatefulSet, pods: ReadonlyMap<number, Pod>): void {
    const partition = set.spec.updateStrategy.rollingUpdate?.partition ?? 0;
    const start = set.spec.ordinals?.start ?? 0;
    for (const ordinal of [...wantedOrdinals(set)].reverse()) {
      if (ordinal < start + partition) return;
      const pod = pods.get(ordinal);
      if (pod === undefined) return;
      if (pod.metadata.labels?.[LABEL_REVISION] !== revisionOf(set)) {
        if (pod.metadata.deletionTimestamp === undefined) remove(set, pod);
        return;
      }
      if (!isHealthy(set, pod)) return;
    }
  }

  function isHealthy(set: StatefulSet, pod: Pod): boolean {
    return (
      pod.metadata.deletionTimestamp === undefined && isPodAvailable(pod, set.spec.minReadySeconds ?? 0, client.timestamp())
    );
  }

  function make(set: StatefulSet, ordinal: number): boolean {
    const made = client.create('Pod', podOf(set, ordinal));
    const name = `${set.metadata.name}-${ordinal}`;
    if (made.ok) record(set, 'Normal', 'SuccessfulCreate', `create Pod ${name} in StatefulSet ${set.metadata.name} successful`);
    else
      record(
        set,
        'Warning',
        'FailedCreate',
        `create Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${made.error.message}`,
      );
    return made.ok;
  }

  function remove(set: StatefulSet, { metadata }: Pod): void {
    client.delete('Pod', metadata.namespace, metadata.name, { uid: metadata.uid });
    record(set, 'Normal', 'SuccessfulDelete', `delete Pod ${metadata.name} in StatefulSet ${set.metadata.name} successful`);
  }

  function record(set: StatefulSet, type: 'Normal' | 'Warning', reason: string, message: string): void {
    client.recordEvent({ regarding: set, type, reason, message, source: { component: NAME } });
  }

  function writeStatus({ metadata }: StatefulSet): void {
    const latest = client.get('StatefulSet', metadata.namespace, metadata.name);
    if (latest === null) return;
    const status = statusOf(latest, podsOf(latest), client.timestamp());
    if (!jsonEqual(status, latest.status)) client.updateStatus('StatefulSet', { ...latest, status });
    const minReady = latest.spec.minReadySeconds ?? 0;
    if (minReady > 0 && (status.readyReplicas ?? 0) !== (status.availableReplicas ?? 0))
      queue.addAfter(queueKey(metadata.namespace, metadata.name), minReady * NS_PER_S);
  }

  return {
    name: NAME,
    stop() {
      for (const stop of stops) stop();
      queue.stop();
    },
    checkpoint: () => queue.checkpoint(),
  };
}

function wantedOrdinals({ spec }: StatefulSet): readonly number[] {
  const start = spec.ordinals?.start ?? 0;
  return Array.from({ length: spec.replicas }, (_, index) => start + index);
}

/** The number at the end of the Pod's name; null for a Pod that is none of the set's. */
function ordinalOf(set: StatefulSet, { metadata }: Pod): number | null {
  const prefix = `${set.metadata.name}-`;
  const rest = metadata.name.slice(prefix.length);
  return metadata.name.startsWith(prefix) && /^\d+$/.test(rest) ? Number(rest) : null;
}

/** `web-5d8c7bfd9`: the template's name, which every Pod made from it bears. */
function revisionOf({ metadata, spec }: StatefulSet): string {
  return `${metadata.name}-${safeEncode(String(fnv32a(canonicalJson(spec.template))))}`;
}

/** stateful_set_utils.go newVersionedStatefulSetPod, updateIdentity. */
function podOf(set: StatefulSet, ordinal: number): ObjectInput<Pod> {
  const name = `${set.metadata.name}-${ordinal}`;
  const { metadata, ...pod } = podFromTemplate(set, set.spec.template);
  const { generateName: _, ...kept } = metadata;
  const labels = {
    ...metadata.labels,
    [LABEL_POD_NAME]: name,
    [LABEL_POD_INDEX]: String(ordinal),
    [LABEL_REVISION]: revisionOf(set),
  };
  return {
    ...pod,
    metadata: { ...kept, name, labels },
    spec: { ...set.spec.template.spec, hostname: name, subdomain: set.spec.serviceName },
  };
}

function statusOf(set: StatefulSet, pods: readonly Pod[], now: string): StatefulSetStatus {
  const created = pods.filter((pod) => !isPodTerminal(pod));
  const updateRevision = revisionOf(set);
  const updated = created.filter((pod) => pod.metadata.labels?.[LABEL_REVISION] === updateRevision).length;
  const before = set.status.currentRevision ?? updateRevision;
  const isUpdated = updated === set.spec.replicas && created.length === set.spec.replicas && created.every(isPodReady);
  const currentRevision = isUpdated ? updateRevision : before;
  const current = created.filter((pod) => pod.metadata.labels?.[LABEL_REVISION] === currentRevision).length;
  const ready = created.filter(isPodReady).length;
  return {
    observedGeneration: set.metadata.generation ?? 0,
    replicas: created.length,
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    ...(current === 0 ? {} : { currentReplicas: current }),
    ...(updated === 0 ? {} : { updatedReplicas: updated }),
    currentRevision,
    updateRevision,
    collisionCount: 0,
    availableReplicas: created.filter((pod) => isPodAvailable(pod, set.spec.minReadySeconds ?? 0, now)).length,
  };
}
