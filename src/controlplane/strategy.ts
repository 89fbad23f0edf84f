/**
 * What the API server does to each kind around a write: admission, what a client may not set, allocation (pkg/registry, one
 * strategy.go per resource). Defaults and validation are in `api`.
 */
import { admitPod } from '../api/defaults/pod.ts';
import type { FieldError } from '../api/field-error.ts';
import type { Draft } from '../api/json.ts';
import type { Kind, KindMap } from '../api/kinds.ts';
import type { Pod, PodSpec } from '../api/types/pod.ts';
import type { Service } from '../api/types/service.ts';
import type { IdentitySource } from './identity.ts';
import type { ServiceAllocator } from './service-allocator.ts';
import { prepareServiceForUpdate } from './service-update.ts';

/** What strategies may use of the store. */
export interface StrategyContext {
  readonly allocator: ServiceAllocator;
  readonly identity: IdentitySource;
}

interface Strategy<K extends Kind> {
  /** Readies a defaulted new object; errors are those of allocation. */
  readonly create: (draft: Draft<KindMap[K]>, context: StrategyContext) => readonly FieldError[];
  readonly update: (draft: Draft<KindMap[K]>, old: KindMap[K], context: StrategyContext) => readonly FieldError[];
}

function nothing(): readonly FieldError[] {
  return [];
}

const PLAIN = { create: nothing, update: nothing };

/** Guaranteed: every container limits cpu and memory and requests the same; BestEffort: none asks for anything. */
export function qosClassOf(spec: Draft<PodSpec>): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const amounts = (list: Draft<Readonly<Record<string, string>>> | undefined): readonly string[] =>
    ['cpu', 'memory'].map((name) => list?.[name] ?? '');
  const requests = containers.map((container) => amounts(container.resources?.requests));
  const limits = containers.map((container) => amounts(container.resources?.limits));
  if ([...requests, ...limits].flat().every((amount) => amount === '')) return 'BestEffort';
  const guaranteed = limits.every((amount, i) => amount.every((value, j) => value !== '' && value === requests[i]?.[j]));
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

function createPod(pod: Draft<Pod>): readonly FieldError[] {
  admitPod(pod);
  pod.status = { phase: 'Pending', qosClass: qosClassOf(pod.spec ?? {}) };
  return [];
}

/** Streams of chance of one Service: its own, so other Services don't move its address. */
function allocate(
  service: Draft<Service>,
  old: Service | null,
  { allocator, identity }: StrategyContext,
): readonly FieldError[] {
  const key = `${service.metadata?.namespace ?? ''}/${service.metadata?.name ?? ''}`;
  const draws = { ip: identity.draws(`clusterIP ${key}`), port: identity.draws(`nodePort ${key}`) };
  return allocator.allocate((service.spec ??= {}), old?.spec ?? null, draws);
}

const STRATEGIES: { readonly [K in Kind]: Strategy<K> } = {
  ConfigMap: PLAIN,
  DaemonSet: {
    create: (draft) => {
      draft.status = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
      return [];
    },
    update: nothing,
  },
  Deployment: {
    create: (draft) => {
      draft.status = {};
      return [];
    },
    update: nothing,
  },
  Endpoints: PLAIN,
  EndpointSlice: PLAIN,
  Event: PLAIN,
  BlockAffinity: PLAIN,
  IPAMBlock: PLAIN,
  IPAMConfig: PLAIN,
  IPPool: PLAIN,
  Namespace: {
    create: (draft) => {
      draft.spec = { finalizers: ['kubernetes'] };
      draft.status = { phase: 'Active' };
      return [];
    },
    update: (draft, old) => {
      // Removed by the finalize subresource alone.
      draft.spec = { finalizers: [...(old.spec.finalizers ?? [])] };
      return [];
    },
  },
  Node: PLAIN,
  Pod: {
    create: createPod,
    update: (draft) => {
      admitPod(draft);
      return [];
    },
  },
  ReplicaSet: {
    create: (draft) => {
      draft.status = { replicas: 0 };
      return [];
    },
    update: nothing,
  },
  StatefulSet: {
    create: (draft) => {
      draft.status = { replicas: 0 };
      return [];
    },
    update: nothing,
  },
  Service: {
    create: (draft, context) => {
      draft.status = { loadBalancer: {} };
      return allocate(draft, null, context);
    },
    update: (draft, old, context) => {
      prepareServiceForUpdate(draft, old);
      return allocate(draft, old, context);
    },
  },
};

export function prepareForCreate<K extends Kind>(
  kind: K,
  draft: Draft<KindMap[K]>,
  context: StrategyContext,
): readonly FieldError[] {
  const strategy: Strategy<K> = STRATEGIES[kind];
  return strategy.create(draft, context);
}

export function prepareForUpdate<K extends Kind>(
  kind: K,
  draft: Draft<KindMap[K]>,
  old: KindMap[K],
  context: StrategyContext,
): readonly FieldError[] {
  const strategy: Strategy<K> = STRATEGIES[kind];
  return strategy.update(draft, old, context);
}
