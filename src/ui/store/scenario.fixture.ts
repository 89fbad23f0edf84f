/** Test support: the scenarios that ship, opened with the real engine. Never in the product. */
import { createCluster } from '../../cluster/cluster.ts';
import { loadScenario } from '../../cluster/scenario-file.ts';
import { assert } from '../../lib/assert.ts';
import { createAppStore, type AppStore, type OpenedScenario } from './store.ts';

const TEXTS: Readonly<Record<string, string>> = import.meta.glob('../../../scenarios/*/*.yaml', {
  query: '?raw',
  import: 'default',
  eager: true,
});

export function openScenario(id: string): OpenedScenario {
  const folder = `/scenarios/${id}/`;
  const files = Object.entries(TEXTS).filter(([path]) => path.includes(folder));
  const loaded = loadScenario(id, new Map(files.map(([path, text]) => [path.slice(path.lastIndexOf('/') + 1), text])));
  assert(loaded.ok, `scenario ${id} cannot be read`);
  const { spec, title } = loaded.value;
  return {
    entry: { id, title },
    cluster: createCluster(spec),
    files: spec.manifests.map(({ file, text }) => ({ name: file, text, startText: text })),
  };
}

export function storeOf(id: string): AppStore {
  const opened = openScenario(id);
  return createAppStore({
    opened,
    source: { list: [opened.entry], open: (other) => Promise.resolve(openScenario(other)) },
  });
}
