/** How components reach the store: `useApp(selector)` to read, `useAppStore()` to hand it to an action. */
import { createContext, use } from 'react';
import { useStore } from 'zustand';
import { assertExists } from '../../lib/assert.ts';
import type { AppState } from './state.ts';
import type { AppStore } from './store.ts';

export const AppContext = createContext<AppStore | null>(null);

export function useAppStore(): AppStore {
  return assertExists(use(AppContext), 'no AppContext above this component');
}

/** The selected part of the state; selectors are small and, where they build values, memoised by the caller. */
export function useApp<T>(selector: (state: AppState) => T): T {
  return useStore(useAppStore(), selector);
}
