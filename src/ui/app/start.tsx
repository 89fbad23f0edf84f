/** Puts the parts together: the saved session, the store, and the application in the page. */
import { StrictMode, useEffect, type ComponentType, type ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import { createJSONStorage } from 'zustand/middleware';
import { coreCommands } from '../commands/core.ts';
import { createI18n, showLanguage } from '../i18n/i18n.ts';
import { journeyCommands } from '../journey/commands.ts';
import { addToast } from '../store/actions.ts';
import { keepSession, restoreSession } from '../store/persistence.ts';
import type { SavedSession } from '../store/saved-session.ts';
import { createAppStore, type AppStore, type Settings } from '../store/store.ts';
import { App } from './App.tsx';
import type { Look } from './first-look.ts';
import { awaitFirstPicture } from './first-picture.ts';
import { browserStorage } from './layout-storage.ts';
import { openFirst, type Opening } from './opening.ts';
import { regions } from './regions.ts';
import type { FirstSight } from './shipped.ts';

export interface Parts {
  readonly root: HTMLElement;
  readonly look: Look;
  readonly sight: FirstSight;
  /** The map; given, since it loads beside this and the first picture waits for both. */
  readonly Topology: ComponentType;
}

const COMMANDS = [...coreCommands, ...journeyCommands];

function storeFor({ source, opened, session }: Opening, look: Look, saved: SavedSession | null): AppStore {
  const storage = browserStorage();
  const store = createAppStore({
    opened,
    source,
    ...look,
    ...(storage === null ? {} : { storage: createJSONStorage<Settings>(() => storage) }),
  });
  if (session !== null && session.commands.length > 0) replay(store, session);
  else if (saved !== null) store.setState({ files: saved.files, activeFile: saved.activeFile });
  return store;
}

function replay(store: AppStore, session: SavedSession): void {
  const done = restoreSession(store, session);
  if (done === session.commands.length) return;
  addToast(store, { tone: 'warning', title: { key: 'app.restoreStopped', values: { count: done } }, detail: '', action: null });
}

/** Starts the application in place of the skeleton; done when commands run. */
export async function start({ root, look, sight, Topology }: Parts): Promise<void> {
  const i18n = createI18n();
  const [opening] = await Promise.all([openFirst(sight), showLanguage(i18n, look.lang)]);
  const store = storeFor(opening, look, sight.saved);
  const stopKeeping = keepSession(store);
  const page = createRoot(root);
  page.render(
    <StrictMode>
      <App store={store} i18n={i18n} commands={COMMANDS} slots={{ ...regions, Topology }} />
      <Mounted root={root} />
    </StrictMode>,
  );
  try {
    await opening.opened.cluster.opened;
    root.dataset['engine'] = '';
  } catch (error) {
    // What was typed meanwhile is kept, and the picture taken down: nothing that it offers could be done.
    stopKeeping();
    page.unmount();
    throw error;
  }
}

/** Tells when the application beside it is in the page. */
function Mounted({ root }: { readonly root: HTMLElement }): ReactElement | null {
  useEffect(() => awaitFirstPicture(root), [root]);
  return null;
}
