import { existsSync, readFileSync } from 'node:fs';

/**
 * The first load is all JavaScript that the page names: its entry, and what is fetched beside it until the map shows the cluster
 * (vite.config.ts puts it there; a browser test holds the list against what is really fetched). What comes later on demand
 * (editor, tables, outline, dialogs, journey, Chinese) is not in it.
 */
function firstLoad() {
  if (!existsSync('dist/index.html')) throw new Error('no build to measure: run `npm run build` first');
  const page = readFileSync('dist/index.html', 'utf8');
  const named = [...page.matchAll(/<(?:script|link)\b[^>]*?(?:src|href)="\.\/([^"]+\.js)"/g)].map(([, file]) => `dist/${file}`);
  if (named.length === 0) throw new Error('the page names no JavaScript');
  return [...new Set(named)];
}

export default [{ name: 'JavaScript of the first load', path: firstLoad(), limit: '480 kB', gzip: true }];
