/** Makes sure that the browser tests have a Chromium, and says which one. */
import { installChromium } from './chromium.ts';

process.stdout.write(`${installChromium()}\n`);
