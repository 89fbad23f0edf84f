/** The Simplified Chinese catalogue: the same files and keys as English. */
import type { en } from '../en/index.ts';
import type { Translated } from '../translated.ts';
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

export const zhCN: Translated<typeof en> = { app, chains, commands, dock, editor, faults, inspector, journey, send, topology };
