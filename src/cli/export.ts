/**
 * `npm run -s export`: prints a shell script that rebuilds a scenario's cluster in network namespaces of a real Linux kernel.
 *
 * Standard output is the script only; what is wrong goes to standard error. Exit 0 printed, 2 wrong use.
 */
import { runExport } from './export/run.ts';

process.exitCode = runExport(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
