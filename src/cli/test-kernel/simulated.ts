/**
 * The simulator's side: every observation a probe may end in, each branch of chance walked from the same state.
 */
import type { ProbeResult } from '../../cluster/cluster-api.ts';
import type { ProbeSpec } from '../../cluster/commands.ts';
import { walkBranches } from '../../cluster/outcomes.ts';
import type { World } from '../../cluster/world.ts';
import type { NetfilterView } from '../../net/view.ts';
import { observationText, type Observation } from './observation.ts';
import { seenTtls } from './seen-ttls.ts';

const TABLES = ['raw', 'mangle', 'nat', 'filter'] as const;
/** Ends that are rarer need not turn up in some tens of real connections. */
const COMMON = 0.02;

export interface Simulated {
  readonly observations: readonly Observation[];
  /** Ends so probable that real connections must show each of them. */
  readonly common: readonly Observation[];
}

/** All observations of a probe; text when the cluster has no such ends. */
export function simulate(world: World, spec: ProbeSpec): Simulated | string {
  let rules: readonly string[] = [];
  const rehearse = world.rehearsal(spec, () => {
    rules = rulesHit(world);
  });
  if (rehearse === null) return 'has no such ends in the simulator';
  const found = new Map<string, { readonly observation: Observation; probability: number }>();
  walkBranches(world.kernels(), rehearse, (result, probability) => {
    const observation = observationOf(result, rules);
    const text = observationText(observation);
    const known = found.get(text);
    found.set(text, { observation, probability: (known?.probability ?? 0) + probability });
  });
  const all = [...found.values()];
  return {
    observations: all.map(({ observation }) => observation),
    common: all.filter(({ probability }) => probability >= COMMON).map(({ observation }) => observation),
  };
}

/** Nobody says who answered an echo. */
function observationOf(result: ProbeResult, rules: readonly string[]): Observation {
  const { request, reply } = seenTtls(result);
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
