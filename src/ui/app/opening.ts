/**
 * What the page opens with. A scenario in which nothing was done yet is shown by its picture, and the engine opens it behind
 * that; a session with commands waits for the engine, which replays them.
 */
import { assertExists } from '../../lib/assert.ts';
import type { ScenarioPicture } from '../../cluster/scenario-picture.ts';
import { startFiles } from '../store/files.ts';
import { PageCluster } from '../store/page-cluster.ts';
import type { SavedSession } from '../store/saved-session.ts';
import type { ScenarioEntry } from '../store/state.ts';
import type { OpenedScenario, ScenarioSource } from '../store/store.ts';
import { afterFirstPicture } from './first-picture.ts';
import { loadPicture, shippedSource } from './shipped.ts';

export interface Opening {
  readonly source: ScenarioSource;
  readonly opened: OpenedScenario;
  /** The session to bring back into it; null where there is none of this scenario. */
  readonly session: SavedSession | null;
}

export async function openFirst(saved: SavedSession | null): Promise<Opening> {
  const source = await sourceFor(window.location.hash);
  const known = source.list.find(({ id }) => id === saved?.scenario);
  const entry = known ?? assertExists(source.list[0], 'a page ships scenarios');
  const session = known === undefined ? null : saved;
  const picture = (session?.commands.length ?? 0) > 0 ? null : await loadPicture(entry.id);
  const opened = picture === null ? await source.open(entry.id) : pictured(entry, picture);
  return { source, opened, session };
}

async function sourceFor(hash: string): Promise<ScenarioSource> {
  const pods = /^#bench=(\d{1,5})$/.exec(hash)?.[1];
  return pods === undefined ? shippedSource() : (await import('./engine.ts')).benchSource(Number(pods));
}

/** The picture, and the cluster it is of, which the engine opens once the picture stands. */
function pictured(entry: ScenarioEntry, { snapshot, manifests, files }: ScenarioPicture): OpenedScenario {
  const opened = afterFirstPicture(async () => {
    const { buildScenario } = await import('./engine.ts');
    return (await buildScenario(entry.id)).cluster;
  });
  return { entry, cluster: new PageCluster(opened), snapshot, files: startFiles(manifests, files) };
}
