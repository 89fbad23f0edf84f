/**
 * `test:kernel` from its arguments to its exit status.
 */
import { parseArgs } from 'node:util';
import { err, ok, type Result } from '../../lib/result.ts';
import { openScenario, scenarioNames } from '../scenario-folder.ts';
import { checkCluster, type Verdict } from './cluster-check.ts';
import { randomCluster, type TestedCluster } from './random-cluster.ts';
import { hindrance } from './machine.ts';
import { byHandIn } from './pod-by-hand.ts';

const USAGE = `usage: npm run test:kernel [-- [option]...]

Rebuilds scenarios on this machine's kernel by their exported scripts, in network namespaces of their own, and compares what real packets
do with what the simulator says: how a connection ends, who answers, which address and TTL it sees, which rules count it. What this
kernel lacks for a scenario is told in a line that begins "left out"; the rest of the scenario is compared all the same.

  --scenario NAME_OR_PATH  only this one; may be given several times
  --random N               N clusters drawn by chance, in place of scenarios
  --seed N                 where they are drawn from: N, N + 1, …; 1 where left out
  --where-possible         exit 0 where the machine does not allow it

Exit status: 0 all agrees, 1 something differs, 2 wrong use, 3 the machine does not allow it.
`;

const [DIFFERS, WRONG_USE, NOT_HERE, ENDED] = [1, 2, 3, 130];
/** Most of the time a cluster waits: for timeouts, for the kernel's own pauses. */
const AT_ONCE = 4;

interface Options {
  readonly scenarios: readonly string[];
  readonly random: number;
  readonly seed: number;
  readonly wherePossible: boolean;
}

/** Does what the arguments ask for; the exit status. */
export async function runKernelTest(argv: readonly string[]): Promise<number> {
  const options = parseOptions(argv);
  if (!options.ok) {
    process.stderr.write(`${options.error}\n\n${USAGE}`);
    return WRONG_USE;
  }
  if (options.value === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const specs = specsOf(options.value);
  if (!specs.ok) {
    process.stderr.write(`${specs.error}\n`);
    return WRONG_USE;
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(ENDED));
  const hindered = hindrance(prefixOf(0), { install: true });
  if (hindered === null) return report(await checkAll(specs.value));
  process.stdout.write(`left out all: ${hindered}\n0 passed, 0 failed\n`);
  return options.value.wherePossible ? 0 : NOT_HERE;
}

function parseOptions(argv: readonly string[]): Result<Options | 'help', string> {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        scenario: { type: 'string', multiple: true },
        random: { type: 'string' },
        seed: { type: 'string' },
        'where-possible': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) return ok('help');
    const random = Number(values.random ?? 0);
    const seed = Number(values.seed ?? 1);
    if (!Number.isSafeInteger(random) || random < 0 || !Number.isSafeInteger(seed) || seed < 0)
      return err('--random and --seed take whole numbers');
    return ok({
      scenarios: values.scenario ?? (random > 0 ? [] : scenarioNames()),
      random,
      seed,
      wherePossible: values['where-possible'] === true,
    });
  } catch (error) {
    // parseArgs says what is wrong by throwing; anything else is our own mistake.
    if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
      return err(error.message);
    throw error;
  }
}

function specsOf({ scenarios, random, seed }: Options): Result<readonly TestedCluster[], string> {
  const specs: TestedCluster[] = Array.from({ length: random }, (_, index) => randomCluster(seed + index));
  for (const name of scenarios) {
    const scenario = openScenario(name);
    if (!scenario.ok) return scenario;
    specs.push({ spec: scenario.value.spec, commands: byHandIn(scenario.value.spec.id) });
  }
  return ok(specs);
}

/** Namespaces of this run alone. */
function prefixOf(lane: number): string {
  return `kubehop-${process.pid}-${lane}`;
}

/** Checks some clusters at a time, each lane with namespaces of its own; says each verdict as it comes. */
async function checkAll(specs: readonly TestedCluster[]): Promise<readonly Verdict[]> {
  const waiting = [...specs];
  const verdicts: Verdict[] = [];
  const lane = async (_: unknown, number: number): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const verdict = await checkCluster(next, prefixOf(number));
      process.stdout.write(verdictText(next.spec.id, verdict));
      verdicts.push(verdict);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return verdicts;
}

function verdictText(id: string, { passed, failures, leftOut }: Verdict): string {
  const lines = failures.flatMap(([title = '', ...rest]) => [`  ${title}`, ...rest.map((line) => `     ${line}`)]);
  const head =
    failures.length === 0 ? `ok       ${id}: ${passed} passed` : `FAILED   ${id}: ${passed} passed, ${failures.length} failed`;
  return [head, ...lines, ...leftOut.map((what) => `left out ${id}: ${what}`), ''].join('\n');
}

function report(verdicts: readonly Verdict[]): number {
  const passed = verdicts.reduce((sum, verdict) => sum + verdict.passed, 0);
  const failed = verdicts.reduce((sum, verdict) => sum + verdict.failures.length, 0);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : DIFFERS;
}
