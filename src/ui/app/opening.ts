/** What the page opens with: the picture at hand, with the engine opening it behind that, or what the engine has opened. */
import { assertExists } from '../../lib/assert.ts';
import type { ScenarioPicture } from '../../cluster/scenario-picture.ts';
import { startFiles } from '../store/files.ts';
import { PageCluster } from '../store/page-cluster.ts';
import type { SavedSession } from '../store/saved-session.ts';
import type { ScenarioEntry } from '../store/state.ts';
import type { OpenedScenario, ScenarioSource } from '../store/store.ts';
import { afterFirstPicture } from './first-picture.ts';
import { benchPods, shippedEntries, type FirstSight } from './shipped.ts';

export interface Opening {
  readonly source: ScenarioSource;
  readonly opened: OpenedScenario;
  /** The session to bring back into it; null where there is none of this scenario. */
  readonly session: SavedSession | null;
}

export async function openFirst({ saved, picture }: FirstSight): Promise<Opening> {
  const source = await sourceFor(benchPods());
  const known = source.list.find(({ id }) => id === saved?.scenario);
  const entry = known ?? assertExists(source.list[0], 'a page ships scenarios');
  const opened = picture === null ? await source.open(entry.id) : pictured(entry, picture);
  return { source, opened, session: known === undefined ? null : saved };
}

async function sourceFor(pods: number | null): Promise<ScenarioSource> {
  return pods === null ? shippedSource : (await import('./engine.ts')).benchSource(pods);
}

const shippedSource: ScenarioSource = {
  list: shippedEntries,
  open: async (id) => {
    const { openScenario } = await import('./engine.ts');
    return openScenario(assertExists(shippedEntries.find((entry) => entry.id === id) ?? null, `no scenario ${id}`));
  },
};

/** The picture, and the cluster it is of, which the engine opens once the picture stands. */
function pictured(entry: ScenarioEntry, { snapshot, manifests, files }: ScenarioPicture): OpenedScenario {
  const opened = afterFirstPicture(async () => {
    const { buildScenario } = await import('./engine.ts');
    return (await buildScenario(entry.id)).cluster;
  });
  return { entry, cluster: new PageCluster(opened), snapshot, files: startFiles(manifests, files) };
}
