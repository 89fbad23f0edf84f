/**
 * The moment the map first shows the cluster. What the first picture does not need (the editor, the tables' rows, the map's
 * outline) waits for it, so that it takes neither network nor processor from what does.
 */
let told = (): void => undefined;
let pictured = false;

export const firstPicture = new Promise<void>((resolve) => {
  told = () => {
    pictured = true;
    resolve();
  };
});

export function isPictured(): boolean {
  return pictured;
}

/** The map has its size two frames after the application has mounted; a slow machine may need more. */
const FRAMES = 60;

/** Called when the application has mounted. `data-ready` on the root tells whoever looks on; a page that failed never has it. */
export function awaitFirstPicture(root: HTMLElement, frames = FRAMES): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const shown = root.querySelector('[data-object]') !== null;
      if (!shown && frames > 0) {
        awaitFirstPicture(root, frames - 1);
        return;
      }
      if (shown) root.dataset['ready'] = '';
      // A map that shows nothing (a sheet may cover it) keeps nothing else waiting.
      told();
    }),
  );
}

/** Loads a module once the first picture stands; at once if it does. */
export async function afterFirstPicture<T>(load: () => Promise<T>): Promise<T> {
  await firstPicture;
  return load();
}
