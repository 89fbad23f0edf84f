/**
 * Carries out a PackPlan: creates, updates and deletes the slices of one owner.
 */
import type { Labels } from '../../api/types/meta.ts';
import { LABEL_MANAGED_BY, LABEL_SERVICE_NAME, type EndpointSlice } from '../../api/types/endpointslice.ts';
import type { KubeObject } from '../../api/kinds.ts';
import type { ApiClient } from '../../api/watch.ts';
import { controllerReference } from '../pod-template.ts';
import type { PackPlan, SliceContent } from './pack.ts';

export const LAST_CHANGE = 'endpoints.kubernetes.io/last-change-trigger-time';

export interface SliceOwner {
  /** The Service, or the Endpoints that are mirrored. */
  readonly owner: KubeObject & { readonly metadata: { readonly namespace: string } };
  readonly managedBy: string;
  /** Labels of the slices beside those that tie them to the Service and the manager. */
  readonly labels: Labels;
}

/** The slices `managedBy` keeps for a Service. */
export function slicesOf(client: ApiClient, namespace: string, service: string, managedBy: string): readonly EndpointSlice[] {
  const labelSelector = { matchLabels: { [LABEL_SERVICE_NAME]: service, [LABEL_MANAGED_BY]: managedBy } };
  return client
    .list('EndpointSlice', { namespace, labelSelector })
    .filter((slice) => slice.metadata.deletionTimestamp === undefined);
}

function sliceLabels({ owner, managedBy, labels }: SliceOwner): Labels {
  return { ...labels, [LABEL_SERVICE_NAME]: owner.metadata.name, [LABEL_MANAGED_BY]: managedBy };
}

/** Writes the plan; false when a write was refused and the whole must be tried again. */
export function writeSlices(client: ApiClient, sliceOwner: SliceOwner, plan: PackPlan): boolean {
  const written = plan.write.map((content) => writeSlice(client, sliceOwner, content));
  const removed = plan.remove.map(({ metadata }) => client.delete('EndpointSlice', metadata.namespace, metadata.name).ok);
  return [...written, ...removed].every(Boolean);
}

function writeSlice(client: ApiClient, sliceOwner: SliceOwner, content: SliceContent): boolean {
  const { owner } = sliceOwner;
  const annotations = { [LAST_CHANGE]: client.timestamp() };
  const body = { addressType: 'IPv4' as const, endpoints: content.endpoints, ports: content.ports };
  const labels = sliceLabels(sliceOwner);
  if (content.slice !== null) {
    const metadata = {
      ...content.slice.metadata,
      labels,
      annotations: { ...content.slice.metadata.annotations, ...annotations },
    };
    return client.update('EndpointSlice', { ...content.slice, ...body, metadata }).ok;
  }
  return client.create('EndpointSlice', {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace,
      labels,
      annotations,
      ownerReferences: [controllerReference(owner)],
    },
    ...body,
  }).ok;
}

/** Slices not in the plan whose labels are no longer the owner's. */
export function relabel(client: ApiClient, sliceOwner: SliceOwner, slices: readonly EndpointSlice[]): void {
  const labels = sliceLabels(sliceOwner);
  for (const slice of slices) {
    const latest = client.get('EndpointSlice', slice.metadata.namespace, slice.metadata.name);
    if (latest !== null) client.update('EndpointSlice', { ...latest, metadata: { ...latest.metadata, labels } });
  }
}
