/**
 * A control plane for tests: store, controllers, nodes, and an agent that starts and stops Pods as kubelets would, without packets.
 */
import { assert, assertExists } from '../lib/assert.ts';
import { createRng } from '../lib/rng.ts';
import { NS_PER_MS, NS_PER_S, Sim } from '../sim/sim.ts';
import type { Kind, KindMap, KubeObject } from '../api/kinds.ts';
import type { Pod, PodCondition } from '../api/types/pod.ts';
import type { ApiClient, ObjectInput } from '../api/watch.ts';
import { startControllers, type ControlPlane } from './controllers.ts';
import { ApiStore } from './store.ts';

const START_NS = 20 * NS_PER_MS;
const STOP_NS = 100 * NS_PER_MS;

export interface Lab {
  readonly sim: Sim;
  readonly store: ApiStore;
  readonly plane: ControlPlane;
  /** The API as `kubectl`. */
  readonly client: ApiClient;
  /** Runs until nothing is left to do. */
  settle(): void;
  advance(seconds: number): void;
  node(
    name: string,
    options?: {
      readonly cpu?: string;
      readonly memory?: string;
      readonly labels?: Readonly<Record<string, string>>;
      readonly taints?: KindMap['Node']['spec']['taints'];
    },
  ): void;
  create<K extends Kind>(kind: K, object: ObjectInput<KindMap[K]>): KindMap[K];
  get<K extends Kind>(kind: K, name: string): KindMap[K];
  names(kind: Kind): readonly string[];
  /** `reason: message` of every Event about `name`. */
  events(name: string): readonly string[];
  /** Overrides what the agent reports of a Pod. */
  setReady(name: string, ready: boolean): void;
}

export function createLab(seed = 1): Lab {
  const sim = new Sim(createRng(seed));
  const store = new ApiStore({ sim });
  const plane = startControllers(store);
  const client = plane.client('kubectl');
  startAgent(sim, plane.client('kubelet'));
  const settle = (): void => {
    const end = sim.run({ maxSteps: 2_000_000, until: () => !sim.busy });
    assert(end === 'done' || end === 'idle', `lab did not settle: ${end}`);
  };
  return {
    sim,
    store,
    plane,
    client,
    settle,
    advance(seconds) {
      sim.run({ deadline: sim.now + seconds * NS_PER_S, maxSteps: 2_000_000 });
    },
    node(name, { cpu = '4', memory = '8Gi', labels = {}, taints } = {}) {
      const made = client.create('Node', {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
        spec: taints === undefined ? {} : { taints },
        status: { capacity: { cpu, memory, pods: '110' }, conditions: [{ type: 'Ready', status: 'True' }] },
      });
      assert(made.ok, `node ${name}`);
    },
    create(kind, object) {
      const made = client.create(kind, object);
      assert(made.ok, made.ok ? '' : made.error.message);
      return made.value;
    },
    get: (kind, name) => assertExists(store.get(kind, 'default', name), `${kind} ${name}`),
    names: (kind) => store.list(kind).map((object: KubeObject) => object.metadata.name),
    events: (name) =>
      store
        .list('Event')
        .filter((event) => event.involvedObject.name === name)
        .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
        .map((event) => `${event.reason}: ${event.message}`),
    setReady(name, ready) {
      const pod = assertExists(store.get('Pod', 'default', name), name);
      report(client, pod, { ip: pod.status.podIP ?? '', ready });
    },
  };
}

/** Gives bound Pods an address and readiness, and finishes those that are being deleted. */
function startAgent(sim: Sim, client: ApiClient): void {
  let next = 1;
  client.watch('Pod', ({ type, object }) => {
    if (type === 'DELETED' || (object.spec.nodeName ?? '') === '') return;
    const { namespace, name, uid } = object.metadata;
    if (object.metadata.deletionTimestamp !== undefined) {
      sim.after(STOP_NS, `stop ${name}`, () => client.delete('Pod', namespace, name, { gracePeriodSeconds: 0, uid }));
    } else if (object.status.podIP === undefined) {
      const ip = `10.244.0.${next++}`;
      sim.after(START_NS, `start ${name}`, () => {
        const pod = client.get('Pod', namespace, name);
        if (pod?.metadata.uid === uid && pod.status.podIP === undefined) report(client, pod, { ip, ready: true });
      });
    }
  });
}

function report(client: ApiClient, pod: Pod, { ip, ready }: { readonly ip: string; readonly ready: boolean }): void {
  const others = (pod.status.conditions ?? []).filter(({ type }) => type !== 'Ready');
  const condition: PodCondition = { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: client.timestamp() };
  client.updateStatus('Pod', {
    ...pod,
    status: { ...pod.status, phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions: [...others, condition] },
  });
}
