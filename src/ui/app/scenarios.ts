/**
 * The scenarios that ship with the page, and the engine that runs them. Their texts are bundled.
 */
import { createCluster } from '../../cluster/cluster.ts';
import { loadScenario, type LoadedScenario } from '../../cluster/scenario-file.ts';
import type { ManifestFile, ScenarioEntry } from '../store/state.ts';
import type { OpenedScenario, ScenarioSource } from '../store/store.ts';
import { benchSource } from './bench-scenario.ts';

/** Texts of all scenario files: `../../../scenarios/lab-report/pod.yaml` → text. */
const TEXTS: Readonly<Record<string, string>> = import.meta.glob('../../../scenarios/*/*.yaml', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** The scenario a new visitor sees. */
const FIRST = 'lab-report';

function folders(texts: Readonly<Record<string, string>>): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const found = new Map<string, Map<string, string>>();
  for (const [path, text] of Object.entries(texts)) {
    const [folder = '', file = ''] = path.split('/').slice(-2);
    found.set(folder, (found.get(folder) ?? new Map<string, string>()).set(file, text));
  }
  return found;
}

interface Loaded {
  readonly entry: ScenarioEntry;
  readonly scenario: LoadedScenario;
}

/** Reads all scenarios; one that cannot be read is a fault of this build, and told as such. */
export function shippedScenarios(): ScenarioSource {
  const bench = benchSource(location.hash);
  if (bench !== null) return bench;
  const all = [...folders(TEXTS)].map(([id, files]): Loaded => {
    const result = loadScenario(id, files);
    if (!result.ok)
      throw new Error(result.error.map((fault) => `${id}/${fault.file}:${fault.line}: ${fault.message}`).join('\n'));
    return { entry: { id, title: result.value.title }, scenario: result.value };
  });
  all.sort((a, b) => Number(b.entry.id === FIRST) - Number(a.entry.id === FIRST) || (a.entry.id < b.entry.id ? -1 : 1));
  const opened = ({ entry, scenario }: Loaded): OpenedScenario => ({
    entry,
    cluster: createCluster(scenario.spec),
    files: filesOf(scenario),
  });
  return {
    list: all.map(({ entry }) => entry),
    open: (id) => {
      const found = all.find(({ entry }) => entry.id === id) ?? all[0];
      return found === undefined ? Promise.reject(new Error(`no scenario ${id}`)) : Promise.resolve(opened(found));
    },
  };
}

function filesOf({ spec, files }: LoadedScenario): readonly ManifestFile[] {
  return [
    ...spec.manifests.map(({ file, text }) => ({ name: file, text, startText: text })),
    ...files.map(({ file, text }) => ({ name: file, text, startText: null })),
  ];
}
