/**
 * Holds one recorded probe against the cluster: tries it until every recorded path was taken, and says what never was.
 *
 * As the recording did, each try begins with empty conntrack tables and counters at zero; neighbours, forwarding databases and the
 * lists of session affinity are kept. Chance goes on from try to try, so each try is another draw.
 */
import type { ClusterApi, ProbeResult } from '../../cluster/cluster-api.ts';
import type { ProbeSpec } from '../../cluster/commands.ts';
import { NS_PER_MS } from '../../sim/sim.ts';
import { parsePlace, parseTarget } from '../place.ts';
import { differenceLines, likeness, samePath } from './difference.ts';
import { keyText, observedPath, recordedKey, recordedPath, serverPorts, type PathText } from './observed.ts';
import type { RecordedProbe } from './packet-file.ts';

/** Draws made before a recorded path counts as never taken. */
const MAX_TRIES = 300;
/** After so many draws that showed nothing new there is nothing new to come. */
const PATIENCE = 60;
const DEFAULT_TRIES = 14;

/** The lines of what differs, none when all agrees. */
export function checkProbe(cluster: ClusterApi, probe: RecordedProbe): readonly string[] {
  const spec = probeSpec(probe);
  if (typeof spec === 'string') return [`     ${spec}`];
  switch (probe.compare) {
    case 'outcome':
      return outcomeFaults(cluster, probe, spec);
    case 'one-backend':
      return oneBackendFaults(cluster, probe, spec);
    case 'all':
    case 'path':
      return pathFaults(cluster, probe, spec, { withRules: probe.compare === 'all' });
    default:
      return [`     comparison ${JSON.stringify(probe.compare)} is not supported yet`];
  }
}

/** The probe as the cluster takes it, or why it cannot. */
function probeSpec(probe: RecordedProbe): ProbeSpec | string {
  const from = parsePlace(probe.from);
  const to = parseTarget(probe.to);
  if (!from.ok) return from.error;
  if (!to.ok) return to.error;
  const { protocol } = probe;
  if (protocol !== 'tcp' && protocol !== 'udp') return `protocol ${protocol} is not supported yet`;
  return { from: from.value, ...to.value, protocol, waitNs: Math.round((probe.wait ?? 1.2) * 1000) * NS_PER_MS };
}

/** One try, in fresh conntrack tables and counters; text when the cluster refuses it. */
function tryOnce(cluster: ClusterApi, spec: ProbeSpec): ProbeResult | string {
  cluster.run({ kind: 'flush-conntrack', node: null });
  cluster.run({ kind: 'zero-counters', node: null });
  const result = cluster.run({ kind: 'probe', probe: spec });
  if (!result.ok) return result.errors.map(({ message }) => message).join('; ');
  return result.probe ?? 'the cluster sent nothing';
}

function tries(cluster: ClusterApi, probe: RecordedProbe, spec: ProbeSpec): readonly ProbeResult[] | string {
  const results: ProbeResult[] = [];
  for (let count = probe.tries ?? DEFAULT_TRIES; count > 0; count--) {
    const result = tryOnce(cluster, spec);
    if (typeof result === 'string') return result;
    results.push(result);
  }
  return results;
}

function outcomeFaults(cluster: ClusterApi, probe: RecordedProbe, spec: ProbeSpec): readonly string[] {
  const results = tries(cluster, probe, spec);
  if (typeof results === 'string') return [`     refused: ${results}`];
  const expected = [...new Set(probe.paths.map(({ outcome }) => outcome))].sort();
  const found = [...new Set(results.map(({ outcome }) => outcome))].sort();
  if (found.every((outcome) => expected.includes(outcome))) return [];
  return [`     outcome`, `       expected  ${expected.join(', ')}`, `       found     ${found.join(', ')}`];
}

/** Every try is answered by the same back end, whichever it is. */
function oneBackendFaults(cluster: ClusterApi, probe: RecordedProbe, spec: ProbeSpec): readonly string[] {
  const results = tries(cluster, probe, spec);
  if (typeof results === 'string') return [`     refused: ${results}`];
  const expected = new Set(probe.paths.map(({ outcome }) => outcome));
  const found = [...new Set(results.map(({ outcome, backend }) => keyText(outcome, backend, null)))];
  if (found.length === 1 && results.every(({ outcome }) => expected.has(outcome))) return [];
  return [
    '     one back end for all tries',
    `       expected  ${[...expected].join(', ')} from one`,
    `       found     ${found.join('; ')}`,
  ];
}

function pathFaults(
  cluster: ClusterApi,
  probe: RecordedProbe,
  spec: ProbeSpec,
  options: { readonly withRules: boolean },
): readonly string[] {
  const ports = serverPorts(probe);
  const expected = probe.paths.map((path) => recordedPath(path, ports));
  const search = searchPaths(cluster, probe, { spec, ports, expected, ...options });
  if (typeof search === 'string') return [`     refused: ${search}`];
  const keys = new Set(probe.paths.map(recordedKey));
  const explored = cluster.allOutcomes(spec).shares.filter(({ probability }) => probability > 0);
  const reachable = new Set([
    ...search.seen.map(({ key }) => key),
    ...explored.map((share) => keyText(share.outcome, share.backend, share.backendSaw)),
  ]);
  const unrecorded = [...reachable].filter((key) => !keys.has(key));
  return [
    ...addressFault(search.address, probe.address),
    ...search.unreached.flatMap((path) => unreachedLines(path, search, options)),
    ...unrecorded.map((key) => `     never recorded, but reached: ${key}`),
  ];
}

function addressFault(found: string, expected: string): readonly string[] {
  return found === expected ? [] : ['     address dialled', `       expected  ${expected}`, `       found     ${found}`];
}

interface Search {
  /** Every different path taken. */
  readonly seen: readonly PathText[];
  readonly unreached: readonly PathText[];
  readonly count: number;
  readonly address: string;
}

/** Tries until all expected paths were taken, nothing new comes, or the bound is reached; at least as often as was recorded. */
function searchPaths(
  cluster: ClusterApi,
  probe: RecordedProbe,
  goal: {
    readonly spec: ProbeSpec;
    readonly ports: ReadonlySet<number>;
    readonly expected: readonly PathText[];
    readonly withRules: boolean;
  },
): Search | string {
  const seen: PathText[] = [];
  let unreached = goal.expected;
  let address = '';
  let count = 0;
  let last = 0;
  const atLeast = probe.tries ?? DEFAULT_TRIES;
  while (count < atLeast || (unreached.length > 0 && count < MAX_TRIES && count - last < PATIENCE)) {
    const result = tryOnce(cluster, goal.spec);
    if (typeof result === 'string') return result;
    count++;
    address = `${result.address}:${result.port}`;
    const path = observedPath(result, cluster.snapshot(), goal.ports);
    if (seen.some((other) => samePath(other, path, { withRules: true }))) continue;
    seen.push(path);
    last = count;
    unreached = unreached.filter((wanted) => !samePath(wanted, path, goal));
  }
  return { seen, unreached, count, address };
}

function unreachedLines(path: PathText, search: Search, options: { readonly withRules: boolean }): readonly string[] {
  const title = `     never taken in ${search.count} tries: ${path.key}`;
  const same = search.seen.filter(({ key }) => key === path.key);
  const closest = (same.length > 0 ? same : search.seen).reduce<PathText | null>(
    (best, other) => (best === null || likeness(path, other) > likeness(path, best) ? other : best),
    null,
  );
  if (closest === null) return [title];
  const other = closest.key === path.key ? [] : [`     closest try: ${closest.key}`];
  return [title, ...other, ...differenceLines(path, closest, options)];
}
