/**
 * `npm run -s bench -- [--json]`: measures the budgets of the design, the median of several runs each. Nothing fails on time.
 */
import { benchCluster } from './bench/cluster.ts';
import type { Measurement } from './bench/measure.ts';
import { benchPage } from './bench/page.ts';
import { benchProxy } from './bench/proxy.ts';

const USAGE = 'usage: npm run -s bench -- [--json]\n';

async function main(argv: readonly string[]): Promise<number> {
  const unknown = argv.find((argument) => argument !== '--json' && argument !== '--help');
  if (unknown !== undefined) {
    process.stderr.write(`unknown argument ${unknown}\n${USAGE}`);
    return 2;
  }
  if (argv.includes('--help')) {
    process.stdout.write(USAGE);
    return 0;
  }
  const results = [...benchProxy(), ...benchCluster(), ...(await benchPage())].map(rounded);
  process.stdout.write(argv.includes('--json') ? `${JSON.stringify({ results }, null, 2)}\n` : tableText(results));
  return 0;
}

function rounded({ name, value, unit, budget }: Measurement): Measurement {
  return { name, value: value === null ? null : Number(value.toPrecision(4)), unit, budget };
}

function tableText(results: readonly Measurement[]): string {
  const rows = results.map(({ name, value, unit, budget }) => {
    const bound = `${unit === 'fps' ? 'at least' : 'at most'} ${budget} ${unit}`;
    return [name, value === null ? 'not measured' : `${value} ${unit}`, bound, verdict({ value, unit, budget })];
  });
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(([name = '', value = '', budget = '', met = '']) =>
      `${name.padEnd(widths[0] ?? 0)}  ${value.padStart(widths[1] ?? 0)}  ${budget.padEnd(widths[2] ?? 0)}  ${met}\n`.replace(
        / +\n$/,
        '\n',
      ),
    )
    .join('');
}

function verdict({ value, unit, budget }: Pick<Measurement, 'value' | 'unit' | 'budget'>): string {
  if (value === null) return '';
  const met = unit === 'fps' ? value >= budget : value <= budget;
  return met ? 'met' : 'NOT MET';
}

process.exitCode = await main(process.argv.slice(2));
