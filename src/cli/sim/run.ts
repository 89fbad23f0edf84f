/**
 * `sim` from its arguments to its exit status: opens the scenario, applies what is to be applied, sends, prints.
 */
import type { ClusterApi } from '../../cluster/cluster-api.ts';
import type { ScenarioSpec } from '../../cluster/scenario.ts';
import { finish } from '../../lib/steps.ts';
import { placeText, targetText } from '../place.ts';
import { startCluster, type Streams } from '../start-cluster.ts';
import { openScenario } from '../scenario-folder.ts';
import { printCapture } from './capture.ts';
import { measurementText } from './iperf.ts';
import { journeyJson, spreadJson } from './journey-json.ts';
import { journeyText, titleText } from './journey-text.ts';
import { parseOptions, USAGE, type IperfOptions, type SimOptions } from './options.ts';
import { spreadText } from './spread-text.ts';

const WRONG_USE = 2;

/** Does what the arguments ask for; returns the exit status. */
export function runSim(argv: readonly string[], streams: Streams): number {
  const options = parseOptions(argv);
  if (!options.ok) return refuse(streams, `${options.error}\n\n${USAGE}`);
  if (options.value === 'help') {
    streams.out(USAGE);
    return 0;
  }
  const scenario = openScenario(options.value.scenario);
  if (!scenario.ok) return refuse(streams, `${scenario.error}\n`);
  const spec = withSeed(scenario.value.spec, options.value.seed);
  const cluster = startCluster(streams, spec, options.value.apply);
  if (!cluster.ok) return refuse(streams, cluster.error);
  if (options.value.iperf !== null) return measure(streams, cluster.value, options.value, options.value.iperf);
  return options.value.count === null
    ? sendOne(streams, cluster.value, options.value, spec)
    : sendMany(streams, cluster.value, options.value, spec, options.value.count);
}

function refuse({ err: write }: Streams, message: string): number {
  write(message);
  return WRONG_USE;
}

function withSeed(spec: ScenarioSpec, seed: number | null): ScenarioSpec {
  return seed === null ? spec : { ...spec, cluster: { ...spec.cluster, seed } };
}

function sendOne(streams: Streams, cluster: ClusterApi, options: SimOptions, spec: ScenarioSpec): number {
  const result = cluster.run({ kind: 'probe', probe: options.probe });
  if (!result.ok || result.probe === null)
    return refuse(streams, result.ok ? 'nothing was sent\n' : `${result.errors.map(({ message }) => message).join('\n')}\n`);
  if (options.capture !== null) {
    const captured = printCapture(streams, result.probe, options.capture);
    if (!captured.ok) return refuse(streams, captured.error);
    return result.probe.outcome === 'reply' ? 0 : 1;
  }
  const about = { scenario: spec.id, seed: spec.cluster.seed };
  streams.out(
    options.json ? `${JSON.stringify(journeyJson(result.probe, about), null, 1)}\n` : journeyText(result.probe, options),
  );
  return result.probe.outcome === 'reply' ? 0 : 1;
}

function measure(streams: Streams, cluster: ClusterApi, { probe }: SimOptions, iperf: IperfOptions): number {
  const throughput = finish(cluster.throughput({ probe, ...iperf }));
  if (throughput.kind === 'refused') return refuse(streams, `${throughput.error}\n`);
  if (throughput.kind === 'failed') {
    streams.err(`iperf3: error - ${throughput.error}\n`);
    return 1;
  }
  const { from, to, port, protocol } = probe;
  streams.out(measurementText(`${placeText(from)} to ${targetText(to)}:${port} ${protocol}`, throughput));
  return 0;
}

function sendMany(streams: Streams, cluster: ClusterApi, options: SimOptions, spec: ScenarioSpec, count: number): number {
  // One packet first: it finds both ends, and the neighbours as later ones would.
  const first = cluster.run({ kind: 'probe', probe: options.probe });
  if (!first.ok || first.probe === null)
    return refuse(streams, first.ok ? 'nothing was sent\n' : `${first.errors.map(({ message }) => message).join('\n')}\n`);
  const spread = cluster.spread(options.probe, count);
  const about = { scenario: spec.id, seed: spec.cluster.seed };
  streams.out(
    options.json
      ? `${JSON.stringify(spreadJson(options.probe, spread, about), null, 1)}\n`
      : spreadText(titleText(first.probe), spread),
  );
  return spread.rows.every(({ share, measured }) => share.outcome === 'reply' || measured === 0) ? 0 : 1;
}
