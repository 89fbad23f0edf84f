/**
 * YAML text to objects: `kubectl apply -f` up to the API server's door. Syntax errors, unknown kinds, unknown fields and wrong types
 * come back all at once, each with its range, in kubectl's and the API server's words.
 *
 * Reads YAML 1.1 as kubectl does (`yes` is a boolean). A text beyond the size limit, an alias bomb and absurd nesting are errors.
 */
import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import { checkSchema } from './schema/check.ts';
import { isKind, KINDS, type Kind } from './kinds.ts';
import { isList, isRecord, type UnknownRecord } from './json.ts';
import { locateField, locateKey } from './locate.ts';
import type { ManifestDocument } from './manifest.ts';
import type { ManifestError, TextRange } from './manifest-error.ts';
import { isOtherKind, unsimulatedFields } from './unsimulated.ts';
import { aliasBudget, convertDocument, type RangedValue } from './yaml-ranges.ts';

/** Longest text that is read, in characters (etcd takes objects up to 1.5 MiB). */
export const MAX_MANIFEST_CHARS = 1_000_000;
/** Problems of one file that are listed. */
const MAX_PROBLEMS = 200;
/** Deepest flow or block nesting that is parsed. */
const MAX_NESTING = 400;

export interface DecodedManifests {
  /** Documents without errors, in order. */
  readonly documents: readonly ManifestDocument[];
  /** Documents whose only fault is fields nobody knows: not to be applied, but what else is wrong with them can be found out. */
  readonly faulty: readonly ManifestDocument[];
  /** Errors and warnings of the whole file, in the order of the text. */
  readonly problems: readonly ManifestError[];
}

const START: TextRange = { line: 1, column: 1, endLine: 1, endColumn: 2 };

/** Decodes all documents of `text`; `file` is named in messages. */
export function decodeManifests(text: string, file: string): DecodedManifests {
  const refused = refuseText(text);
  if (refused !== null) return { documents: [], faulty: [], problems: [refused] };
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    version: '1.1',
    keepSourceTokens: false,
    prettyErrors: false,
    // Found while converting, in one pass: the parser's own check is quadratic.
    uniqueKeys: false,
    // go-yaml reads neither sexagesimal numbers nor dates.
    customTags: (tags) =>
      tags
        .filter((tag) => typeof tag === 'string' || !('format' in tag && tag.format === 'TIME'))
        .filter((tag) => typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:timestamp'),
  });
  const reader = new ManifestReader(file, lines);
  const list: readonly Document[] = Array.isArray(parsed) ? parsed : [];
  list.forEach((document, i) => reader.read(document, i));
  reader.summarise();
  return { documents: reader.documents, faulty: reader.faulty, problems: reader.problems };
}

/** Texts that are not parsed at all: too long, or nested so deep that no manifest means it. */
function refuseText(text: string): ManifestError | null {
  const refuse = (message: string, line: number): ManifestError => ({
    ...START,
    line,
    endLine: line,
    severity: 'error',
    field: null,
    message,
    heading: null,
    document: 0,
  });
  if (text.length > MAX_MANIFEST_CHARS) {
    const megabytes = (text.length / 1e6).toFixed(1);
    return refuse(`Request entity too large: this text has ${megabytes} MB, at most ${MAX_MANIFEST_CHARS / 1e6} MB is read`, 1);
  }
  const deep = deepLine(text);
  return deep === null ? null : refuse(`yaml: line ${deep}: exceeded max depth of ${MAX_NESTING}`, deep);
}

/** The line in which nesting passes the limit, by a look at brackets and indentation alone. */
function deepLine(text: string): number | null {
  let brackets = 0;
  for (const [i, line] of text.split('\n').entries()) {
    const leading = /^(?:[ ]|[-?:](?= ))*/.exec(line)?.[0] ?? '';
    if (leading.length > 2 * MAX_NESTING) return i + 1;
    for (const char of line) {
      if (char === '[' || char === '{') brackets++;
      else if (char === ']' || char === '}') brackets = Math.max(0, brackets - 1);
    }
    if (brackets > MAX_NESTING) return i + 1;
  }
  return null;
}

