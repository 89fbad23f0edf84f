/**
 * A scenario as it stands before the first command, and its form as text: what a page can show before the engine that built it
 * is there. A snapshot is plain data but for its maps; a map is written as an object with one field, the list of its entries.
 */
import type { ManifestSpec } from './scenario.ts';
import type { ClusterSnapshot } from './snapshot.ts';

export interface ScenarioPicture {
  /** What the scenario has applied. */
  readonly manifests: readonly ManifestSpec[];
  /** What lies ready in the editor and is not applied. */
  readonly files: readonly ManifestSpec[];
  /** The engine's first snapshot. */
  readonly snapshot: ClusterSnapshot;
}

/** No field of a snapshot is called so. */
const MAP = '$map';

export function pictureText(picture: ScenarioPicture): string {
  return JSON.stringify(picture, (_key, value: unknown) => (value instanceof Map ? { [MAP]: [...value] } : value));
}

/** Reads what `pictureText` of the same build wrote. */
export function readPicture(text: string): ScenarioPicture {
  return withMaps(JSON.parse(text)) as ScenarioPicture;
}

/** The value with its maps, which are put in place: a reviver of JSON.parse takes several times as long. */
function withMaps(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    value.forEach((item: unknown, index) => (value[index] = withMaps(item)));
    return value;
  }
  const fields = value as Record<string, unknown>;
  for (const key of Object.keys(fields)) fields[key] = withMaps(fields[key]);
  const entries = fields[MAP];
  return entries === undefined ? value : new Map(entries as readonly (readonly [unknown, unknown])[]);
}
