/** Installs what tests on this machine's own network use, where that is possible; what stays missing is left out by them, and said here. */
import { missingTestTools } from './network-tools.ts';

const missing = missingTestTools({ install: true });
if (missing.length > 0) process.stdout.write(`left out ${missing.join(', ')}: not on this machine, and not to be installed\n`);
