/**
 * `npm run -s sim`: sends a packet through a scenario's cluster and prints its journey, or the spread of many.
 *
 * Standard output is the answer only; what is wrong goes to standard error. Exit 0 answered, 1 refused, lost or timed out, 2 wrong use.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { ManifestError } from '../api/manifest-error.ts';
import type { ClusterApi } from '../cluster/cluster-api.ts';
import { createCluster } from '../cluster/cluster.ts';
import type { ManifestSpec, ScenarioSpec } from '../cluster/scenario.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { openScenario } from './scenario-folder.ts';
import { journeyJson, spreadJson } from './sim/journey-json.ts';
import { journeyText, titleText } from './sim/journey-text.ts';
import { parseOptions, USAGE, type SimOptions } from './sim/options.ts';
import { spreadText } from './sim/spread-text.ts';

const WRONG_USE = 2;

function main(argv: readonly string[]): number {
  const options = parseOptions(argv);
  if (!options.ok) return refuse(`${options.error}\n\n${USAGE}`);
  if (options.value === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const scenario = openScenario(options.value.scenario);
  if (!scenario.ok) return refuse(`${scenario.error}\n`);
  const spec = withSeed(scenario.value.spec, options.value.seed);
  const cluster = startCluster(spec, options.value.apply);
  if (!cluster.ok) return refuse(cluster.error);
  return options.value.count === null
    ? sendOne(cluster.value, options.value, spec)
    : sendMany(cluster.value, options.value, spec, options.value.count);
}

function refuse(message: string): number {
  process.stderr.write(message);
  return WRONG_USE;
}

function withSeed(spec: ScenarioSpec, seed: number | null): ScenarioSpec {
  return seed === null ? spec : { ...spec, cluster: { ...spec.cluster, seed } };
}

/** The scenario's cluster with all manifests applied, the user's last; the error is what the API server says of one. */
function startCluster(spec: ScenarioSpec, apply: readonly string[]): Result<ClusterApi, string> {
  const files: ManifestSpec[] = [...spec.manifests];
  for (const path of apply) {
    try {
      files.push({ file: basename(path), text: readFileSync(path, 'utf8') });
    } catch (error) {
      return err(`--apply ${path}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  const cluster = createCluster({ ...spec, manifests: [] });
  for (const { file, text } of files) {
    const result = cluster.run({ kind: 'apply', file, text });
    if (!result.ok) return err(result.errors.map((error) => errorLine(file, error)).join(''));
    process.stderr.write(result.warnings.map((warning) => errorLine(file, warning)).join(''));
  }
  return ok(cluster);
}

function errorLine(file: string, { line, column, severity, message }: ManifestError): string {
  return `${file}:${line}:${column}: ${severity}: ${message}\n`;
}

function sendOne(cluster: ClusterApi, options: SimOptions, spec: ScenarioSpec): number {
  const result = cluster.run({ kind: 'probe', probe: options.probe });
  if (!result.ok || result.probe === null)
    return refuse(result.ok ? 'nothing was sent\n' : `${result.errors.map(({ message }) => message).join('\n')}\n`);
  const about = { scenario: spec.id, seed: spec.cluster.seed };
  process.stdout.write(
    options.json ? `${JSON.stringify(journeyJson(result.probe, about), null, 1)}\n` : journeyText(result.probe, options),
  );
  return result.probe.outcome === 'reply' ? 0 : 1;
}

function sendMany(cluster: ClusterApi, options: SimOptions, spec: ScenarioSpec, count: number): number {
  // One packet first: it finds both ends, and the neighbours as later ones would.
  const first = cluster.run({ kind: 'probe', probe: options.probe });
  if (!first.ok || first.probe === null)
    return refuse(first.ok ? 'nothing was sent\n' : `${first.errors.map(({ message }) => message).join('\n')}\n`);
  const spread = cluster.spread(options.probe, count);
  const about = { scenario: spec.id, seed: spec.cluster.seed };
  process.stdout.write(
    options.json
      ? `${JSON.stringify(spreadJson(options.probe, spread, about), null, 1)}\n`
      : spreadText(titleText(first.probe), spread),
  );
  return spread.rows.every(({ share, measured }) => share.outcome === 'reply' || measured === 0) ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
