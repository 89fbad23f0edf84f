/**
 * One simulated world: machines, API server, controllers and node agents on one clock, built from a scenario.
 *
 * The layers below know nothing of each other's making; this is where they are wired, in the order a real cluster comes up:
 * machines, API server, controllers, nodes with kubelet, CNI and kube-proxy, kube-system, then the user's manifests.
 */
import type { ManifestError } from '../api/manifest-error.ts';
import { parseTime } from '../api/time.ts';
import type { ObjectReference } from '../api/types/meta.ts';
import { startControllers, type ControlPlane } from '../controlplane/controllers.ts';
import { ApiStore } from '../controlplane/store.ts';
import { assert } from '../lib/assert.ts';
import { cidr } from '../lib/cidr.ts';
import { parseIp } from '../lib/ip.ts';
import { createRng } from '../lib/rng.ts';
import { err, type Result } from '../lib/result.ts';
import { finish, type Steps } from '../lib/steps.ts';
import { isNetworkEvent, isPacketEvent } from '../net/events.ts';
import type { Kernel } from '../net/kernel.ts';
import { createPodSource, type PodSource } from '../node/kubelet/pod-source.ts';
import { NS_PER_S, Sim, type RunEnd } from '../sim/sim.ts';
import type { Authors } from './diff.ts';
import type { ApplyPreview, ProbeResult } from './cluster-api.ts';
import { ApiServer } from './api-server.ts';
import { applyText, executeCommand, previewApply, type Executed } from './execute.ts';
import type { Command, ProbeSpec } from './commands.ts';
import { commandError } from './command-error.ts';
import { FaultBook } from './faults/book.ts';
import { bootMachines, hostsOf, type Machines } from './machines.ts';
import { configuresNetwork } from './network-manifest.ts';
import { knowPods } from './neighbours.ts';
import { joinNodes, touchUp, type WorldNode } from './nodes.ts';
import { runProbe, type ResolvedProbe } from './probe.ts';
import { serverPlace } from './throughput/server.ts';
import { measureThroughput, outcomeError, type Throughput, type ThroughputSpec } from './throughput/throughput.ts';
import { resolveProbe } from './resolve.ts';
import { HandServers } from './tools/hand-servers.ts';
import type { Rehearse } from './outcomes.ts';
import type { ManifestSpec, ScenarioSpec } from './scenario.ts';
import type { EventView } from './snapshot.ts';

/** A command is given this much virtual time to come to rest; what then still runs goes on with the next one. */
const SETTLE_NS = 300 * NS_PER_S;
/** Events one command may cause: a Deployment of thousands of Pods stays well below. */
const MAX_EVENTS = 5_000_000;
/** Events between two places where coming to rest may be interrupted. */
const EVENTS_A_STEP = 20;

export class World {
  readonly spec: ScenarioSpec;
  readonly sim: Sim;
  readonly machines: Machines;
  readonly store: ApiStore;
  /** The Pods of each node, told to its kubelet. */
  readonly pods: PodSource;
  readonly controlPlane: ControlPlane;
  readonly apiServer: ApiServer;
  #nodes: readonly WorldNode[] = [];
  readonly faults: FaultBook;
  /** What somebody started by hand. */
  readonly servers: HandServers;
  #flows = 0;

  private constructor(spec: ScenarioSpec) {
    this.spec = spec;
    const { cluster } = spec;
    this.sim = new Sim(createRng(cluster.seed));
    this.machines = bootMachines(cluster, this.sim);
    this.store = new ApiStore({ sim: this.sim, serviceCIDR: cidr(cluster.serviceCIDR) });
    this.controlPlane = startControllers(this.store);
    const { sim, machines, store, controlPlane } = this;
    this.apiServer = new ApiServer({ spec: cluster, sim, machines, store, controlPlane });
    this.faults = new FaultBook(this);
    this.servers = new HandServers(() => new Date(this.store.timestamp()).toUTCString());
    this.pods = createPodSource(this.controlPlane.client('kubelet'));
  }

  /** Builds the scenario's world and lets it come to rest. */
  static open(spec: ScenarioSpec): World {
    return finish(World.opening(spec));
  }

  /** As `open`, a step at a time. */
  static *opening(spec: ScenarioSpec): Steps<World> {
    const world = new World(spec);
    yield;
    // A network's own configuration is there before its first node looks for it.
    yield* world.#apply(spec.manifests.filter(configuresNetwork));
    world.#nodes = yield* joinNodes(world);
    yield* world.#apply(spec.manifests.filter((manifest) => !configuresNetwork(manifest)));
    world.nodes.forEach(touchUp);
    for (const preset of spec.faults ?? []) {
      const injected = world.execute({ kind: 'fault', ...preset });
      assert(injected.ok, injected.ok ? '' : `faults: ${injected.error.map((error) => error.message).join('; ')}`);
      yield;
    }
    return world;
  }

  /** In the scenario's order; none before all have joined. */
  get nodes(): readonly WorldNode[] {
    return this.#nodes;
  }

  /** A machine that is switched off or on is another node in the place of the one of its name. */
  replaceNode(node: WorldNode): void {
    this.#nodes = this.#nodes.map((each) => (each.name === node.name ? node : each));
  }

  /** Kernels of all nodes. */
  kernels(): readonly Kernel[] {
    return [...this.machines.nodes.values()];
  }

  /** Who made an object and who last changed what it asks for. */
  readonly authors: Authors = (key) => this.store.origin(key) ?? { createdBy: 'kube-apiserver', changedBy: 'kube-apiserver' };

  execute(command: Command): Result<Executed, readonly ManifestError[]> {
    return executeCommand(this, command);
  }

