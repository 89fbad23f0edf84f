/** Listens for the commands' keys on the page. */
import { useEffect } from 'react';
import { useAppStore } from '../store/context.ts';
import type { AppState } from '../store/state.ts';
import type { AppCommand } from './command.ts';
import { isCharacterKey, matchesKey } from './keys.ts';

function isTyping(target: Element): boolean {
  return target.closest('input, textarea, select, [contenteditable="true"], [role="textbox"]') !== null;
}

/** Whether a command's key may act on an event with that target. */
function mayAct(command: AppCommand, key: string, target: Element, state: AppState): boolean {
  if (isCharacterKey(key) && (!state.letterKeys || isTyping(target))) return false;
  if (!key.includes('mod+') && state.dialog !== null) return false;
  if (command.scope === 'stage') return target.closest('[data-keys="stage"]') !== null && !isTyping(target);
  // The editor and text fields have an undo of their own.
  if (key === 'mod+z' || key === 'mod+shift+z') return !isTyping(target);
  return true;
}

export function useCommandKeys(commands: readonly AppCommand[]): void {
  const store = useAppStore();
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      // The editor lives in a shadow root: the event's own target would be its host.
      const [target] = event.composedPath();
      if (event.defaultPrevented || event.isComposing || !(target instanceof Element)) return;
      const state = store.getState();
      const found = commands.find(
        (command) =>
          command.key !== null &&
          matchesKey(event, command.key) &&
          mayAct(command, command.key, target, state) &&
          command.enabled(state),
      );
      if (found === undefined) return;
      event.preventDefault();
      found.run(store);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [commands, store]);
}
