/** How much larger the theme writes: 1.4 on the projector. What is laid out in numbers multiplies by it. */
import { useApp } from '../store/context.ts';

export function useScale(): number {
  return useApp((state) => (state.theme === 'projector' ? 1.4 : 1));
}
