/** What can be done with manifests: write, name, import, download, preview, apply, delete from the cluster. */
import { appliedText } from './applied-text.ts';
import { download } from './download.ts';
import { addToast, runCommand } from '../store/actions.ts';
import type { CommandResult } from '../../cluster/cluster-api.ts';
import { freeName, MAX_MANIFEST_LENGTH } from '../store/files.ts';
import type { AppState, ManifestFile } from '../store/state.ts';
import type { AppStore } from '../store/store.ts';

export function activeFile(state: AppState): ManifestFile | null {
  return state.files.find((file) => file.name === state.activeFile) ?? null;
}

export function isTooLong(file: ManifestFile): boolean {
  return file.text.length > MAX_MANIFEST_LENGTH;
}

/** Whether Apply has something to work on; what it would say is left to the cluster. */
export function canApply(state: AppState): boolean {
  const file = activeFile(state);
  return file !== null && file.text.trim() !== '' && !isTooLong(file);
}

export function addFile(store: AppStore, text: string, wanted = 'manifest.yaml'): void {
  store.setState((state) => {
    const name = freeName(wanted, state.files);
    return { files: [...state.files, { name, text, startText: null }], activeFile: name };
  });
}

export function openFile(store: AppStore, name: string): void {
  store.setState({ activeFile: name });
}

export function setFileText(store: AppStore, name: string, text: string): void {
  store.setState((state) => ({ files: state.files.map((file) => (file.name === name ? { ...file, text } : file)) }));
}

/** Renames a file. What was applied under the old name stays applied: the new one has yet to be. */
export function renameFile(store: AppStore, old: string, name: string): void {
  store.setState((state) => ({
    files: state.files.map((file) => (file.name === old ? { ...file, name, startText: null } : file)),
    activeFile: state.activeFile === old ? name : state.activeFile,
  }));
}

/** Closes a file; its objects stay in the cluster. */
export function removeFile(store: AppStore, name: string): void {
  store.setState((state) => {
    const index = state.files.findIndex((file) => file.name === name);
    const files = state.files.filter((file) => file.name !== name);
    const next = files[Math.min(index, files.length - 1)]?.name ?? '';
    return { files, activeFile: state.activeFile === name ? next : state.activeFile };
  });
}

export async function importFiles(store: AppStore, chosen: Iterable<File>): Promise<void> {
  for (const file of chosen) addFile(store, await file.text(), file.name);
}

export function downloadFile(store: AppStore): void {
  const file = activeFile(store.getState());
  if (file !== null) download(file.name, file.text);
}

/** Asks the cluster what Apply would do with the file as it stands; before the engine is there nobody knows. */
export function previewFile(store: AppStore): void {
  const state = store.getState();
  const file = activeFile(state);
  if (file === null || file.text.trim() === '' || isTooLong(file)) {
    store.setState({ preview: null });
    return;
  }
  const { preview } = state;
  const { engine } = state.cluster;
  if (engine === null) return;
  if (preview !== null && preview.file === file.name && preview.text === file.text) return;
  store.setState({ preview: { file: file.name, text: file.text, result: engine.preview(file.name, file.text) } });
}

export function applyFile(store: AppStore): void {
  const file = activeFile(store.getState());
  if (file === null || !canApply(store.getState())) return;
  runCommand(store, { kind: 'apply', file: file.name, text: file.text }, (result) =>
    settle(store, file, 'editor.applied', result),
  );
}

export function deleteFromCluster(store: AppStore): void {
  const file = activeFile(store.getState());
  if (file === null || !canApply(store.getState())) return;
  runCommand(store, { kind: 'delete-manifest', file: file.name, text: file.text }, (result) =>
    settle(store, file, 'editor.deleted', result),
  );
}

/** Tells what came of a command on a file: refused, its errors stay with the text; done, what changed is a click away. */
function settle(store: AppStore, file: ManifestFile, key: 'editor.applied' | 'editor.deleted', result: CommandResult): void {
  if (!result.ok) {
    store.setState({ refusal: { file: file.name, text: file.text, errors: result.errors } });
    return;
  }
  store.setState({ refusal: null });
  addToast(store, {
    tone: 'done',
    title: { key, values: { file: file.name } },
    detail: appliedText(result.messages),
    action: 'whatChanged',
  });
  const [warning] = result.warnings;
  if (warning === undefined) return;
  addToast(store, {
    tone: 'warning',
    title: { key: 'editor.warned', values: { line: warning.line, count: result.warnings.length } },
    detail: warning.message,
    action: null,
  });
}
