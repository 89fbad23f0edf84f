/**
 * The manifests as typed. Whether one is applied is read from the log, so it is right after undo, replay and reload.
 */
import type { LogEntry } from '../../cluster/cluster-api.ts';
import type { ManifestSpec } from '../../cluster/scenario.ts';
import type { ManifestFile } from './state.ts';

/** How a file stands to the cluster. */
export type FileStatus = 'new' | 'edited' | 'applied' | 'deleted';

/** The text of the file that the cluster last took, or null when its objects were deleted or never applied. */
function taken(file: ManifestFile, log: readonly LogEntry[]): { readonly text: string | null; readonly deleted: boolean } {
  for (let index = log.length - 1; index >= 0; index--) {
    const command = log[index]?.command;
    if (command?.kind === 'apply' && command.file === file.name) return { text: command.text, deleted: false };
    if (command?.kind === 'delete-manifest' && command.file === file.name) return { text: null, deleted: true };
  }
  return { text: file.startText, deleted: false };
}

export function fileStatus(file: ManifestFile, log: readonly LogEntry[]): FileStatus {
  const { text, deleted } = taken(file, log);
  if (deleted) return 'deleted';
  if (text === null) return 'new';
  return text === file.text ? 'applied' : 'edited';
}

/** The files a scenario opens with: what it has applied, then what lies ready. */
export function startFiles(applied: readonly ManifestSpec[], ready: readonly ManifestSpec[]): readonly ManifestFile[] {
  return [
    ...applied.map(({ file, text }) => ({ name: file, text, startText: text })),
    ...ready.map(({ file, text }) => ({ name: file, text, startText: null })),
  ];
}

/** A name no other file has: `manifest.yaml`, `manifest-2.yaml`. */
export function freeName(wanted: string, files: readonly ManifestFile[]): string {
  const used = new Set(files.map((file) => file.name));
  if (!used.has(wanted)) return wanted;
  const dot = wanted.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [wanted.slice(0, dot), wanted.slice(dot)] : [wanted, ''];
  for (let number = 2; ; number++) {
    const name = `${stem}-${number}${extension}`;
    if (!used.has(name)) return name;
  }
}

/** Why a file cannot be called that; null when it can. */
export function nameFault(name: string, old: string, files: readonly ManifestFile[]): 'empty' | 'slash' | 'taken' | null {
  if (name.trim() === '') return 'empty';
  if (/[/\\]/.test(name)) return 'slash';
  return name !== old && files.some((file) => file.name === name) ? 'taken' : null;
}

/** Manifests longer than this are kept but not read: etcd takes no request over 1.5 MiB, and a page must not stall. */
export const MAX_MANIFEST_LENGTH = 1_500_000;
