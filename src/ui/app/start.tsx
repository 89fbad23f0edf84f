/** Puts the parts together: scenarios, the saved session, the store, and the application in the page. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createJSONStorage } from 'zustand/middleware';
import type { AppCommand } from '../commands/command.ts';
import { createI18n, showLanguage } from '../i18n/i18n.ts';
import { addToast } from '../store/actions.ts';
import { keepSession, loadSession, restoreSession, type SavedSession } from '../store/persistence.ts';
import { createAppStore, type AppStore, type ScenarioSource, type Settings } from '../store/store.ts';
import type { Lang, Theme } from '../store/state.ts';
import { App } from './App.tsx';
import { browserStorage } from './layout-storage.ts';
import type { Slots } from './slots.ts';

export interface Parts {
  readonly root: HTMLElement;
  readonly source: ScenarioSource;
  readonly commands: readonly AppCommand[];
  readonly slots: Slots;
}

function preferredTheme(): Theme {
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

function preferredLang(): Lang {
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

/** The user's last session; null when there is none, or the browser will not say. */
async function savedSession(): Promise<SavedSession | null> {
  try {
    return await loadSession();
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

async function openStore(source: ScenarioSource): Promise<AppStore> {
  const saved = await savedSession();
  const known = source.list.some((entry) => entry.id === saved?.scenario);
  const opened = await source.open(known && saved !== null ? saved.scenario : (source.list[0]?.id ?? ''));
  const storage = browserStorage();
  const store = createAppStore({
    opened,
    source,
    theme: preferredTheme(),
    lang: preferredLang(),
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

/** Starts the application; the store is returned for whoever looks on (tests). */
export async function start({ root, source, commands, slots }: Parts): Promise<AppStore> {
  const store = await openStore(source);
  const i18n = createI18n();
  await showLanguage(i18n, store.getState().lang);
  document.documentElement.dataset['theme'] = store.getState().theme;
  keepSession(store);
  createRoot(root).render(
    <StrictMode>
      <App store={store} i18n={i18n} commands={commands} slots={slots} />
    </StrictMode>,
  );
  return store;
}