class ManifestReader {
  readonly documents: ManifestDocument[] = [];
  readonly faulty: ManifestDocument[] = [];
  readonly problems: ManifestError[] = [];
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #budget = aliasBudget();
  #count = 0;

  constructor(file: string, lines: LineCounter) {
    this.#file = file;
    this.#lines = lines;
  }

  read(document: Document, index: number): void {
    for (const error of document.errors) {
      const [from, to] = error.pos;
      const start = this.#lines.linePos(from);
      const end = this.#lines.linePos(Math.max(from + 1, to));
      const range = { line: start.line, column: start.col, endLine: end.line, endColumn: end.col };
      this.#problem(
        index,
        range,
        `error converting YAML to JSON: yaml: line ${start.line}: ${syntaxMessage(error.code, error.message)}`,
      );
    }
    if (document.errors.length > 0 || document.contents === null) return;
    const converted = convertDocument(document, this.#lines, this.#budget);
    if (!converted.ok) {
      for (const { range, message } of converted.error)
        this.#problem(index, range, `error converting YAML to JSON: ${message}`);
    } else if (converted.value.value !== null) this.#object(index, converted.value, '');
  }

  /** Says how many problems were not listed. */
  summarise(): void {
    const last = this.problems.at(-1);
    if (this.#count > MAX_PROBLEMS && last !== undefined) {
      this.problems.push({
        ...last,
        severity: 'error',
        field: null,
        heading: null,
        message: `and ${this.#count - MAX_PROBLEMS} more problems`,
      });
    }
  }

  #problem(
    document: number,
    range: TextRange,
    message: string,
    extra: Partial<Pick<ManifestError, 'field' | 'heading' | 'severity'>> = {},
  ): void {
    if (++this.#count > MAX_PROBLEMS) return;
    this.problems.push({ ...range, severity: 'error', field: null, heading: null, ...extra, message, document });
  }

  /** One object; `base` is its path inside a List. */
  #object(index: number, ranged: RangedValue, base: string): void {
    const value = valueAt(ranged.value, base);
    const range = ranged.fields.get(base) ?? START;
    if (!isRecord(value)) {
      const word = isList(value) ? 'array' : typeof value;
      this.#problem(index, firstLine(range), `json: cannot unmarshal ${word} into Go value of type map[string]interface {}`);
      return;
    }
    const { apiVersion, kind } = value;
    if (kind === 'List' && isList(value.items)) {
      value.items.forEach((_, i) => this.#object(index, ranged, base === '' ? `items[${i}]` : `${base}.items[${i}]`));
      return;
    }
    const unset = [
      typeof apiVersion === 'string' && apiVersion !== '' ? null : 'apiVersion not set',
      typeof kind === 'string' && kind !== '' ? null : 'kind not set',
    ].filter((part) => part !== null);
    if (typeof apiVersion !== 'string' || typeof kind !== 'string' || unset.length > 0) {
      const list = unset.length === 1 ? unset.join('') : `[${unset.join(', ')}]`;
      this.#problem(index, firstLine(range), `error validating "${this.#file}": error validating data: ${list}`);
      return;
    }
    const own = base === '' ? ranged : rebased(ranged, base);
    if (isKind(kind) && KINDS[kind].apiVersion === apiVersion && !isOtherKind(apiVersion, kind))
      this.#stored(index, kind, value, own);
    else this.#unknownKind(index, { apiVersion, kind, value }, own);
  }

  #unknownKind(
    index: number,
    { apiVersion, kind, value }: { apiVersion: string; kind: string; value: UnknownRecord },
    ranged: RangedValue,
  ): void {
    const range =
      ranged.fields.get(isOtherKind(apiVersion, kind) ? 'kind' : kindIsKnown(kind) ? 'apiVersion' : 'kind') ?? START;
    if (isOtherKind(apiVersion, kind)) {
      this.#problem(index, range, `${kind} is not simulated yet: this object is left out`, {
        severity: 'warning',
        field: 'kind',
      });
      return;
    }
    const { name, namespace } = nameOf(value);
    const message = `resource mapping not found for name: "${name}" namespace: "${namespace ?? ''}" from "${this.#file}": no matches for kind "${kind}" in version "${apiVersion}"\nensure CRDs are installed first`;
    this.#problem(index, range, message, { field: 'kind' });
  }

  #stored(index: number, kind: Kind, object: UnknownRecord, ranged: RangedValue): void {
    const range = ranged.fields.get('') ?? START;
    const before = this.#count;
    const version = KINDS[kind].apiVersion.replace(/^.*\//, '');
    const heading = `${kind} in version "${version}" cannot be handled as a ${kind}`;
    const problems = checkSchema(kind, object);
    for (const problem of problems) {
      const place =
        (problem.atKey ? locateKey(ranged.keys, problem.field) : null) ??
        locateField(ranged.fields, problem.field) ??
        firstLine(range);
      this.#problem(index, place, problem.message, { field: problem.field, heading });
    }
    const { name, namespace, generateName } = nameOf(object);
    if (name === '') {
      const message =
        generateName === '' ? 'resource name may not be empty' : `from ${generateName}: cannot use generate name with apply`;
      this.#problem(index, locateField(ranged.fields, 'metadata') ?? firstLine(range), `error: ${message}`, {
        field: 'metadata.name',
      });
    }
    const document: ManifestDocument = {
      kind,
      name,
      namespace: KINDS[kind].namespaced ? (namespace ?? 'default') : null,
      object,
      document: index,
      range,
      fields: ranged.fields,
    };
    if (this.#count > before) {
      if (name !== '' && problems.every((problem) => problem.atKey)) this.faulty.push(document);
      return;
    }
    this.#warnOfUnsimulated(document, ranged);
    this.documents.push(document);
  }

  #warnOfUnsimulated({ kind, object, document, range }: ManifestDocument, ranged: RangedValue): void {
    for (const field of unsimulatedFields(kind, object)) {
      const place = locateKey(ranged.keys, field) ?? locateField(ranged.fields, field) ?? firstLine(range);
      this.#problem(document, place, `${field} is not simulated: accepted, it changes nothing here`, {
        field,
        severity: 'warning',
      });
    }
  }
}

