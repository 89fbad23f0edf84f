/**
 * Collects the `Simplification:` lines of src into docs/fidelity.md, by layer and file. With `--check` writes nothing and
 * exits 1 where the page is stale. A simplification reaches to the end of its paragraph or to the next one.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FileSimplifications, fidelityPage, simplificationsOf } from './fidelity-page.ts';

const repository = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const page = join(repository, 'docs/fidelity.md');

function collect(): FileSimplifications[] {
  return readdirSync(join(repository, 'src'), { recursive: true, encoding: 'utf8' })
    .map((file) => join('src', file).replaceAll('\\', '/'))
    .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path))
    .sort()
    .map((path) => ({ path, lines: simplificationsOf(readFileSync(join(repository, path), 'utf8')) }))
    .filter(({ lines }) => lines.length > 0);
}

const text = fidelityPage(collect());
if (!process.argv.includes('--check')) {
  writeFileSync(page, text);
} else if (readFileSync(page, 'utf8') !== text) {
  process.stderr.write('docs/fidelity.md is stale: run `npm run fidelity`\n');
  process.exitCode = 1;
}
