/**
 * The simulator's side: every observation a probe may end in, each branch of chance walked from the same state.
 */
import type { ProbeResult } from '../../cluster/cluster-api.ts';
import type { ProbeSpec } from '../../cluster/commands.ts';
import { netnsName } from '../../cluster/export/places.ts';
import { walkBranches } from '../../cluster/outcomes.ts';
import type { World } from '../../cluster/world.ts';
import type { Trace, TraceStep } from '../../net/trace/trace.ts';
import type { NetfilterView } from '../../net/view.ts';
import type { HopReader } from './hop-lines.ts';
import { observationText, type Observation } from './observation.ts';
import { seenTtls, type ClientPlace } from './seen-ttls.ts';

const TABLES = ['raw', 'mangle', 'nat', 'filter'] as const;
/** Ends that are rarer need not turn up in some tens of real connections. */
const COMMON = 0.02;

export interface Simulated {
  readonly observations: readonly Observation[];
  /** Ends so probable that real connections must show each of them. */
  readonly common: readonly Observation[];
  /** True when a packet of any of them passes a device that is not built. */
  readonly unbuilt: boolean;
}

/** All observations of a probe; text when the cluster has no such ends. `unbuilt`: `NETNS DEVICE`, by the script's names. */
export function simulate(
  world: World,
  spec: ProbeSpec,
  { unbuilt, hops }: { readonly unbuilt: ReadonlySet<string>; readonly hops: HopReader },
): Simulated | string {
  const resolved = world.resolve(spec);
  if (!resolved.ok) return resolved.error;
  const { netns } = resolved.value;
  const client = { node: netns.kernel.name, netns: netns.name };
  let rules: readonly string[] = [];
  const look = (): void => {
    rules = rulesHit(world);
  };
  const rehearse = world.rehearsal(spec, look, { light: false });
  if (rehearse === null) return 'has no such ends in the simulator';
  const found = new Map<string, { readonly observation: Observation; probability: number }>();
  let passes = false;
  walkBranches(world.kernels(), rehearse, (result, probability) => {
    passes ||= passesAny(result.trace, unbuilt);
    const observation = { ...observationOf(result, client, rules), hops: hasHops(spec) ? hops.ofTrace(result.trace) : null };
    const text = observationText(observation);
    const known = found.get(text);
    found.set(text, { observation, probability: (known?.probability ?? 0) + probability });
  });
  const all = [...found.values()];
  return {
    unbuilt: passes,
    observations: all.map(({ observation }) => observation),
    common: all.filter(({ probability }) => probability >= COMMON).map(({ observation }) => observation),
  };
}

function passesAny({ steps }: Trace, devices: ReadonlySet<string>): boolean {
  const name = (step: TraceStep): string | null => {
    const dev = 'dev' in step ? step.dev : null;
    return typeof dev === 'string' ? dev : (dev?.name ?? null);
  };
  return steps.some((step) => devices.has(`${netnsName(step.node, step.netns)} ${name(step) ?? ''}`));
}

/** False where packets may be cut: fragments are seen one by one, but travel as one packet in the simulator. */
export function hasHops({ bytes }: ProbeSpec): boolean {
  return bytes === undefined;
}

/** Nobody says who answered an echo. */
function observationOf(result: ProbeResult, client: ClientPlace, rules: readonly string[]): Omit<Observation, 'hops'> {
  const { request, reply } = seenTtls(result, client);
  const served = result.spec.protocol === 'icmp' ? null : result.backend;
  return {
    outcome: result.outcome,
    backend: served,
    saw: served === null ? null : (result.backendSaw?.ip ?? null),
    requestTtl: served === null || request === null ? null : String(request),
    replyTtl: reply === null ? null : String(reply),
    rules,
  };
}

/** The rules that counted something since the counters were zeroed. */
function rulesHit(world: World): readonly string[] {
  return world
    .kernels()
    .flatMap(({ name, root }) => hitOf(name, root.view().netfilter))
    .sort();
}

function hitOf(node: string, { ruleset, counters }: NetfilterView): readonly string[] {
  return TABLES.flatMap((table) =>
    [...ruleset[table].chains.values()].flatMap(({ name, rules }) =>
      rules.flatMap(({ id }, index) => ((counters.get(id)?.packets ?? 0) > 0 ? [`${node} ${table} ${name} ${index + 1}`] : [])),
    ),
  );
}