function kindIsKnown(kind: string): boolean {
  return isKind(kind);
}

function nameOf(object: UnknownRecord): {
  readonly name: string;
  readonly namespace: string | null;
  readonly generateName: string;
} {
  const metadata = isRecord(object.metadata) ? object.metadata : {};
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return {
    name: text(metadata.name),
    namespace: text(metadata.namespace) === '' ? null : text(metadata.namespace),
    generateName: text(metadata.generateName),
  };
}

function firstLine(range: TextRange): TextRange {
  return range.endLine === range.line ? range : { ...range, endLine: range.line, endColumn: range.column + 1 };
}

function valueAt(value: unknown, base: string): unknown {
  let found = value;
  for (const segment of base.split(/[.[\]]+/).filter((part) => part !== '')) {
    found = isList(found) ? found[Number(segment)] : isRecord(found) ? found[segment] : undefined;
  }
  return found;
}

/** The ranges of what lies under `base`, by paths from there. */
function rebased(ranged: RangedValue, base: string): RangedValue {
  const pick = (table: ReadonlyMap<string, TextRange>): Map<string, TextRange> => {
    const own = new Map<string, TextRange>();
    for (const [path, range] of table) {
      if (path === base) own.set('', range);
      else if (path.startsWith(`${base}.`)) own.set(path.slice(base.length + 1), range);
    }
    return own;
  };
  return { value: ranged.value, fields: pick(ranged.fields), keys: pick(ranged.keys) };
}

/** The parser's finding in go-yaml's words where they are known. */
function syntaxMessage(code: string, message: string): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'found character that cannot start any token (a tab: YAML is indented by spaces)';
    default:
      return message.split('\n')[0] ?? message;
  }
}
