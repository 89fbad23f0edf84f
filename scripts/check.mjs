/**
 * Runs the checks: `npm run check` those of the inner loop, `npm test` (--all) also the build, its size, the recorded vectors,
 * the comparison with this machine's own kernel and the browser tests. Two lanes run side by side; the browser tests run alone, after them. A step that passes is one line, one
 * that fails is followed by all it printed. The last line counts tests, vector files and, as one each, the other steps.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const results = resolve(root, 'node_modules/.cache/kubehop-results');
const unitResults = resolve(results, 'unit.json');
const browserResults = resolve(results, 'browser.json');

const run = (file) => ['node', 'scripts/run.mjs', file];
const bin = (name, ...argv) => ['npx', '--no-install', name, ...argv];

const quick = {
  types: { command: ['npm', 'run', '-s', 'typecheck'] },
  format: { command: ['npm', 'run', '-s', 'format:check'] },
  lint: { command: ['npm', 'run', '-s', 'lint'] },
  'dead code': { command: ['npm', 'run', '-s', 'knip'] },
  fidelity: { command: [...run('scripts/fidelity.ts'), '--check'] },
  'unit tests': {
    command: bin('vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${unitResults}`),
    count: vitestCount,
  },
};

const full = {
  // Before all others: tests ask for these tools when they are collected.
  'network tools': { command: run('scripts/install-network-tools.ts'), count: toolsCount },
  build: { command: ['npm', 'run', '-s', 'build'] },
  size: { command: ['npm', 'run', '-s', 'size'] },
  conformance: { command: [...run('src/cli/conformance.ts'), 'tests/conformance'], count: vectorCount },
  kernel: { command: [...run('src/cli/test-kernel.ts'), '--where-possible'], count: kernelCount },
  chromium: { command: run('scripts/install-chromium.ts') },
  'browser tests': {
    command: bin('playwright', 'test', '--reporter=list,json'),
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: browserResults },
    count: playwrightCount,
  },
};

/** @returns {{passed: number, failed: number, skipped: number}} */
function vitestCount() {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(unitResults, 'utf8'));
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
}

function playwrightCount() {
  const { stats } = JSON.parse(readFileSync(browserResults, 'utf8'));
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped };
}

function vectorCount(output) {
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(output) ?? [];
  if (passed === undefined) throw new Error('no line "N passed, M failed"');
  return { passed: Number(passed), failed: Number(failed), skipped: 0 };
}

/** A tool that stays missing is no failure: the tests that use it are skipped, and it is said. */
function toolsCount(output) {
  return { passed: 1, failed: 0, skipped: leftOut(output).length };
}

/** What the machine or its kernel lacks is left out, a line each. */
function kernelCount(output) {
  return { ...vectorCount(output), skipped: leftOut(output).length };
}

function leftOut(output) {
  return output.split('\n').filter((line) => line.startsWith('left out '));
}

function spawned({ command: [program, ...argv], env }) {
  return new Promise((done) => {
    const child = spawn(program, argv, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const add = (chunk) => (output += String(chunk));
    child.stdout.on('data', add);
    child.stderr.on('data', add);
    child.on('error', (error) => done({ ok: false, output: String(error) }));
    child.on('close', (code) => done({ ok: code === 0, output }));
  });
}

/** A runner that crashed before it counted has failed once; one that failed beyond its tests has failed once more. */
function counted({ count }, { ok, output }) {
  const single = { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
  if (count === undefined) return single;
  try {
    const tests = count(output);
    return ok || tests.failed > 0 ? tests : { ...tests, failed: 1 };
  } catch (error) {
    return { passed: 0, failed: 1, skipped: 0, note: ok ? `the runner left no result: ${error.message}` : undefined };
  }
}

async function step([name, definition]) {
  const start = performance.now();
  const outcome = await spawned(definition);
  const tests = counted(definition, outcome);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const detail = definition.count === undefined ? '' : `: ${summary(tests)}`;
  process.stdout.write(`${tests.failed === 0 ? 'ok    ' : 'FAILED'} ${name}${detail} (${seconds} s)\n`);
  if (tests.skipped > 0) for (const line of leftOut(outcome.output)) process.stdout.write(`         ${line}\n`);
  if (tests.failed > 0) process.stdout.write(`${outcome.output.trimEnd()}\n${tests.note ?? ''}\n`);
  return tests;
}

async function lane(steps) {
  const outcomes = [];
  for (const each of steps) outcomes.push(await step(each));
  return outcomes;
}

function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

const all = process.argv.includes('--all');
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

const { types, 'unit tests': unit, ...rest } = quick;
const { 'network tools': tools, 'browser tests': browser, chromium, kernel, conformance, ...built } = full;
const first = { types, 'unit tests': unit, ...(all ? { conformance } : {}) };
const second = { ...rest, ...(all ? { ...built, chromium, kernel } : {}) };
const prepared = all ? [await step(['network tools', tools])] : [];
const outcomes = (await Promise.all([first, second].map((steps) => lane(Object.entries(steps))))).flat();
outcomes.push(...prepared);
if (all) outcomes.push(await step(['browser tests', browser]));

const total = outcomes.reduce(
  (sum, { passed, failed, skipped }) => ({
    passed: sum.passed + passed,
    failed: sum.failed + failed,
    skipped: sum.skipped + skipped,
  }),
  { passed: 0, failed: 0, skipped: 0 },
);
process.stdout.write(`\n${summary(total)}\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
