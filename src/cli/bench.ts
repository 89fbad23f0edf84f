/**
 * `npm run -s bench -- [--json] [NAME…]`: measures the budgets of the design, the median of several runs each; with names only
 * those whose names begin so. Nothing fails on time.
 */
import { clusterBudgets } from './bench/cluster.ts';
import { measured, type Measurement } from './bench/measure.ts';
import { pageBudgets } from './bench/page.ts';
import { proxyBudgets } from './bench/proxy.ts';

const USAGE = 'usage: npm run -s bench -- [--json] [NAME…]\n';

async function main(argv: readonly string[]): Promise<number> {
  const names = argv.filter((argument) => !argument.startsWith('-'));
  const all = [...proxyBudgets(), ...clusterBudgets(), ...pageBudgets()];
  const unknown =
    argv.find((argument) => argument.startsWith('-') && argument !== '--json' && argument !== '--help') ??
    names.find((name) => !all.some((budget) => budget.name.startsWith(name)));
  if (unknown !== undefined) {
    process.stderr.write(`unknown argument ${unknown}\n${USAGE}`);
    return 2;
  }
  if (argv.includes('--help')) {
    process.stdout.write(`${USAGE}${all.map(({ name }) => `  ${name}\n`).join('')}`);
    return 0;
  }
  const wanted = all.filter(({ name }) => names.length === 0 || names.some((start) => name.startsWith(start)));
  const results = (await measured(wanted)).map(rounded);
  process.stdout.write(argv.includes('--json') ? `${JSON.stringify({ results }, null, 2)}\n` : tableText(results));
  return 0;
}

function rounded({ name, value, unit, budget }: Measurement): Measurement {
  return { name, value: value === null ? null : Number(value.toPrecision(4)), unit, budget };
}

function tableText(results: readonly Measurement[]): string {
  const rows = results.map(({ name, value, unit, budget }) => {
    const bound = budget === null ? '' : `${unit === 'fps' ? 'at least' : 'at most'} ${budget} ${unit}`;
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
  if (value === null || budget === null) return '';
  const met = unit === 'fps' ? value >= budget : value <= budget;
  return met ? 'met' : 'NOT MET';
}

process.exitCode = await main(process.argv.slice(2));
