/** Long work beside a page that answers: a turn is given up every few milliseconds. */

/** Work at a stretch: with what it leaves of a frame, the page can still draw one. */
const STRETCH_MS = 8;

/** What long work asks at every step: null to go on, else how long to wait until input and drawing had their turn. */
export function breather(): () => Promise<void> | null {
  let since = performance.now();
  const breathe = (resolve: () => void): void => {
    window.setTimeout(() => {
      since = performance.now();
      resolve();
    });
  };
  return () => (performance.now() - since < STRETCH_MS ? null : new Promise(breathe));
}
