/** The commands of the whole application, for the palette and the key sheet. */
import { createContext, use } from 'react';
import type { AppCommand } from './command.ts';

export const CommandsContext = createContext<readonly AppCommand[]>([]);

export function useCommands(): readonly AppCommand[] {
  return use(CommandsContext);
}
