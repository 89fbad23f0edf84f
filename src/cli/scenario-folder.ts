/**
 * Finds a scenario by its name under `scenarios/` or by a path, and reads its files from the disk.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadScenario, SCENARIO_FILE, scenarioErrorText, type LoadedScenario } from '../cluster/scenario-file.ts';
import { err, type Result } from '../lib/result.ts';

const SCENARIOS = fileURLToPath(new URL('../../scenarios/', import.meta.url));
/** Larger files are not even read. */
const MAX_FILE_BYTES = 2_000_000;

/** The scenario of that name or path; the error is ready to print. */
export function openScenario(nameOrPath: string): Result<LoadedScenario, string> {
  const folder = folderOf(nameOrPath);
  if (folder === null)
    return err(
      `no scenario ${nameOrPath}: there are ${scenarioNames().join(', ')}, or name a folder that holds a ${SCENARIO_FILE}`,
    );
  const loaded = loadScenario(basename(folder), readFolder(folder));
  return loaded.ok ? loaded : err(loaded.error.map((error) => join(folder, scenarioErrorText(error))).join('\n'));
}

/** The folders of `scenarios/`. */
export function scenarioNames(): readonly string[] {
  return readdirSync(SCENARIOS, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    .sort();
}

function folderOf(nameOrPath: string): string | null {
  const isName = /^[-a-z0-9]+$/.test(nameOrPath);
  const candidates = [...(isName ? [join(SCENARIOS, nameOrPath)] : []), resolve(nameOrPath)];
  if (basename(nameOrPath) === SCENARIO_FILE) candidates.push(dirname(resolve(nameOrPath)));
  return candidates.find((folder) => existsSync(join(folder, SCENARIO_FILE))) ?? null;
}

function readFolder(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isFile() && /\.ya?ml$/.test(entry.name) ? [entry.name] : [],
  );
  const small = names.filter((name) => statSync(join(folder, name)).size <= MAX_FILE_BYTES);
  return new Map(small.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
