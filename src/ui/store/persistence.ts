/**
 * Keeps the user's work in IndexedDB as typed: the files at once after each change, and the log of commands, so that a reload
 * finds the same world by replaying it. Clusters are deterministic: the same scenario and log give the same state.
 */
import { createStore, del, get, set, type UseStore } from 'idb-keyval';
import type { Command } from '../../cluster/commands.ts';
import { addToast } from './actions.ts';
import type { ManifestFile } from './state.ts';
import type { AppStore } from './store.ts';

const KEY = 'session';
const SAVE_AFTER_MS = 400;

export interface SavedSession {
  readonly version: 1;
  readonly scenario: string;
  readonly files: readonly ManifestFile[];
  readonly activeFile: string;
  readonly commands: readonly Command[];
}

function database(): UseStore {
  return createStore('kubehop', 'work');
}

export async function loadSession(): Promise<SavedSession | null> {
  const saved: unknown = await get(KEY, database());
  return isSession(saved) ? saved : null;
}

export async function forgetSession(): Promise<void> {
  await del(KEY, database());
}

function isSession(value: unknown): value is SavedSession {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === 1 && 'files' in value;
}

export function sessionOf(store: AppStore): SavedSession {
  const { scenario, files, activeFile, log } = store.getState();
  return { version: 1, scenario: scenario.id, files, activeFile, commands: log.map((entry) => entry.command) };
}

/**
 * Brings a saved session back into a store that holds its scenario. Returns how many commands were replayed: fewer than saved
 * when one is refused (by a newer version's rules, say), and then the rest is left out, since it rests on that one.
 */
export function restoreSession(store: AppStore, saved: SavedSession): number {
  const { cluster } = store.getState();
  let done = 0;
  for (const command of saved.commands) {
    if (!cluster.run(command).ok) break;
    done++;
  }
  store.setState({ files: saved.files, activeFile: saved.activeFile, snapshot: cluster.snapshot(), log: [...cluster.log] });
  return done;
}

/** Saves after changes of files or log, and once more when the page is left. Returns the stopper. */
export function keepSession(store: AppStore): () => void {
  const work = database();
  let timer: number | undefined;
  let told = false;
  const save = (): void => {
    window.clearTimeout(timer);
    timer = undefined;
    set(KEY, sessionOf(store), work).catch((error: unknown) => {
      if (told) return;
      told = true;
      const detail = error instanceof Error ? error.message : String(error);
      addToast(store, { tone: 'warning', title: { key: 'app.notSaved', values: {} }, detail, action: null });
    });
  };
  const stop = store.subscribe((state, before) => {
    const changed =
      state.files !== before.files ||
      state.log !== before.log ||
      state.activeFile !== before.activeFile ||
      state.scenario !== before.scenario;
    if (changed) {
      window.clearTimeout(timer);
      timer = window.setTimeout(save, SAVE_AFTER_MS);
    }
  });
  const onHide = (): void => {
    if (timer !== undefined) save();
  };
  window.addEventListener('pagehide', onHide);
  document.addEventListener('visibilitychange', onHide);
  return () => {
    stop();
    onHide();
    window.removeEventListener('pagehide', onHide);
    document.removeEventListener('visibilitychange', onHide);
  };
}
