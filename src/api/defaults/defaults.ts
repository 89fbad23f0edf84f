/**
 * Defaulting by kind: what the API server fills in before it validates. `defaulted` is the whole-object form for callers
 * outside the store (a proxy that is given Services without an API server).
 */
import type { Draft } from '../json.ts';
import type { Kind, KindMap } from '../kinds.ts';
import { quantitiesAsText, setDefaultsPod } from './pod.ts';
import { setDefaultsEndpoints, setDefaultsEndpointSlice, setDefaultsService } from './service.ts';
import { setDefaultsDaemonSet, setDefaultsDeployment, setDefaultsReplicaSet, setDefaultsStatefulSet } from './workload.ts';

type Defaulter<K extends Kind> = (draft: Draft<KindMap[K]>) => void;

function none(): void {
  // Kinds whose fields have no defaults.
}

const DEFAULTERS: { readonly [K in Kind]: Defaulter<K> } = {
  ConfigMap: none,
  DaemonSet: setDefaultsDaemonSet,
  Deployment: setDefaultsDeployment,
  Endpoints: setDefaultsEndpoints,
  EndpointSlice: setDefaultsEndpointSlice,
  Event: none,
  BlockAffinity: none,
  IPAMBlock: none,
  IPAMConfig: none,
  IPPool: none,
  Namespace: (draft) => {
    draft.metadata = { ...draft.metadata };
    if (draft.metadata.name !== undefined) {
      draft.metadata.labels = { ...draft.metadata.labels, 'kubernetes.io/metadata.name': draft.metadata.name };
    }
  },
  Node: (draft) => {
    draft.spec ??= {};
    draft.status ??= {};
    quantitiesAsText(draft.status.capacity);
    quantitiesAsText(draft.status.allocatable);
    if (draft.status.allocatable === undefined && draft.status.capacity !== undefined)
      draft.status.allocatable = { ...draft.status.capacity };
  },
  Pod: setDefaultsPod,
  ReplicaSet: setDefaultsReplicaSet,
  Service: setDefaultsService,
  StatefulSet: setDefaultsStatefulSet,
};

/** Fills in the defaults of `kind` in place. */
export function setDefaults<K extends Kind>(kind: K, draft: Draft<KindMap[K]>): void {
  const defaulter: Defaulter<K> = DEFAULTERS[kind];
  defaulter(draft);
}
