/**
 * The scenarios that ship with the page, and their pictures: each cluster as the engine opened it when the page was built. So the
 * page can show one before the engine has loaded.
 */
import { shipped } from 'virtual:shipped-scenarios';
import { assertExists } from '../../lib/assert.ts';
import { readPicture, type ScenarioPicture } from '../../cluster/scenario-picture.ts';
import type { ScenarioEntry } from '../store/state.ts';
import type { ScenarioSource } from '../store/store.ts';

/** The scenario a new visitor sees is the first. */
export const entries: readonly ScenarioEntry[] = shipped.map(({ id, title }) => ({ id, title }));

export function shippedSource(): ScenarioSource {
  return {
    list: entries,
    open: async (id) => {
      const { openScenario } = await import('./engine.ts');
      return openScenario(assertExists(entries.find((entry) => entry.id === id) ?? null, `no scenario ${id}`));
    },
  };
}

/** Null where there is none to be had (a server for development makes none): the engine then draws the first picture itself. */
export async function loadPicture(id: string): Promise<ScenarioPicture | null> {
  const address = shipped.find((scenario) => scenario.id === id)?.picture ?? null;
  if (address === null) return null;
  try {
    const response = await fetch(address);
    return response.ok ? readPicture(await response.text()) : null;
  } catch (error) {
    // The network's failure; that of the page's own parts is told where they load.
    if (error instanceof TypeError) return null;
    throw error;
  }
}
