/**
 * `npm run test:kernel`: rebuilds scenarios on this machine's kernel by their exported scripts and compares what real packets do with
 * what the simulator says.
 */
import { runKernelTest } from './test-kernel/run.ts';

process.exitCode = await runKernelTest(process.argv.slice(2));
