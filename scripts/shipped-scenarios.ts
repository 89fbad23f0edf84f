/**
 * Tells the page which scenarios ship (`virtual:shipped-scenarios`), and takes their pictures when it is built: each cluster is
 * opened with the very engine that the page loads later, and its snapshot becomes a file that the page shows meanwhile. The engine
 * is deterministic, so what it comes to in the page is the same.
 */
import type { Plugin } from 'vite';
import { openScenario, scenarioNames } from '../src/cli/scenario-folder.ts';
import { createCluster } from '../src/cluster/cluster.ts';
import type { LoadedScenario } from '../src/cluster/scenario-file.ts';
import { pictureText } from '../src/cluster/scenario-picture.ts';
import { assert } from '../src/lib/assert.ts';

const MODULE = 'virtual:shipped-scenarios';
const RESOLVED = `\0${MODULE}`;

/** The scenario a new visitor sees. */
const FIRST = 'lab-report';

/** The file that has its picture, by the name it is emitted under. */
export const FIRST_PICTURE = nameOf(FIRST);

function nameOf(id: string): string {
  return `picture-${id}.json`;
}

export function shippedScenarios(): Plugin {
  let building = false;
  return {
    name: 'shipped-scenarios',
    configResolved: ({ command }) => {
      building = command === 'build';
    },
    resolveId: { filter: { id: new RegExp(`^${MODULE}$`) }, handler: () => RESOLVED },
    load: {
      filter: { id: new RegExp(`^${RESOLVED}$`) },
      handler() {
        const names = [FIRST, ...scenarioNames().filter((name) => name !== FIRST)];
        const shipped = names.map((id) => {
          const { title, ...scenario } = read(id);
          if (!building) return `{ id: ${JSON.stringify(id)}, title: ${JSON.stringify(title)}, picture: null }`;
          const file = this.emitFile({ type: 'asset', name: nameOf(id), source: pictureOf(scenario) });
          return `{ id: ${JSON.stringify(id)}, title: ${JSON.stringify(title)}, picture: import.meta.ROLLUP_FILE_URL_${file} }`;
        });
        return { code: `export const shipped = [${shipped.join(', ')}];`, moduleType: 'js' };
      },
    },
  };
}

function read(id: string): LoadedScenario {
  const loaded = openScenario(id);
  assert(loaded.ok, loaded.ok ? '' : loaded.error);
  return loaded.value;
}

function pictureOf({ spec, files }: Pick<LoadedScenario, 'spec' | 'files'>): string {
  return pictureText({ manifests: spec.manifests, files, snapshot: createCluster(spec).snapshot() });
}
