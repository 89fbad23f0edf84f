import { existsSync, readFileSync, readdirSync } from 'node:fs';

/**
 * The first load is what the page names: its entry, and what is fetched beside it until the map shows the cluster (vite.config.ts
 * puts it there; a browser test holds the list against what is really fetched). Its script is held to the design's 250 KB. The
 * picture it draws is data: the engine's own first snapshot, taken when the page was built.
 *
 * The engine, with the YAML it reads, comes right after the first picture, and commands wait for it. What comes later on demand
 * (editor, tables, outline, dialogs, journey, Chinese) is not weighed.
 */
function firstLoad() {
  if (!existsSync('dist/index.html')) throw new Error('no build to measure: run `npm run build` first');
  const page = readFileSync('dist/index.html', 'utf8');
  const named = [...page.matchAll(/<(?:script|link)\b[^>]*?(?:src|href)="\.\/([^"]+)"/g)].map(([, file]) => `dist/${file}`);
  return [...new Set(named)].filter((file) => file.endsWith('.js'));
}

/** What src/ui/app/engine.ts brings into the page beside the first load, by the build's own list. */
function engine() {
  const manifest = JSON.parse(readFileSync('dist/.vite/manifest.json', 'utf8'));
  const found = new Set(['src/ui/app/engine.ts']);
  for (const id of found) for (const imported of manifest[id].imports ?? []) found.add(imported);
  return [...found].map((id) => `dist/${manifest[id].file}`).filter((file) => !scripts.includes(file));
}

/** That of the scenario a new visitor sees; the entry fetches it, unless there is a session to replay. */
const PICTURE = /^picture-lab-report-[\w-]{8}\.json$/;

const scripts = firstLoad();
const pictures = readdirSync('dist/assets').flatMap((file) => (PICTURE.test(file) ? [`dist/assets/${file}`] : []));
if (engine().length === 0) throw new Error('the page fetches the engine for its first picture');
if (pictures.length !== 1) throw new Error('the build has no picture to show first, or more than one');

export default [
  { name: 'JavaScript of the first load', path: scripts, limit: '250 kB', gzip: true },
  { name: 'the picture it shows, data', path: pictures, limit: '30 kB', gzip: true },
  { name: 'JavaScript of the engine, fetched after the first picture', path: engine(), limit: '260 kB', gzip: true },
];
