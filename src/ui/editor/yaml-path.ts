/**
 * Where in a manifest a line stands: the document's kind and the path of field names above it, read from indentation, so that it
 * works while the text is half typed and no parser would take it.
 */

export interface YamlPlace {
  /** `Service`; null where the document does not say yet. */
  readonly kind: string | null;
  readonly apiVersion: string | null;
  /** Names from the root to the mapping the line belongs to, list items left out: `['spec', 'ports']`. */
  readonly path: readonly string[];
}

interface Line {
  /** Column at which the field's name begins, dashes of list items skipped. */
  readonly column: number;
  /** Column of the first dash; the field's own column without one. */
  readonly dash: number;
  readonly key: string | null;
  readonly value: string;
}

const LINE = /^(\s*)((?:-\s+)*)(?:([\w./-]+|"[^"]*")\s*:(?:\s+(.*))?)?/;

function read(text: string): Line | null {
  if (/^\s*(#|$)/.test(text)) return null;
  const [, indent = '', dashes = '', key, value = ''] = LINE.exec(text) ?? [];
  const bare = /^\s*-\s*$/.test(text);
  return {
    column: indent.length + dashes.length + (bare ? 2 : 0),
    dash: indent.length,
    key: key?.replaceAll('"', '') ?? null,
    value: value.trim(),
  };
}

function isBoundary(text: string): boolean {
  return /^(---|\.\.\.)(\s|$)/.test(text);
}

/** The place of line `index` (0-based), whose field begins at `column`. */
export function placeOf(lines: readonly string[], index: number, column: number): YamlPlace {
  const path: string[] = [];
  let limit = column;
  for (let at = index - 1; at >= 0 && limit > 0; at--) {
    const text = lines[at] ?? '';
    if (isBoundary(text)) break;
    const line = read(text);
    if (line === null || line.key === null) continue;
    if (line.column < limit) {
      path.unshift(line.key);
      limit = line.column;
    }
    // The first field of a list item stands in the item, the list's name above its dash.
    if (line.dash < line.column && line.column <= limit) limit = Math.min(limit, line.dash + 1);
  }
  return { ...documentOf(lines, index), path };
}

/** kind and apiVersion of the document around a line. */
function documentOf(lines: readonly string[], index: number): Pick<YamlPlace, 'kind' | 'apiVersion'> {
  let from = index;
  while (from > 0 && !isBoundary(lines[from - 1] ?? '')) from--;
  let kind: string | null = null;
  let apiVersion: string | null = null;
  for (let at = from; at < lines.length; at++) {
    const text = lines[at] ?? '';
    if (at > from && isBoundary(text)) break;
    const [, name, value] = /^(kind|apiVersion):\s+(\S+)/.exec(text) ?? [];
    if (name === 'kind') kind = value ?? null;
    if (name === 'apiVersion') apiVersion = value ?? null;
  }
  return { kind, apiVersion };
}

/** The field name on a line and where it stands; null where there is none. */
export function fieldOn(text: string): { readonly key: string; readonly column: number } | null {
  const line = read(text);
  return line?.key === null || line === null ? null : { key: line.key, column: line.column };
}
