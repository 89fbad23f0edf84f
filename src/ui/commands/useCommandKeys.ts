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

function commandOf(event: KeyboardEvent, commands: readonly AppCommand[], state: AppState): AppCommand | undefined {
  // The editor lives in a shadow root: the event's own target would be its host.
  const [target] = event.composedPath();
  if (event.defaultPrevented || event.isComposing || !(target instanceof Element)) return undefined;
  return commands.find(
    (command) =>
      command.key !== null &&
      matchesKey(event, command.key) &&
      mayAct(command, command.key, target, state) &&
      command.enabled(state),
  );
}

/**
 * Chords with Ctrl or ⌘ are taken before anything else sees them (a focused button would be pressed by Ctrl Enter);
 * plain keys are left to what has the focus first.
 */
export function useCommandKeys(commands: readonly AppCommand[]): void {
  const store = useAppStore();
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const found = commandOf(event, commands, store.getState());
      if (found === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      found.run(store);
    };
    const onChord = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey) onKey(event);
    };
    const onPlain = (event: KeyboardEvent): void => {
      if (!event.ctrlKey && !event.metaKey) onKey(event);
    };
    window.addEventListener('keydown', onChord, { capture: true });
    window.addEventListener('keydown', onPlain);
    return () => {
      window.removeEventListener('keydown', onChord, { capture: true });
      window.removeEventListener('keydown', onPlain);
    };
  }, [commands, store]);
}
