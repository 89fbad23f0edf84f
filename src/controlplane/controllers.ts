/**
 * Starts kube-controller-manager's controllers and the scheduler on a store, and stops them with the machine they run on. Each gets an API
 * client under its own name, so the provenance of every object says which of them made it. Started again they know nothing of before: each
 * lists what there is and works through all of it.
 */
import type { ApiClient } from '../api/watch.ts';
import { StoreClient } from './client.ts';
import type { ApiConnection } from './connection.ts';
import type { Controller } from './controller.ts';
import { startDeploymentController } from './deployment/deployment-controller.ts';
import { startEndpointsController } from './endpointslice/endpoints-controller.ts';
import { startEndpointSliceController } from './endpointslice/endpointslice-controller.ts';
import { startEndpointSliceMirroringController } from './endpointslice/mirroring-controller.ts';
import { EventRecorder } from './events.ts';
import { startGarbageCollector } from './garbage-collector.ts';
import { startNamespaceController } from './namespace-controller.ts';
import { startNodeHealthMonitor } from './node-health-monitor.ts';
import { startNodeLifecycleController } from './node-lifecycle-controller.ts';
import { startReplicaSetController } from './replicaset/replicaset-controller.ts';
import { startScheduler } from './scheduler/scheduler.ts';
import { startStatefulSetController } from './statefulset/statefulset-controller.ts';
import type { ApiStore } from './store.ts';

export interface ControlPlane {
  /** The API for another component, under its name (`kubelet class`, `kube-proxy class2`); over nothing that could fail without `connection`. */
  client(by: string, connection?: ApiConnection): ApiClient;
  /** Controllers and scheduler run. */
  readonly running: boolean;
  start(): void;
  stop(): void;
  /** Takes the state of store, events and controllers; the returned function puts it back (the clock has its own). */
  checkpoint(): () => void;
}

/** Runs the control plane of `store`. */
export function startControllers(store: ApiStore): ControlPlane {
  const events = new EventRecorder(store);
  const client = (by: string, connection: ApiConnection | null = null): ApiClient =>
    new StoreClient({ store, events, by, connection });
  let controllers = startAll(store, client);
  return {
    client,
    get running() {
      return controllers.length > 0;
    },
    start() {
      if (controllers.length === 0) controllers = startAll(store, client);
    },
    stop() {
      for (const controller of controllers) controller.stop();
      controllers = [];
    },
    checkpoint() {
      const restores = [store.checkpoint(), events.checkpoint(), ...controllers.map((controller) => controller.checkpoint())];
      return () => {
        for (const restore of restores) restore();
      };
    },
  };
}

function startAll(store: ApiStore, client: (by: string) => ApiClient): readonly Controller[] {
  const { sim } = store;
  return [
    startNamespaceController({
      sim,
      client: client('namespace-controller'),
      finalize: (name) => store.finalizeNamespace(name),
    }),
    startDeploymentController({ sim, client: client('deployment-controller') }),
    startReplicaSetController({ sim, client: client('replicaset-controller') }),
    startStatefulSetController({ sim, client: client('statefulset-controller') }),
    startScheduler({ sim, client: client('default-scheduler') }),
    startEndpointSliceController({ sim, client: client('endpointslice-controller') }),
    startEndpointsController({ sim, client: client('endpoints-controller') }),
    startEndpointSliceMirroringController({ sim, client: client('endpointslicemirroring-controller') }),
    startGarbageCollector({ sim, client: client('generic-garbage-collector') }),
    startNodeHealthMonitor({ sim, client: client('node-lifecycle-controller') }),
    startNodeLifecycleController({ sim, client: client('node-lifecycle-controller') }),
  ];
}
