/**
 * `npm run -s sim`: sends a packet through a scenario's cluster and prints its journey, or the spread of many.
 *
 * Standard output is the answer only; what is wrong goes to standard error. Exit 0 answered, 1 refused, lost or timed out, 2 wrong use.
 */
import { runSim } from './sim/run.ts';

process.exitCode = runSim(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
