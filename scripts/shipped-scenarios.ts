/**
 * Prints, as JSON, which scenarios ship with the page, the one a new visitor sees first; with `--pictures` each with its picture:
 * its cluster, opened with the very engine that the page loads later, as text. The engine is deterministic, so what it comes to in
 * the page is the same. Run by vite.config.ts.
 */
import { openScenario, scenarioNames } from '../src/cli/scenario-folder.ts';
import { createCluster } from '../src/cluster/cluster.ts';
import type { LoadedScenario } from '../src/cluster/scenario-file.ts';
import { pictureText } from '../src/cluster/scenario-picture.ts';
import { assert } from '../src/lib/assert.ts';

const FIRST = 'lab-report';

function read(id: string): LoadedScenario {
  const loaded = openScenario(id);
  assert(loaded.ok, loaded.ok ? '' : loaded.error);
  return loaded.value;
}

function pictureOf({ spec, files }: LoadedScenario): string {
  return pictureText({ manifests: spec.manifests, files, snapshot: createCluster(spec).snapshot() });
}

const pictures = process.argv.includes('--pictures');
const shipped = [FIRST, ...scenarioNames().filter((name) => name !== FIRST)].map((id) => {
  const scenario = read(id);
  return { id, title: scenario.title, picture: pictures ? pictureOf(scenario) : null };
});
process.stdout.write(JSON.stringify(shipped));
