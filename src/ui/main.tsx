/** The page's entry: loads styles and scenarios, and starts the application with the regions that other folders draw. */
import '@fontsource/m-plus-1-code/latin-400.css';
import '@fontsource/m-plus-1-code/latin-700.css';
import './kit/layers.css';
import './kit/tokens.css';
import './kit/base.css';
import { lazy } from 'react';
import { assertExists } from '../lib/assert.ts';
import { shippedScenarios } from './app/scenarios.ts';
import { start } from './app/start.tsx';
import { coreCommands } from './commands/core.ts';
import { journeyCommands } from './journey/commands.ts';

// The map loads beside the engine: neither waits for the other.
const map = import('./topology/Topology.tsx');
const Topology = lazy(async () => ({ default: (await map).Topology }));
// A journey is drawn only once a packet was sent.
const JourneySide = lazy(async () => ({ default: (await import('./journey/JourneySide.tsx')).JourneySide }));
const JourneyStage = lazy(async () => ({ default: (await import('./journey/JourneyStage.tsx')).JourneyStage }));
const JourneyTimeline = lazy(async () => ({ default: (await import('./journey/JourneyTimeline.tsx')).JourneyTimeline }));

await start({
  root: assertExists(document.getElementById('root'), 'index.html has no #root'),
  source: await shippedScenarios(),
  commands: [...coreCommands, ...journeyCommands],
  slots: { Topology, JourneyStage, JourneyTimeline, JourneySide },
});
