/**
 * Removes what nobody owns any more (pkg/controller/garbagecollector, pkg/controller/podgc): dependents whose owners are all gone,
 * and Pods bound to nodes that have not existed for 40 s; a Node that is registered again in that time keeps them.
 *
 * Simplification: orphaned Pods are looked for when the 40 s are over, not every 20 s.
 * Simplification: background deletion only; foreground deletion is treated as background.
 */
import type { KubeObject } from '../api/kinds.ts';
import { KINDS, type Kind } from '../api/kinds.ts';
import type { Controller, ControllerContext } from './controller.ts';
import { NS_PER_S } from '../sim/sim.ts';
import { RECONCILE_NS } from './controller.ts';
import { WorkQueue } from './workqueue.ts';

const NAME = 'generic-garbage-collector';
/** How long a node is given to come back (gc_controller.go quarantineTime). */
const QUARANTINE_NS = 40 * NS_PER_S;

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
  const orphans = new WorkQueue({ sim, name: 'pod-garbage-collector', workNs: RECONCILE_NS, reconcile: collectOrphans });

  const stops = OWNER_KINDS.map((kind) =>
    client.watch(kind, ({ type, object }) => {
      if (type === 'DELETED') {
        queue.add(object.metadata.uid);
        if (object.kind === 'Node') orphans.addInBackground(object.metadata.name, QUARANTINE_NS);
      } else if (type === 'ADDED' && (object.metadata.ownerReferences ?? []).some((owner) => !exists(object, owner)))
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

  function collect(uid: string): 'done' {
    for (const kind of DEPENDENT_KINDS) {
      for (const dependent of client.list(kind, { ownerUid: uid })) collectOne(dependent);
    }
    return 'done';
  }

  /** Pods of a node that is gone: its kubelet will never finish them. */
  function collectOrphans(node: string): 'done' {
    if (client.get('Node', null, node) !== null) return 'done';
    for (const { metadata } of client.list('Pod', { fieldSelector: `spec.nodeName=${node}` }))
      client.delete('Pod', metadata.namespace, metadata.name, { gracePeriodSeconds: 0, uid: metadata.uid });
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
      orphans.stop();
    },
    checkpoint() {
      const restores = [queue.checkpoint(), orphans.checkpoint()];
      return () => {
        for (const restore of restores) restore();
      };
    },
  };
}
