/**
 * The kinds the simulated API server stores: their types, groups and names, as `kubectl api-resources` lists them.
 * A new kind is one file in `types/`, a line in KindMap and a row in KINDS (with its defaults and validation beside the others').
 */
import type { ConfigMap } from './types/configmap.ts';
import type { DaemonSet } from './types/daemonset.ts';
import type { Deployment } from './types/deployment.ts';
import type { Endpoints } from './types/endpoints.ts';
import type { EndpointSlice } from './types/endpointslice.ts';
import type { Event } from './types/event.ts';
import type { BlockAffinity, IPAMBlock, IPAMConfig, IPPool } from './types/ippool.ts';
import type { Namespace } from './types/namespace.ts';
import type { Node } from './types/node.ts';
import type { Pod } from './types/pod.ts';
import type { ReplicaSet } from './types/replicaset.ts';
import type { Service } from './types/service.ts';
import type { StatefulSet } from './types/statefulset.ts';

export interface KindMap {
  ConfigMap: ConfigMap;
  DaemonSet: DaemonSet;
  Deployment: Deployment;
  Endpoints: Endpoints;
  EndpointSlice: EndpointSlice;
  Event: Event;
  BlockAffinity: BlockAffinity;
  IPAMBlock: IPAMBlock;
  IPAMConfig: IPAMConfig;
  IPPool: IPPool;
  Namespace: Namespace;
  Node: Node;
  Pod: Pod;
  ReplicaSet: ReplicaSet;
  Service: Service;
  StatefulSet: StatefulSet;
}

export type Kind = keyof KindMap;

/** Any stored object, told apart by `kind`. */
export type KubeObject = KindMap[Kind];

/** A row of `kubectl api-resources`. */
export interface KindInfo<K extends Kind = Kind> {
  readonly kind: K;
  readonly apiVersion: KindMap[K]['apiVersion'];
  /** Plural, as in `services "web" not found`. */
  readonly resource: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  /** True where `metadata.generation` counts spec changes. */
  readonly hasGeneration: boolean;
  /** True where status is a subresource that plain writes don't touch. */
  readonly hasStatus: boolean;
}

export const KINDS: { readonly [K in Kind]: KindInfo<K> } = {
  ConfigMap: {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    resource: 'configmaps',
    shortNames: ['cm'],
    namespaced: true,
    hasGeneration: false,
    hasStatus: false,
  },
  DaemonSet: {
    kind: 'DaemonSet',
    apiVersion: 'apps/v1',
    resource: 'daemonsets',
    shortNames: ['ds'],
    namespaced: true,
    hasGeneration: true,
    hasStatus: true,
  },
  Deployment: {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    resource: 'deployments',
    shortNames: ['deploy'],
    namespaced: true,
    hasGeneration: true,
    hasStatus: true,
  },
  Endpoints: {
    kind: 'Endpoints',
    apiVersion: 'v1',
    resource: 'endpoints',
    shortNames: ['ep'],
    namespaced: true,
    hasGeneration: false,
    hasStatus: false,
  },
  EndpointSlice: {
    kind: 'EndpointSlice',
    apiVersion: 'discovery.k8s.io/v1',
    resource: 'endpointslices',
    shortNames: [],
    namespaced: true,
    hasGeneration: true,
    hasStatus: false,
  },
  Event: {
    kind: 'Event',
    apiVersion: 'v1',
    resource: 'events',
    shortNames: ['ev'],
    namespaced: true,
    hasGeneration: false,
    hasStatus: false,
  },
  IPAMBlock: {
    kind: 'IPAMBlock',
    apiVersion: 'crd.projectcalico.org/v1',
    resource: 'ipamblocks',
    shortNames: [],
    namespaced: false,
    hasGeneration: true,
    hasStatus: false,
  },
  BlockAffinity: {
    kind: 'BlockAffinity',
    apiVersion: 'crd.projectcalico.org/v1',
    resource: 'blockaffinities',
    shortNames: [],
    namespaced: false,
    hasGeneration: true,
    hasStatus: false,
  },
  IPAMConfig: {
    kind: 'IPAMConfig',
    apiVersion: 'crd.projectcalico.org/v1',
    resource: 'ipamconfigs',
    shortNames: [],
    namespaced: false,
    hasGeneration: true,
    hasStatus: false,
  },
  IPPool: {
    kind: 'IPPool',
    apiVersion: 'crd.projectcalico.org/v1',
    resource: 'ippools',
    shortNames: [],
    namespaced: false,
    hasGeneration: true,
    hasStatus: false,
  },
  Namespace: {
    kind: 'Namespace',
    apiVersion: 'v1',
    resource: 'namespaces',
    shortNames: ['ns'],
    namespaced: false,
    hasGeneration: false,
    hasStatus: true,
  },
  Node: {
    kind: 'Node',
    apiVersion: 'v1',
    resource: 'nodes',
    shortNames: ['no'],
    namespaced: false,
    hasGeneration: false,
    hasStatus: true,
  },
  Pod: {
    kind: 'Pod',
    apiVersion: 'v1',
    resource: 'pods',
    shortNames: ['po'],
    namespaced: true,
    hasGeneration: false,
    hasStatus: true,
  },
  ReplicaSet: {
    kind: 'ReplicaSet',
    apiVersion: 'apps/v1',
    resource: 'replicasets',
    shortNames: ['rs'],
    namespaced: true,
    hasGeneration: true,
    hasStatus: true,
  },
  Service: {
    kind: 'Service',
    apiVersion: 'v1',
    resource: 'services',
    shortNames: ['svc'],
    namespaced: true,
    hasGeneration: false,
    hasStatus: true,
  },
  StatefulSet: {
    kind: 'StatefulSet',
    apiVersion: 'apps/v1',
    resource: 'statefulsets',
    shortNames: ['sts'],
    namespaced: true,
    hasGeneration: true,
    hasStatus: true,
  },
};

/** True when the API server stores objects of that kind. */
export function isKind(text: string): text is Kind {
  return Object.hasOwn(KINDS, text);
}

/** The API group of an apiVersion: '' for core. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** `deployments.apps`, `services`: how error messages name a resource. */
export function groupResource(kind: Kind): string {
  const info = KINDS[kind];
  const group = groupOf(info.apiVersion);
  return group === '' ? info.resource : `${info.resource}.${group}`;
}

/** The store's key of an object, `Kind namespace/name` or `Kind name`: also what Provenance.object holds. */
export function objectKey(kind: Kind, namespace: string | null, name: string): string {
  return namespace === null || namespace === '' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

export function keyOf(object: KubeObject): string {
  return objectKey(object.kind, object.metadata.namespace ?? null, object.metadata.name);
}
