/**
 * kubectl apply, delete and scale on the store: the client's side of the verbs (kubectl pkg/cmd/apply, three-way merge against
 * the last-applied annotation).
 *
 * A file is applied whole or not at all: every document is tried first, and nothing is written while one is refused.
 * Simplification: real kubectl applies documents one by one and keeps those before the first refusal; patches are computed in the
 * API server's process, so they never conflict.
 */
import { canonicalJson, isRecord, type UnknownRecord } from '../api/json.ts';
import { groupOf, KINDS, objectKey, type Kind, type KindMap, type KubeObject } from '../api/kinds.ts';
import type { ManifestDocument } from '../api/manifest.ts';
import { fieldChanges, jsonMergePatch, threeWayMerge, type FieldChange } from '../api/merge.ts';
import { notFoundStatus, type ApiStatus } from '../api/status.ts';
import type { ObjectInput, WriteResult } from '../api/watch.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { ApiStore } from './store.ts';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** What happened, or would happen, to one document. */
export interface AppliedObject {
  readonly document: number;
  /** `Service default/web`. */
  readonly key: string;
  readonly verb: 'created' | 'configured' | 'unchanged';
  readonly before: KubeObject | null;
  readonly after: KubeObject;
  /** Changed leaves, bookkeeping fields left out. */
  readonly changes: readonly FieldChange[];
  /** `service/web created`. */
  readonly message: string;
}

export interface ApplyFailure {
  readonly document: number;
  readonly status: ApiStatus;
}

export type ApplyResult = Result<readonly AppliedObject[], readonly ApplyFailure[]>;

/** Applies `documents` of `file`, or none of them; with `dryRun` tells what would happen. */
export function applyManifests(
  store: ApiStore,
  documents: readonly ManifestDocument[],
  options: { readonly file: string; readonly dryRun?: boolean },
): ApplyResult {
  const rehearsal = store.dryRun(() => applyEach(store, documents, options.file));
  if (!rehearsal.ok || options.dryRun === true) return rehearsal;
  return applyEach(store, documents, options.file);
}

function applyEach(store: ApiStore, documents: readonly ManifestDocument[], file: string): ApplyResult {
  const applied: AppliedObject[] = [];
  const failures: ApplyFailure[] = [];
  for (const document of documents) {
    const before = store.get(document.kind, document.namespace, document.name);
    const result = applyOne(store, document.kind, document, before);
    if (!result.ok) {
      failures.push({ document: document.document, status: result.error });
      continue;
    }
    const key = objectKey(document.kind, document.namespace, document.name);
    store.recordSource(key, { file, document: document.document, range: document.range, fields: document.fields });
    applied.push(outcomeOf(document, key, before, result.value));
  }
  return failures.length > 0 ? err(failures) : ok(applied);
}

function applyOne<K extends Kind>(
  store: ApiStore,
  kind: K,
  document: ManifestDocument,
  before: KindMap[K] | null,
): WriteResult<KindMap[K]> {
  const lastApplied = `${canonicalJson(withNamespace(document))}\n`;
  const manifest = annotated(document.object, document.namespace, lastApplied);
  if (before === null) return store.create('kubectl', kind, manifest as unknown as ObjectInput<KindMap[K]>);
  const original = parseLastApplied(before.metadata.annotations?.[LAST_APPLIED]);
  const { status: _, ...current } = before as KubeObject & { readonly status?: unknown };
  const merged = threeWayMerge(kind, original, withoutStatus(manifest), current);
  return store.update('kubectl', kind, merged as ObjectInput<KindMap[K]>);
}

function withNamespace(document: ManifestDocument): UnknownRecord {
  const metadata = isRecord(document.object.metadata) ? document.object.metadata : {};
  const namespaced = document.namespace === null ? {} : { namespace: document.namespace };
  return { ...document.object, metadata: { annotations: {}, ...metadata, ...namespaced } };
}

function annotated(object: UnknownRecord, namespace: string | null, lastApplied: string): UnknownRecord {
  const metadata = isRecord(object.metadata) ? object.metadata : {};
  const annotations = isRecord(metadata.annotations) ? metadata.annotations : {};
  const { resourceVersion: _, ...kept } = metadata;
  return {
    ...object,
    metadata: {
      ...kept,
      ...(namespace === null ? {} : { namespace }),
      annotations: { ...annotations, [LAST_APPLIED]: lastApplied },
    },
  };
}

function withoutStatus({ status: _, ...manifest }: UnknownRecord): UnknownRecord {
  return manifest;
}

/** The manifest of the last apply; null when the object was made otherwise. */
function parseLastApplied(text: string | undefined): UnknownRecord | null {
  if (text === undefined) return null;
  try {
    const { status: _, ...manifest } = JSON.parse(text) as UnknownRecord;
    return manifest;
  } catch {
    // A user may have written anything there: without a readable last state apply only adds and changes.
    return null;
  }
}

function outcomeOf(document: ManifestDocument, key: string, before: KubeObject | null, after: KubeObject): AppliedObject {
  const verb = before === null ? 'created' : before === after ? 'unchanged' : 'configured';
  return {
    document: document.document,
    key,
    verb,
    before,
    after,
    changes: changesOf(before, after),
    message: `${kubectlName(after.kind, document.name)} ${verb}`,
  };
}

const BOOKKEEPING =
  /^(metadata\.(resourceVersion|generation|uid|creationTimestamp|annotations\.kubectl\.kubernetes\.io\/last-applied-configuration)|apiVersion|kind|status)/;

function changesOf(before: KubeObject | null, after: KubeObject): readonly FieldChange[] {
  return fieldChanges(before ?? {}, after).filter((change) => !BOOKKEEPING.test(change.path));
}

/** `service/web`, `deployment.apps/web`: how kubectl names an object in its messages. */
export function kubectlName(kind: Kind, name: string): string {
  const group = groupOf(KINDS[kind].apiVersion);
  const word = kind.toLowerCase();
  return `${group === '' ? word : `${word}.${group}`}/${name}`;
}

/** Deletes every object of `documents`; objects that do not exist are reported, the others still go. */
export function deleteManifests(
  store: ApiStore,
  documents: readonly ManifestDocument[],
): { readonly messages: readonly string[]; readonly failures: readonly ApplyFailure[] } {
  const messages: string[] = [];
  const failures: ApplyFailure[] = [];
  for (const { kind, namespace, name, document } of documents) {
    const result = store.delete('kubectl', kind, namespace, name);
    if (result.ok) messages.push(deletedMessage(kind, name));
    else failures.push({ document, status: result.error });
  }
  return { messages, failures };
}

/** `service "web" deleted`. */
export function deletedMessage(kind: Kind, name: string): string {
  const group = groupOf(KINDS[kind].apiVersion);
  const word = kind.toLowerCase();
  return `${group === '' ? word : `${word}.${group}`} "${name}" deleted`;
}

/** kubectl scale: sets spec.replicas of a workload. */
export function scale(
  store: ApiStore,
  kind: 'Deployment' | 'ReplicaSet' | 'StatefulSet',
  target: { readonly namespace: string; readonly name: string },
  replicas: number,
): WriteResult<KubeObject> {
  const old = store.get(kind, target.namespace, target.name);
  if (old === null) return err(notFoundStatus(kind, target.name));
  return store.update('kubectl', kind, jsonMergePatch(old, { spec: { replicas } }) as ObjectInput<KindMap[typeof kind]>);
}
