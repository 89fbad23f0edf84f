/**
 * The page's entry, small so that it runs at once: theme and language go on the skeleton that index.html holds, the two parts of
 * the application and the picture to show load side by side, and what does not load, or does not start, is told with the user's
 * manifests at hand.
 *
 * What is imported here, statically or not, and all that it imports statically, is the first load (vite.config.ts names it in
 * the page, so that it is fetched at once); everything else is loaded when it is wanted.
 */
import '@fontsource/m-plus-1-code/latin-400.css';
import '@fontsource/m-plus-1-code/latin-700.css';
import './kit/tokens.css';
import './kit/base.css';
import './app/skeleton.css';
import { assertExists } from '../lib/assert.ts';
import { showStartFailure } from './app/failure-screen.ts';
import { showFirstLook } from './app/first-look.ts';
import { firstSight } from './app/shipped.ts';
import { loadSession } from './store/saved-session.ts';

const root = assertExists(document.getElementById('root'), 'index.html has no #root');
const look = showFirstLook();

/** Not awaited at the top: what is loaded here imports from this file's chunk, and would wait for it. */
async function begin(): Promise<void> {
  try {
    const [{ start }, { Topology }, sight] = await Promise.all([
      import('./app/start.tsx'),
      import('./topology/Topology.tsx'),
      firstSight(loadSession()),
    ]);
    await start({ root, look, sight, Topology });
  } catch (error) {
    await showStartFailure(root, error, look.lang);
    reportError(error);
  }
}

void begin();
