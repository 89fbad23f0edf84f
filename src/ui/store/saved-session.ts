/** The user's work as IndexedDB has it: files as typed and the log of commands. Read before there is a store, and when there is none. */
import { createStore, del, get, promisifyRequest, type UseStore } from 'idb-keyval';
import type { Command } from '../../cluster/commands.ts';
import type { ManifestFile } from './state.ts';

const KEY = 'session';

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

/** The user's last session; null when there is none, or the browser will not say. */
export async function loadSession(): Promise<SavedSession | null> {
  try {
    const saved: unknown = await get(KEY, database());
    return isSession(saved) ? saved : null;
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

export async function forgetSession(): Promise<void> {
  await del(KEY, database());
}

/**
 * One connection for all that is saved while the page is open. A page that is being left has no later turn: the database is
 * opened beforehand, and what is written is committed at once.
 */
export function sessionSaver(): (session: SavedSession) => Promise<void> {
  const work = database();
  const opened = work('readonly', () => undefined);
  // Told with the first save, which fails the same way.
  opened.catch(() => undefined);
  return (session) =>
    work('readwrite', (store) => {
      store.put(session, KEY);
      store.transaction.commit();
      return promisifyRequest(store.transaction);
    });
}

function isSession(value: unknown): value is SavedSession {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === 1 && 'files' in value;
}