  preview(file: string, text: string): ApplyPreview {
    return previewApply(this, file, text);
  }

  /** Lets controllers and nodes finish what they have to do. */
  settle(): void {
    finish(this.settling());
  }

  /** As `settle`, a step at a time. */
  *settling(nodes: readonly WorldNode[] = this.nodes): Steps<void> {
    const deadline = this.sim.now + SETTLE_NS;
    let end: RunEnd = 'limit';
    for (let left = MAX_EVENTS; end === 'limit' && left > 0; left -= EVENTS_A_STEP) {
      end = this.sim.run({ deadline, maxSteps: Math.min(left, EVENTS_A_STEP), until: () => !this.sim.busy });
      yield;
    }
    if (end === 'limit') this.sim.discard(isPacketEvent);
    if (this.spec.cluster.neighbours === 'permanent') knowPods(nodes);
  }

  /** Sends a probe for good. */
  probe(spec: ProbeSpec): Result<ProbeResult, readonly ManifestError[]> {
    const resolved = this.resolve(spec);
    if (!resolved.ok) return err([commandError(resolved.error)]);
    return { ok: true, value: this.#send(resolved.value, false) };
  }

  resolve(spec: ProbeSpec): Result<ResolvedProbe, string> {
    return resolveProbe(this, spec);
  }

  /**
   * Sends a probe from the state as it is now and rolls everything back, as often as it is called; null when its ends do not exist.
   * Before it does, `look` may read what the probe left. Unless `light` is false, only what tells the outcome is recorded.
   */
  rehearsal(spec: ProbeSpec, look: () => void = () => undefined, { light = true } = {}): Rehearse | null {
    const resolved = this.resolve(spec);
    if (!resolved.ok) return null;
    const restore = this.#checkpoint();
    return () => {
      this.#holdCluster();
      const result = this.#send(resolved.value, light);
      look();
      restore();
      return result;
    };
  }

  /** Sends a probe again and again, each time after the last, until `end` rolls everything back; null when its ends do not exist. */
  repetition(spec: ProbeSpec): { readonly send: Rehearse; readonly end: () => void } | null {
    const resolved = this.resolve(spec);
    if (!resolved.ok) return null;
    const end = this.#checkpoint();
    this.#holdCluster();
    return { send: () => this.#send(resolved.value, true), end };
  }

  /** Measures how much gets from one place to another in the state as it is now, a step at a time, and rolls everything back. */
  *throughput(spec: ThroughputSpec): Steps<Throughput> {
    const resolved = this.resolve(spec.probe);
    if (!resolved.ok) return { kind: 'refused', error: resolved.error };
    const restore = this.#checkpoint();
    try {
      return yield* this.#measure(spec, resolved.value, restore);
    } finally {
      restore();
    }
  }

  *#measure(spec: ThroughputSpec, probe: ResolvedProbe, restore: () => void): Steps<Throughput> {
    const { seconds, bitsPerSecond } = spec;
    const { protocol, port } = spec.probe;
    if (protocol === 'icmp') return { kind: 'refused', error: 'iperf3 measures tcp and udp' };
    this.#holdCluster();
    const first = this.#send(probe, false);
    restore();
    const address = parseIp(first.address);
    // A name is looked up once; from then on the client dials what came of it.
    if (probe.destination.kind === 'name' && address !== null)
      return yield* this.#measure(spec, { ...probe, destination: { kind: 'address', address } }, restore);
    const kernels = [...this.kernels(), ...hostsOf(this.machines)];
    const server = serverPlace(kernels, first.trace);
    if (server === null || address === null) return { kind: 'failed', error: outcomeError(first.outcome) };
    this.#holdCluster();
    const about = { sim: this.sim, netns: probe.netns, dst: address, port, seconds, bitsPerSecond, server };
    return yield* measureThroughput(kernels, about, protocol);
  }

  events(): readonly EventView[] {
    return this.store.list('Event').map((event) => ({
      at: parseTime(this.store.epoch, event.lastTimestamp),
      type: event.type === 'Warning' ? 'Warning' : 'Normal',
      reason: event.reason,
      object: eventObject(event.involvedObject),
      message: event.message,
      source: event.source.component ?? '',
    }));
  }

  *#apply(manifests: readonly ManifestSpec[]): Steps<void> {
    for (const { file, text } of manifests) {
      const applied = applyText(this, file, text);
      assert(applied.ok, applied.ok ? '' : `${file}: ${applied.error.map((error) => error.message).join('; ')}`);
      yield* this.settling();
    }
  }

  #send(probe: ResolvedProbe, light: boolean): ProbeResult {
    return runProbe(this.sim, this.machines, probe, { flowId: `flow-${++this.#flows}`, light });
  }

  /** Only the network goes on: what controllers and agents have waiting would not be rolled back. The checkpoint brings it back. */
  #holdCluster(): void {
    this.sim.discard((label) => !isNetworkEvent(label));
  }

  /** Takes everything a packet can change; the returned function puts it back, as often as it is called. */
  #checkpoint(): () => void {
    const { machines, sim } = this;
    const kernels = [...machines.nodes.values(), ...hostsOf(machines)];
    const flows = this.#flows;
    const restores = [
      sim.checkpoint(),
      sim.rng.checkpoint(),
      ...[...machines.segments.values()].map((segment) => segment.checkpoint()),
      ...kernels.map((kernel) => kernel.checkpoint()),
    ];
    return () => {
      for (const restore of restores) restore();
      this.#flows = flows;
    };
  }
}

function eventObject({ kind = '', namespace, name = '' }: ObjectReference): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}
