/** The English catalogue: one file an area of the interface. */
import { app } from './app.ts';
import { chains } from './chains.ts';
import { commands } from './commands.ts';
import { dock } from './dock.ts';
import { editor } from './editor.ts';
import { faults } from './faults.ts';
import { inspector } from './inspector.ts';
import { journey } from './journey.ts';
import { send } from './send.ts';
import { topology } from './topology.ts';

export const en = { app, chains, commands, dock, editor, faults, inspector, journey, send, topology } as const;
