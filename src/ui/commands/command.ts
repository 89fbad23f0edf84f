/**
 * A thing the user can do, once: the palette lists it, a key runs it, the key sheet explains it. Folders export their
 * commands as lists; the page's entry puts the lists together.
 */
import type { AppState } from '../store/state.ts';
import type { AppStore } from '../store/store.ts';
import type { Label } from '../i18n/label.ts';

/**
 * Where a key acts. `global` everywhere. `stage` only while the journey, its timeline or the map's canvas has the focus
 * (an ancestor with `data-keys="stage"`), so that letters never get in the way of typing or of a tree.
 */
export type CommandScope = 'global' | 'stage';

export interface AppCommand {
  readonly id: string;
  readonly label: Label;
  /** `mod` is Ctrl or ⌘: `mod+k`, `mod+Enter`, `shift+ArrowRight`, `1`, `?`, ` `; null: palette only. */
  readonly key: string | null;
  readonly scope: CommandScope;
  enabled(state: AppState): boolean;
  run(store: AppStore): void;
}
