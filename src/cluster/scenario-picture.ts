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

/** Where maps are in a value, so that its reader goes there alone: most of a snapshot has none. */
interface MapsIn {
  /** The value itself is one, written as the list of its entries. */
  readonly map?: true;
  /** Fields or indices that are or hold maps. */
  readonly at?: Readonly<Record<string, MapsIn>>;
}

interface Written {
  readonly value: unknown;
  readonly maps: MapsIn | null;
}

export function pictureText(picture: ScenarioPicture): string {
  const written: Written = { value: picture, maps: mapsIn(picture) };
  return JSON.stringify(written, (_key, value: unknown) => (value instanceof Map ? [...value] : value));
}

/** Reads what `pictureText` of the same build wrote. */
export function readPicture(text: string): ScenarioPicture {
  const { value, maps } = JSON.parse(text) as Written;
  return withMaps(value, maps ?? {}) as ScenarioPicture;
}

function mapsIn(value: unknown): MapsIn | null {
  if (typeof value !== 'object' || value === null) return null;
  const parts = Object.entries(value instanceof Map ? [...value] : value).flatMap(([key, part]: [string, unknown]) => {
    const maps = mapsIn(part);
    return maps === null ? [] : [[key, maps] as const];
  });
  const at = parts.length === 0 ? {} : { at: Object.fromEntries(parts) };
  if (value instanceof Map) return { map: true, ...at };
  return parts.length === 0 ? null : at;
}

/** The value with its maps, which are put in place. */
function withMaps(value: unknown, { map, at = {} }: MapsIn): unknown {
  const parts = value as Record<string, unknown>;
  for (const [key, maps] of Object.entries(at)) parts[key] = withMaps(parts[key], maps);
  return map === true ? new Map(value as readonly (readonly [unknown, unknown])[]) : value;
}
