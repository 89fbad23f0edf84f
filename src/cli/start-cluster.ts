/**
 * A scenario's cluster with its own manifests and the user's applied, for commands that take `--apply`.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { ManifestError } from '../api/manifest-error.ts';
import type { ClusterApi } from '../cluster/cluster-api.ts';
import { createCluster } from '../cluster/cluster.ts';
import { configuresNetwork } from '../cluster/network-manifest.ts';
import type { ManifestSpec, ScenarioSpec } from '../cluster/scenario.ts';
import { err, ok, type Result } from '../lib/result.ts';

/** Where a command writes: the answer, and what is wrong. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** The scenario's cluster with all manifests applied, the user's last; the error is what the API server says of one. */
export function startCluster(streams: Streams, spec: ScenarioSpec, apply: readonly string[]): Result<ClusterApi, string> {
  const files: ManifestSpec[] = [];
  for (const path of apply) {
    try {
      files.push({ file: basename(path), text: readFileSync(path, 'utf8') });
    } catch (error) {
      return err(`--apply ${path}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  // Pools are there before the nodes; the rest is applied one by one, so that what is wrong with a file can be told.
  const early = spec.manifests.filter(configuresNetwork);
  const cluster = createCluster({ ...spec, manifests: early, faults: [] });
  const own = applyAll(streams, cluster, spec.manifests);
  if (!own.ok) return own;
  // What is broken may be one of the Pods just made.
  for (const preset of spec.faults ?? []) {
    const broken = cluster.run({ kind: 'fault', ...preset });
    if (!broken.ok) return err(broken.errors.map(({ message }) => `faults: ${message}\n`).join(''));
  }
  const more = applyAll(streams, cluster, files);
  return more.ok ? ok(cluster) : more;
}

function applyAll(streams: Streams, cluster: ClusterApi, files: readonly ManifestSpec[]): Result<void, string> {
  for (const { file, text } of files) {
    const result = cluster.run({ kind: 'apply', file, text });
    if (!result.ok) return err(result.errors.map((error) => errorLine(file, error)).join(''));
    streams.err(result.warnings.map((warning) => errorLine(file, warning)).join(''));
  }
  return ok(undefined);
}

function errorLine(file: string, { line, column, severity, message }: ManifestError): string {
  return `${file}:${line}:${column}: ${severity}: ${message}\n`;
}
