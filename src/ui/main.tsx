/** The page's entry: loads styles and scenarios, and starts the application with the regions that other folders draw. */
import '@fontsource/m-plus-1-code/latin-400.css';
import '@fontsource/m-plus-1-code/latin-700.css';
import './kit/tokens.css';
import './kit/base.css';
import { assertExists } from '../lib/assert.ts';
import { loadRegions } from './app/regions.ts';
import { shippedScenarios } from './app/scenarios.ts';
import { start } from './app/start.tsx';
import { coreCommands } from './commands/core.ts';
import { journeyCommands } from './journey/commands.ts';

const slots = loadRegions();

await start({
  root: assertExists(document.getElementById('root'), 'index.html has no #root'),
  source: await shippedScenarios(),
  commands: [...coreCommands, ...journeyCommands],
  slots,
});
