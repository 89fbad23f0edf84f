/** Test support: the scenarios that ship, opened with the real engine. Never in the product. */
import { createCluster } from '../../cluster/cluster.ts';
import { loadScenario } from '../../cluster/scenario-file.ts';
import { assert } from '../../lib/assert.ts';
import type { ClusterApi } from '../../cluster/cluster-api.ts';
import { PageCluster } from './page-cluster.ts';
import { createAppStore, type AppStore, type OpenedScenario } from './store.ts';

const TEXTS: Readonly<Record<string, string>> = import.meta.glob('../../../scenarios/*/*.yaml', {
  query: '?raw',
  import: 'default',
  eager: true,
});

export interface FixtureScenario extends Omit<OpenedScenario, 'cluster'> {
  readonly cluster: ClusterApi;
}

export function openScenario(id: string): FixtureScenario {
  const folder = `/scenarios/${id}/`;
  const files = Object.entries(TEXTS).filter(([path]) => path.includes(folder));
  const loaded = loadScenario(id, new Map(files.map(([path, text]) => [path.slice(path.lastIndexOf('/') + 1), text])));
  assert(loaded.ok, `scenario ${id} cannot be read`);
  const { spec, title } = loaded.value;
  const cluster = createCluster(spec);
  return {
    entry: { id, title },
    cluster,
    snapshot: cluster.snapshot(),
    files: spec.manifests.map(({ file, text }) => ({ name: file, text, startText: text })),
  };
}

export function storeOf(id: string): AppStore {
  return storeOver(openScenario(id), (cluster) => new PageCluster(cluster));
}

/** A store over a scenario whose engine comes as `page` says. */
export function storeOver(scenario: FixtureScenario, page: (cluster: ClusterApi) => PageCluster): AppStore {
  const opened = (each: FixtureScenario): OpenedScenario => ({ ...each, cluster: page(each.cluster) });
  return createAppStore({
    opened: opened(scenario),
    source: { list: [scenario.entry], open: (id) => Promise.resolve(opened(openScenario(id))) },
  });
}
