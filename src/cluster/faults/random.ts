/**
 * A fault for somebody to find: drawn from a seed among all that could be broken in this world, and one that shows. Before and after,
 * the same calls are rehearsed; a fault that changes none of them is taken out again and another is drawn.
 */
import { createRng, type RngStream } from '../../lib/rng.ts';
import { err, ok } from '../../lib/result.ts';
import type { Place, ProbeSpec, Target } from '../commands.ts';
import type { World } from '../world.ts';
import type { Fault } from './fault.ts';
import { runAll, type Injection } from './inject.ts';
import { KEPT_PORT } from './kept-port.ts';
import { candidateFaults, planFault } from './kinds.ts';

/** Faults tried before the last of them is kept, though no call misses it. */
const MOST_DRAWS = 12;
/** Calls that are rehearsed. */
const MOST_CALLS = 12;

const SYSTEM = /^(kube-|local-path-storage$)/;

export function injectRandomFault(world: World, seed: number): Injection {
  const stream = createRng(seed).fork('faults');
  const calls = callsOf(world);
  const before = outcomes(world, calls);
  for (let draw = 1; draw <= MOST_DRAWS; draw++) {
    const fault = drawFault(world, stream);
    if (fault === null) return err('there is nothing here that could be broken');
    const plan = planFault(world, fault);
    if (!plan.ok || !runAll(world, plan.value.inject).ok) continue;
    if (draw === MOST_DRAWS || calls.length === 0 || outcomes(world, calls) !== before) {
      world.faults.add(fault, plan.value, { hidden: true });
      return ok([]);
    }
    runAll(world, plan.value.repair());
  }
  return err('no fault could be put in');
}

/** First a kind, then one of it: a cluster with many bridge ports is not broken there alone. */
function drawFault(world: World, stream: RngStream): Fault | null {
  const kinds = candidateFaults(world);
  const kind = kinds.length === 0 ? undefined : kinds[stream.below(kinds.length)];
  return kind?.[stream.below(kind.length)] ?? null;
}

/** Calls between the user's own Pods, to each other and to their Services; and to one of UDP, from a port they keep. */
function callsOf(world: World): readonly ProbeSpec[] {
  const pods = world.store
    .list('Pod')
    .filter(
      ({ metadata, spec, status }) =>
        !SYSTEM.test(metadata.namespace) && spec.hostNetwork !== true && status.podIP !== undefined,
    );
  const clients = pods
    .slice(0, 3)
    .map(({ metadata }): Place => ({ kind: 'pod', namespace: metadata.namespace, name: metadata.name }));
  const targets = [
    ...world.store
      .list('Service')
      .filter(
        ({ metadata, spec }) =>
          !SYSTEM.test(metadata.namespace) && metadata.name !== 'kubernetes' && (spec.ports ?? []).length > 0,
      )
      .slice(0, 2)
      .map(({ metadata, spec }): readonly [Target, number] => [
        { kind: 'svc', namespace: metadata.namespace, name: metadata.name },
        spec.ports?.[0]?.port ?? 80,
      ]),
    ...pods
      .slice(0, 3)
      .map(({ metadata, spec }): readonly [Target, number] => [
        { kind: 'place', place: { kind: 'pod', namespace: metadata.namespace, name: metadata.name } },
        spec.containers[0]?.ports?.[0]?.containerPort ?? 80,
      ]),
  ];
  const calls = clients.flatMap((from) => targets.map(([to, port]): ProbeSpec => ({ from, to, port, protocol: 'tcp' })));
  return [...clients.flatMap((from) => keptCalls(world, from)), ...calls].slice(0, MOST_CALLS);
}

function keptCalls(world: World, from: Place): readonly ProbeSpec[] {
  const services = world.store.list('Service').flatMap(({ metadata: { namespace, name }, spec }) => {
    const port = (spec.ports ?? []).find(({ protocol }) => protocol === 'UDP')?.port;
    return port === undefined || SYSTEM.test(namespace) ? [] : [{ to: { kind: 'svc', namespace, name }, port } as const];
  });
  return services.slice(0, 1).map(({ to, port }) => ({ from, to, port, protocol: 'udp', sport: KEPT_PORT }));
}

function outcomes(world: World, calls: readonly ProbeSpec[]): string {
  return calls.map((call) => world.rehearsal(call)?.().outcome ?? 'nobody').join();
}
