/**
 * Runs a TypeScript entry of the command line: `node scripts/run.mjs src/cli/sim.ts --scenario lab-report …`.
 *
 * Node 20 cannot strip types, so the entry and all it imports of ours are bundled by Rolldown (the bundler Vite brings) into
 * one module, which is imported and, at exit, removed. Packages stay outside the bundle. Every start bundles anew: 400 modules
 * take a third of a second, less than a cache that must find out whether it is stale. Node reads the bundle's source map, so a
 * stack trace names the source line. Standard output belongs to the program alone.
 */
import { rmSync } from 'node:fs';
import { basename, dirname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** `import.meta.url` goes on meaning the source file, so that a program finds files beside itself. */
const keepOwnUrl = {
  name: 'keep-own-url',
  transform: {
    filter: { id: /\.[cm]?tsx?$/, code: 'import.meta.url' },
    handler: (code, id) => ({ code: code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href)), map: null }),
  },
};

async function bundle(entry, file) {
  const build = await rolldown({
    input: entry,
    cwd: root,
    platform: 'node',
    tsconfig: false,
    treeshake: false,
    external: (id) => !id.startsWith('.') && !isAbsolute(id),
    plugins: [keepOwnUrl],
    onLog: (_level, log) => process.stderr.write(`${log.message}\n`),
  });
  await build.write({ file, format: 'esm', sourcemap: 'inline', codeSplitting: false });
  await build.close();
}

const [entry, ...argv] = process.argv.slice(2);
if (entry === undefined) {
  process.stderr.write('usage: node scripts/run.mjs ENTRY.ts [ARGUMENT]…\n');
  process.exit(2);
}
const path = resolve(root, entry);
// Inside the repository, where its packages resolve, and named by this process alone.
const program = resolve(root, 'node_modules/.cache/kubehop', `${basename(entry, '.ts')}-${process.pid}.mjs`);
process.on('exit', () => rmSync(program, { force: true }));
await bundle(path, program);
process.argv.splice(1, process.argv.length - 1, path, ...argv);
process.setSourceMapsEnabled(true);
await import(pathToFileURL(program).href);
