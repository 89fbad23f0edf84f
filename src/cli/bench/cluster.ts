/**
 * The cluster's own budgets: tracing a connection, applying a change, replaying a session, memory.
 */
import type { ClusterApi, CommandResult } from '../../cluster/cluster-api.ts';
import { createCluster } from '../../cluster/cluster.ts';
import type { Command, ProbeSpec } from '../../cluster/commands.ts';
import { generatedPod, generatedScenario } from '../../cluster/generated-scenario.ts';
import type { ScenarioSpec } from '../../cluster/scenario.ts';
import { World } from '../../cluster/world.ts';
import { assert } from '../../lib/assert.ts';
import { median, timeOf, type Budget } from './measure.ts';

const SMALL = { nodes: 4, pods: 100, services: 30 };
const LARGE = { nodes: 40, pods: 2_000, services: 100 };

export function clusterBudgets(): readonly Budget[] {
  return [
    { name: 'trace-30-services', unit: 'ms', budget: 1, measure: () => traceTime(30) },
    { name: 'trace-10000-services', unit: 'ms', budget: 3, measure: () => traceTime(10_000) },
    { name: 'apply-100-pods-30-services', unit: 'ms', budget: 16, measure: applyTime },
    { name: 'replay-100-commands', unit: 'ms', budget: 300, measure: replayTime },
    { name: 'heap-2000-pods', unit: 'MB', budget: 150, measure: heapMegabytes },
  ];
}

/** One connection to a ClusterIP, handshake to close, every step recorded. */
function traceTime(services: number): number {
  const world = World.open(oneBackendEach(services));
  const probe: ProbeSpec = {
    from: { kind: 'node', name: 'node-0' },
    to: { kind: 'svc', namespace: 'default', name: `app-${services - 1}` },
    port: 80,
    protocol: 'tcp',
  };
  const outcomes = new Set<string>();
  const time = timeOf({
    runs: 301,
    warmUps: 300,
    prepare: () => world,
    run: () => {
      const result = world.probe(probe);
      outcomes.add(result.ok ? result.value.outcome : 'refused');
    },
  });
  assert(outcomes.has('reply') && outcomes.size === 1, `probes ended in ${[...outcomes].join(', ')}`);
  return time;
}

/** Two nodes, two Pods, and as many Services in front of them as asked for. */
function oneBackendEach(services: number): ScenarioSpec {
  const { cluster, ...rest } = generatedScenario({ nodes: 2, pods: 2, services: 1 });
  const service = (index: number): string =>
    `apiVersion: v1\nkind: Service\nmetadata: {name: app-${index}}\nspec: {selector: {app: app-0}, ports: [{port: 80}]}\n`;
  const pods = rest.manifests.filter(({ file }) => file === 'pods.yaml');
  // An API server takes requests of 1.5 MiB at most.
  const files = Array.from({ length: Math.ceil(services / 1_000) }, (_, part) => {
    const numbers = Array.from({ length: Math.min(1_000, services - part * 1_000) }, (_ignored, index) => part * 1_000 + index);
    return { file: `services-${part}.yaml`, text: numbers.map(service).join('---\n') };
  });
  return { ...rest, cluster, manifests: [...pods, ...files] };
}

/** A Service gets another port number, again and again. */
function applyTime(): number {
  const cluster = createCluster(generatedScenario(SMALL));
  let port = 8000;
  return timeOf({
    runs: 31,
    warmUps: 10,
    prepare: () => serviceApply(++port),
    run: (command) => {
      done(cluster.run(command));
    },
  });
}

function serviceApply(port: number): Command {
  const text = `apiVersion: v1\nkind: Service\nmetadata: {name: app-0}\nspec: {selector: {app: app-0}, ports: [{port: ${port}, targetPort: 80}]}\n`;
  return { kind: 'apply', file: 'service.yaml', text };
}

/** Undoing the hundredth command builds the world anew and runs the other 99. */
function replayTime(): number {
  const cluster = createCluster(generatedScenario({ nodes: 2, pods: 10, services: 5 }));
  for (let index = 0; index < 100; index++) done(cluster.run(sessionCommand(index)));
  const times: number[] = [];
  for (let run = 0; run < 5; run++) {
    const start = performance.now();
    assert(cluster.undo(), 'nothing to undo');
    times.push(performance.now() - start);
    assert(cluster.redo(), 'nothing to redo');
  }
  return median(times);
}

/** A session as people have them: packets mostly, now and then an object, a rule. */
function sessionCommand(index: number): Command {
  if (index % 10 === 0)
    return { kind: 'apply', file: 'pods.yaml', text: generatedPod(10 + index / 10, { nodes: 2, services: 5 }) };
  if (index % 10 === 5) return serviceApply(8000 + index);
  const to = { kind: 'svc', namespace: 'default', name: `app-${1 + (index % 4)}` } as const;
  return { kind: 'probe', probe: { from: { kind: 'node', name: `node-${index % 2}` }, to, port: 80, protocol: 'tcp' } };
}

function done(result: CommandResult): void {
  assert(result.ok, result.ok ? '' : result.errors.map(({ message }) => message).join('; '));
}

/** What a large cluster and its snapshot keep alive; null without --expose-gc. */
function heapMegabytes(): number | null {
  const { gc } = globalThis;
  if (gc === undefined) return null;
  const before = heapAfter(gc);
  const cluster: ClusterApi = createCluster(generatedScenario(LARGE));
  const after = heapAfter(gc);
  assert(cluster.snapshot().nodes.length === LARGE.nodes, 'the cluster is gone');
  return (after - before) / 1e6;
}

function heapAfter(gc: () => unknown): number {
  gc();
  gc();
  return process.memoryUsage().heapUsed;
}
