/**
 * The engine, with the scenarios that ship: their texts are bundled with it. The page shows a scenario by its picture and loads
 * this after it.
 */
import { openCluster } from '../../cluster/cluster.ts';
import type { ClusterApi } from '../../cluster/cluster-api.ts';
import { loadScenario } from '../../cluster/scenario-file.ts';
import type { ManifestFile, ScenarioEntry } from '../store/state.ts';
import { PageCluster } from '../store/page-cluster.ts';
import { startFiles } from '../store/files.ts';
import type { OpenedScenario } from '../store/store.ts';
import { breather } from './breather.ts';

export { benchSource } from './bench-scenario.ts';

/** Texts of all scenario files: `../../../scenarios/lab-report/pod.yaml` → text. */
const TEXTS: Readonly<Record<string, string>> = import.meta.glob('../../../scenarios/*/*.yaml', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** The texts of a scenario's folder by file name. */
function textsOf(id: string): ReadonlyMap<string, string> {
  const texts = Object.entries(TEXTS).map(([path, text]) => ({ parts: path.split('/').slice(-2), text }));
  return new Map(texts.flatMap(({ parts: [folder, file = ''], text }) => (folder === id ? [[file, text] as const] : [])));
}

interface Built {
  readonly cluster: ClusterApi;
  readonly files: readonly ManifestFile[];
}

/** Builds a scenario's cluster, giving way to the page as it goes. A scenario that cannot be read is a fault of this build. */
export async function buildScenario(id: string): Promise<Built> {
  const read = loadScenario(id, textsOf(id));
  if (!read.ok) throw new Error(read.error.map((fault) => `${id}/${fault.file}:${fault.line}: ${fault.message}`).join('\n'));
  const { spec, files } = read.value;
  return { cluster: await openCluster(spec, breather()), files: startFiles(spec.manifests, files) };
}

export async function openScenario(entry: ScenarioEntry): Promise<OpenedScenario> {
  const { cluster, files } = await buildScenario(entry.id);
  return { entry, cluster: new PageCluster(cluster), snapshot: cluster.snapshot(), files };
}
