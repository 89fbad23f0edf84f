/**
 * The scenarios that ship with the page, and their pictures: each cluster as the engine opened it when the page was built. So the
 * page can show one before the engine has loaded. Part of the entry: the picture is fetched beside the application.
 */
import { shipped } from 'virtual:shipped-scenarios';
import { readPicture, type ScenarioPicture } from '../../cluster/scenario-picture.ts';
import type { SavedSession } from '../store/saved-session.ts';
import type { ScenarioEntry } from '../store/state.ts';

/** The scenario a new visitor sees is the first. */
export const shippedEntries: readonly ScenarioEntry[] = shipped.map(({ id, title }) => ({ id, title }));

/** What the page shows before there is an engine. */
export interface FirstSight {
  readonly saved: SavedSession | null;
  /** Null where the engine has to draw the first picture itself. */
  readonly picture: ScenarioPicture | null;
}

/** The number of Pods the address asks for, in the place of the shipped scenarios; null where it asks for none. */
export function benchPods(): number | null {
  const pods = /^#bench=(\d{1,5})$/.exec(window.location.hash)?.[1];
  return pods === undefined ? null : Number(pods);
}

/** A scenario in which nothing was done yet is shown by its picture; a session with commands is not: they have to be replayed. */
export async function firstSight(session: Promise<SavedSession | null>): Promise<FirstSight> {
  const saved = await session;
  const known = shipped.find(({ id }) => id === saved?.scenario);
  const replays = known !== undefined && saved !== null && saved.commands.length > 0;
  const scenario = replays || benchPods() !== null ? undefined : (known ?? shipped[0]);
  return { saved, picture: await loadPicture(scenario?.picture ?? null) };
}

/** Null where there is none to be had; a server for development takes none. */
async function loadPicture(address: string | null): Promise<ScenarioPicture | null> {
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
