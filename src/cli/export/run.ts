/**
 * `export` from its arguments to its exit status: opens the scenario, applies what is to be applied, prints the script.
 */
import { parseArgs } from 'node:util';
import { clusterScript } from '../../cluster/export/script.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { openScenario } from '../scenario-folder.ts';
import { startCluster, type Streams } from '../start-cluster.ts';

const USAGE = `usage: npm run -s export -- --scenario NAME_OR_PATH [--apply FILE]... > cluster.sh

Prints a shell script that rebuilds the cluster's network on Linux, in network namespaces it alone makes and removes.

  --scenario NAME_OR_PATH  a folder of scenarios/, or any folder that holds a scenario.yaml
  --apply FILE             applies a manifest first; may be given several times

Exit status: 0 printed, 2 wrong use.
`;

const WRONG_USE = 2;

interface ExportOptions {
  readonly scenario: string;
  readonly apply: readonly string[];
}

/** Does what the arguments ask for; returns the exit status. */
export function runExport(argv: readonly string[], streams: Streams): number {
  const options = parseOptions(argv);
  if (!options.ok) return refuse(streams, `${options.error}\n\n${USAGE}`);
  if (options.value === 'help') {
    streams.out(USAGE);
    return 0;
  }
  const scenario = openScenario(options.value.scenario);
  if (!scenario.ok) return refuse(streams, `${scenario.error}\n`);
  const cluster = startCluster(streams, scenario.value.spec, options.value.apply);
  if (!cluster.ok) return refuse(streams, cluster.error);
  streams.out(clusterScript(cluster.value.snapshot()));
  return 0;
}

function refuse({ err: write }: Streams, message: string): number {
  write(message);
  return WRONG_USE;
}

function parseOptions(argv: readonly string[]): Result<ExportOptions | 'help', string> {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        scenario: { type: 'string' },
        apply: { type: 'string', multiple: true },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) return ok('help');
    return values.scenario === undefined
      ? err('--scenario is missing')
      : ok({ scenario: values.scenario, apply: values.apply ?? [] });
  } catch (error) {
    // parseArgs says what is wrong by throwing; anything else is our own mistake.
    if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
      return err(error.message);
    throw error;
  }
}
