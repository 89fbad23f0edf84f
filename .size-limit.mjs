import { existsSync, readFileSync } from 'node:fs';

/**
 * The first load is all JavaScript that the page names: its entry, and what is fetched beside it until the map shows the cluster
 * (vite.config.ts puts it there; a browser test holds the list against what is really fetched). What comes later on demand
 * (editor, tables, outline, dialogs, journey, Chinese) is not in it.
 *
 * The design's 250 KB hold for the page without the engine. The first picture is the engine's own work, never a drawing made
 * beforehand, so the engine (126 KB) and the YAML it reads (31 KB, `yaml`) are fetched for it too, and are weighed with the rest.
 */
function firstLoad() {
  if (!existsSync('dist/index.html')) throw new Error('no build to measure: run `npm run build` first');
  const page = readFileSync('dist/index.html', 'utf8');
  const named = [...page.matchAll(/<(?:script|link)\b[^>]*?(?:src|href)="\.\/([^"]+\.js)"/g)].map(([, file]) => `dist/${file}`);
  return [...new Set(named)];
}

/** The chunk of the engine: src/ui/app/scenarios.ts and what only it needs. */
const isEngine = (file) => /\/scenarios-[\w-]+\.js$/.test(file);

const files = firstLoad();
if (files.filter(isEngine).length !== 1) throw new Error('the page names no chunk of the engine, or more than one');

export default [
  {
    name: 'JavaScript of the first load, without the engine',
    path: files.filter((file) => !isEngine(file)),
    limit: '250 kB',
    gzip: true,
  },
  { name: 'JavaScript of the first load, with the engine', path: files, limit: '405 kB', gzip: true },
];
