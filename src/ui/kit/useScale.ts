/** How much larger the theme writes. What is laid out in numbers multiplies by it. */
import { useSyncExternalStore } from 'react';
import { useApp } from '../store/context.ts';

/** The projector's steps, those of tokens.css: `--scale` by the window's height. */
const HIGH = '(min-height: 960px)';
const MIDDLE = '(min-height: 800px)';

function subscribe(listener: () => void): () => void {
  const queries = [HIGH, MIDDLE].map((query) => window.matchMedia(query));
  for (const query of queries) query.addEventListener('change', listener);
  return () => {
    for (const query of queries) query.removeEventListener('change', listener);
  };
}

function projectorScale(): number {
  if (window.matchMedia(HIGH).matches) return 1.4;
  return window.matchMedia(MIDDLE).matches ? 1.25 : 1.15;
}

/** 1; on the projector 1.15 to 1.4, the more the higher the window is. */
export function useScale(): number {
  const projector = useApp((state) => state.theme === 'projector');
  return useSyncExternalStore(subscribe, () => (projector ? projectorScale() : 1));
}
