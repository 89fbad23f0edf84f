/**
 * The moment the map first shows the cluster. What the first picture does not need (the editor, the tables' rows, the map's
 * outline) waits for it, so that it takes neither network nor processor from what does.
 */
let told = (): void => undefined;

export const firstPicture = new Promise<void>((resolve) => {
  told = resolve;
});

/** Called when the application has mounted: two frames later the map has its size, and what it holds is on the screen. */
export function awaitFirstPicture(root: HTMLElement): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      root.dataset['ready'] = '';
      told();
    }),
  );
}

/** Loads a module once the first picture stands; at once if it does. */
export async function afterFirstPicture<T>(load: () => Promise<T>): Promise<T> {
  await firstPicture;
  return load();
}
