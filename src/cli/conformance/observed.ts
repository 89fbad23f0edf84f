/**
 * What one try of a probe did, in the form paths are recorded: who answered, the hops, the rules.
 */
import type { ProbeResult } from '../../cluster/cluster-api.ts';
import type { ClusterSnapshot } from '../../cluster/snapshot.ts';
import { hopLines, hopsOf, type Hops } from './hops.ts';
import { ownersOf } from './owners.ts';
import type { RecordedPath, RecordedProbe } from './packet-file.ts';
import { rulesHitOf } from './rules-hit.ts';

/** A path with everything that is compared as text. */
export interface PathText {
  /** Outcome, back end and the client address it saw: what tells paths apart. */
  readonly key: string;
  readonly request: readonly string[];
  readonly reply: readonly string[];
  /** `class nat -A …`, sorted. */
  readonly rules: readonly string[];
}

export function keyText(
  outcome: string,
  backend: string | null,
  saw: { readonly ip: string; readonly who: string } | null,
): string {
  const by = backend === null ? '' : ` from ${backend}`;
  return saw === null ? `${outcome}${by}` : `${outcome}${by}, which saw ${saw.ip} (${saw.who})`;
}

export function recordedKey(path: RecordedPath): string {
  return keyText(path.outcome, path.backend ?? null, path.backendSaw ?? null);
}

/** Ports the probe's servers have: the one dialled and those it became on the way. */
export function serverPorts(probe: RecordedProbe): ReadonlySet<number> {
  const dialled = Number(probe.address.slice(probe.address.lastIndexOf(':') + 1));
  const seen = probe.paths.flatMap((path) => (path.request ?? []).flatMap(({ dport }) => (dport === undefined ? [] : [dport])));
  return new Set([dialled, ...seen]);
}

export function recordedPath(path: RecordedPath, ports: ReadonlySet<number>): PathText {
  const rules = Object.entries(path.rulesHit ?? {}).flatMap(([node, lines]) => lines.map((line) => `${node} ${line}`));
  return textOf(recordedKey(path), { request: path.request ?? [], reply: path.reply ?? [] }, rules, ports);
}

/** The path a try took; `after` is the cluster when it was over. */
export function observedPath(result: ProbeResult, after: ClusterSnapshot, ports: ReadonlySet<number>): PathText {
  const key = keyText(result.outcome, result.backend, result.backendSaw);
  const rules = [...rulesHitOf(after)].flatMap(([node, lines]) => lines.map((line) => `${node} ${line}`));
  return textOf(key, hopsOf(result.trace, ownersOf(after)), rules, ports);
}

function textOf(key: string, hops: Hops, rules: readonly string[], ports: ReadonlySet<number>): PathText {
  return { key, ...hopLines(hops, ports), rules: [...rules].sort() };
}
