/** Puts the parts together: the saved session, the store, and the application in the page. */
import { StrictMode, useEffect, type ComponentType, type ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import { createJSONStorage } from 'zustand/middleware';
import { coreCommands } from '../commands/core.ts';
import { createI18n, showLanguage } from '../i18n/i18n.ts';
import { journeyCommands } from '../journey/commands.ts';
import { addToast } from '../store/actions.ts';
import { keepSession, restoreSession } from '../store/persistence.ts';
import { loadSession, type SavedSession } from '../store/saved-session.ts';
import { createAppStore, type AppStore, type ScenarioSource, type Settings } from '../store/store.ts';
import { App } from './App.tsx';
import type { Look } from './first-look.ts';
import { awaitFirstPicture } from './first-picture.ts';
import { browserStorage } from './layout-storage.ts';
import { regions } from './regions.ts';

export interface Parts {
  readonly root: HTMLElement;
  readonly look: Look;
  readonly source: ScenarioSource;
  /** The map; given, since it loads beside this and the first picture waits for both. */
  readonly Topology: ComponentType;
}

const COMMANDS = [...coreCommands, ...journeyCommands];

async function openStore(source: ScenarioSource, look: Look, saved: SavedSession | null): Promise<AppStore> {
  const known = source.list.some((entry) => entry.id === saved?.scenario);
  const opened = await source.open(known && saved !== null ? saved.scenario : (source.list[0]?.id ?? ''));
  const storage = browserStorage();
  const store = createAppStore({
    opened,
    source,
    ...look,
    ...(storage === null ? {} : { storage: createJSONStorage<Settings>(() => storage) }),
  });
  if (saved !== null) resume(store, saved, known);
  return store;
}

function resume(store: AppStore, saved: SavedSession, known: boolean): void {
  if (!known) {
    store.setState({ files: saved.files, activeFile: saved.activeFile });
    return;
  }
  const done = restoreSession(store, saved);
  if (done === saved.commands.length) return;
  addToast(store, { tone: 'warning', title: { key: 'app.restoreStopped', values: { count: done } }, detail: '', action: null });
}

/** Starts the application in place of the skeleton. */
export async function start({ root, look, source, Topology }: Parts): Promise<void> {
  const i18n = createI18n();
  const [saved] = await Promise.all([loadSession(), showLanguage(i18n, look.lang)]);
  const store = await openStore(source, look, saved);
  keepSession(store);
  createRoot(root).render(
    <StrictMode>
      <App store={store} i18n={i18n} commands={COMMANDS} slots={{ ...regions, Topology }} />
      <Mounted root={root} />
    </StrictMode>,
  );
}

/** Tells when the application beside it is in the page. */
function Mounted({ root }: { readonly root: HTMLElement }): ReactElement | null {
  useEffect(() => awaitFirstPicture(root), [root]);
  return null;
}
