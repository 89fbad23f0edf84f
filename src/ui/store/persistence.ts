/**
 * Keeps the user's work in IndexedDB as typed: the files at once after each change, and the log of commands, so that a reload
 * finds the same world by replaying it. Clusters are deterministic: the same scenario and log give the same state.
 */
import { assertExists } from '../../lib/assert.ts';
import { addToast } from './actions.ts';
import { sessionSaver, type SavedSession } from './saved-session.ts';
import type { AppStore } from './store.ts';

const SAVE_AFTER_MS = 400;

function sessionOf(store: AppStore): SavedSession {
  const { scenario, files, activeFile, log } = store.getState();
  return { version: 1, scenario: scenario.id, files, activeFile, commands: log.map((entry) => entry.command) };
}

/**
 * Brings a saved session back into a store that holds its scenario, opened. Returns how many commands were replayed: fewer than saved
 * when one is refused (by a newer version's rules, say), and then the rest is left out, since it rests on that one.
 */
export function restoreSession(store: AppStore, saved: SavedSession): number {
  const engine = assertExists(store.getState().cluster.engine, 'a session is replayed in a cluster that is opened');
  let done = 0;
  for (const command of saved.commands) {
    if (!engine.run(command).ok) break;
    done++;
  }
  store.setState({ files: saved.files, activeFile: saved.activeFile, snapshot: engine.snapshot(), log: [...engine.log] });
  return done;
}

/** Saves after changes of files or log, and once more when the page is left. Returns the stopper. */
export function keepSession(store: AppStore): () => void {
  const write = sessionSaver();
  let timer: number | undefined;
  let told = false;
  const save = (): void => {
    window.clearTimeout(timer);
    timer = undefined;
    write(sessionOf(store)).catch((error: unknown) => {
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
