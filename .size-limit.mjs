import { existsSync, readFileSync } from 'node:fs';

/**
 * The first load is what the page's entry imports statically, directly or not; what it imports on demand (editor, terminal,
 * lessons, Chinese) is not in it. Vite's manifest knows which is which.
 */
function firstLoad() {
  if (!existsSync('dist/.vite/manifest.json')) throw new Error('no build to measure: run `npm run build` first');
  const manifest = JSON.parse(readFileSync('dist/.vite/manifest.json', 'utf8'));
  const seen = new Set();
  const visit = (key) => {
    if (seen.has(key)) return;
    seen.add(key);
    for (const imported of manifest[key].imports ?? []) visit(imported);
  };
  visit('index.html');
  return [...seen].map((key) => `dist/${manifest[key].file}`).filter((file) => file.endsWith('.js'));
}

export default [{ name: 'JavaScript of the first load', path: firstLoad(), limit: '250 kB', gzip: true }];
