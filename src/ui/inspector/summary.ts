/** The cluster in numbers, and the Pods by who owns them: what the inspector says when nothing is selected. */
import type { ClusterSnapshot } from '../../cluster/snapshot.ts';

export interface OwnerRow {
  readonly name: string;
  readonly kind: string;
  readonly key: string;
  readonly pods: number;
}

export interface Summary {
  readonly nodes: number;
  readonly pods: number;
  readonly services: number;
  /** Most Pods first, then by name. */
  readonly owners: readonly OwnerRow[];
  readonly notReady: readonly string[];
}

export function summarise(snapshot: ClusterSnapshot): Summary {
  const owners = new Map<string, OwnerRow>();
  let pods = 0;
  let services = 0;
  for (const { key, object } of snapshot.objects.values()) {
    if (object.kind === 'Service') services++;
    if (object.kind !== 'Pod') continue;
    pods++;
    const top = topOwner(snapshot, key);
    const row = owners.get(top.key) ?? { ...top, pods: 0 };
    owners.set(top.key, { ...row, pods: row.pods + 1 });
  }
  return {
    nodes: snapshot.nodes.length,
    pods,
    services,
    owners: [...owners.values()].sort((a, b) => b.pods - a.pods || (a.name < b.name ? -1 : 1)),
    notReady: snapshot.nodes.filter((node) => !node.ready).map((node) => node.name),
  };
}

/** Follows controller references up: a Deployment's Pods are the Deployment's, not its ReplicaSet's. */
function topOwner(snapshot: ClusterSnapshot, key: string): Omit<OwnerRow, 'pods'> {
  const object = snapshot.objects.get(key)?.object;
  const owner = object?.metadata.ownerReferences?.find((each) => each.controller === true);
  const ownerKey = owner === undefined ? null : `${owner.kind} ${object?.metadata.namespace ?? ''}/${owner.name}`;
  if (ownerKey !== null && snapshot.objects.has(ownerKey)) return topOwner(snapshot, ownerKey);
  return { key, kind: object?.kind ?? '', name: object?.metadata.name ?? key };
}
