/**
 * Removes what nobody owns any more (pkg/controller/garbagecollector, pkg/controller/podgc): dependents whose owners are all gone,
 * and Pods bound to nodes that no longer exist.
 *
 * Simplification: background deletion only; foreground deletion is treated as background.
 */
import type { KubeObject } from '../api/kinds.ts';
import { KINDS, type Kind } from '../api/kinds.ts';
import type { Controller, ControllerContext } from './controller.ts';
import { RECONCILE_NS } from './controller.ts';
import { WorkQueue } from './workqueue.ts';

const NAME = 'generic-garbage-collector';

/** Kinds whose objects own others. */
const OWNER_KINDS = [
  'Deployment',
  'ReplicaSet',
  'DaemonSet',
  'StatefulSet',
  'Service',
  'Endpoints',
  'Node',
  'Pod',
  'ConfigMap',
] as const;
/** Kinds whose objects are owned. */
const DEPENDENT_KINDS: readonly Kind[] = [
  'ReplicaSet',
  'Pod',
  'EndpointSlice',
  'Endpoints',
  'Deployment',
  'DaemonSet',
  'StatefulSet',
  'Service',
  'ConfigMap',
];

export function startGarbageCollector({ sim, client }: ControllerContext): Controller {
  const queue = new WorkQueue({ sim, name: NAME, workNs: RECONCILE_NS, reconcile: collect });

  const stops = OWNER_KINDS.map((kind) =>
    client.watch(kind, ({ type, object }) => {
      if (type === 'DELETED') queue.add(`${object.metadata.uid} ${object.metadata.name}`);
      else if (type === 'ADDED' && (object.metadata.ownerReferences ?? []).some((owner) => !exists(object, owner)))
        collectOne(object);
    }),
  );

  function exists(
    dependent: KubeObject,
    owner: { readonly kind: string; readonly name: string; readonly uid: string },
  ): boolean {
    if (!Object.hasOwn(KINDS, owner.kind)) return true;
    return client.get(owner.kind as Kind, dependent.metadata.namespace ?? null, owner.name)?.metadata.uid === owner.uid;
  }

  function collect(key: string): 'done' {
    const [uid = '', name = ''] = key.split(' ');
    for (const kind of DEPENDENT_KINDS) {
      for (const dependent of client.list(kind, { ownerUid: uid })) collectOne(dependent);
    }
    // Pods of a deleted node: its kubelet will never finish them.
    if (client.get('Node', null, name) === null) {
      for (const pod of client.list('Pod', { fieldSelector: `spec.nodeName=${name}` })) {
        client.delete('Pod', pod.metadata.namespace, pod.metadata.name, { gracePeriodSeconds: 0, uid: pod.metadata.uid });
      }
    }
    return 'done';
  }

  /** Deletes the object when none of its owners is left; else drops the references to those gone. */
  function collectOne(object: KubeObject): void {
    const owners = object.metadata.ownerReferences ?? [];
    const left = owners.filter((owner) => exists(object, owner));
    const { name, uid } = object.metadata;
    const namespace = object.metadata.namespace ?? null;
    if (left.length === owners.length || object.metadata.deletionTimestamp !== undefined) return;
    if (left.length === 0) client.delete(object.kind, namespace, name, { uid });
    else client.patch(object.kind, namespace, name, { metadata: { ownerReferences: left } });
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
