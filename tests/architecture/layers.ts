/** Which layer may import what: docs/architecture.md as a table, and the judge of one import by it. */
import { isBuiltin } from 'node:module';
import { type Import, type SourceFile, targetOf } from './sources.ts';

interface Layer {
  /** Folders of src whose values and types this layer may import. */
  readonly values: readonly string[];
  /** Folders of src from which it may import types only. */
  readonly types?: readonly string[];
  /** Packages, with their subpaths, by name, scope (`@codemirror/`) or family (`d3-`). */
  readonly packages: readonly string[];
}

const engine = ['lib', 'sim', 'net', 'api', 'controlplane', 'node', 'cluster'];

export const layers: Readonly<Record<string, Layer>> = {
  lib: { values: [], packages: ['@noble/hashes', '@scure/base', 'pure-rand'] },
  sim: { values: ['lib'], packages: [] },
  net: { values: ['lib', 'sim'], packages: [] },
  api: { values: ['lib'], packages: ['yaml'] },
  controlplane: { values: ['lib', 'sim', 'api'], packages: [] },
  node: { values: ['lib', 'sim', 'net', 'api'], packages: [] },
  cluster: { values: ['lib', 'sim', 'net', 'api', 'controlplane', 'node'], packages: ['yaml'] },
  shell: { values: ['lib', 'cluster'], types: ['api', 'net'], packages: ['yaml'] },
  lesson: { values: ['lib', 'cluster'], types: ['net'], packages: ['yaml'] },
  ui: {
    values: ['lib', 'cluster', 'shell', 'lesson', 'api/schema'],
    types: ['api', 'net'],
    packages: [
      'react',
      'react-dom',
      'react-aria-components',
      'react-i18next',
      'i18next',
      'zustand',
      'idb-keyval',
      'yaml',
      'virtual:shipped-scenarios',
      'd3-',
      '@codemirror/',
      '@lezer/',
      '@fontsource/',
    ],
  },
  cli: { values: [...engine, 'shell', 'lesson'], packages: ['yaml', '@playwright/test'] },
};

/** What tests may import beside what their layer may. */
const testPackages = ['vitest', 'fast-check', 'ipaddr.js', 'node:'];

/** Why the import is not allowed, or null where it is. */
export function fault(file: SourceFile, imported: Import): string | null {
  const name = file.path.split('/')[1] ?? '';
  const layer = layers[name];
  if (layer === undefined) return `src/${name} is not a layer`;
  const target = targetOf(file, imported.specifier);
  return target === null ? packageFault(file, name, layer, imported) : folderFault(name, layer, target, imported);
}

function packageFault(file: SourceFile, name: string, layer: Layer, { specifier }: Import): string | null {
  const allowed = [...layer.packages, ...(file.isTest ? testPackages : []), ...(name === 'cli' ? ['node:'] : [])];
  if (isBuiltin(specifier) && !specifier.startsWith('node:')) return `write node:${specifier}`;
  return allowed.some((entry) => specifier === entry || specifier.startsWith(/[/:-]$/.test(entry) ? entry : `${entry}/`))
    ? null
    : `${name} may not import the package ${specifier}`;
}

function folderFault(name: string, layer: Layer, target: string, { specifier, typeOnly }: Import): string | null {
  if (name === 'cli' && target.startsWith('scripts/')) return null;
  if (!target.startsWith('src/')) return `${specifier} leaves src`;
  if (!/\.\w+$/.test(target)) return `${specifier} lacks its extension`;
  const within = (folder: string): boolean => target.startsWith(`src/${folder}/`) || target.startsWith(`src/${folder}.`);
  if (within(name) || layer.values.some(within)) return null;
  if (!(layer.types ?? []).some(within)) return `${name} may not import ${target}`;
  return typeOnly ? null : `${name} may import only types of ${target}`;
}
