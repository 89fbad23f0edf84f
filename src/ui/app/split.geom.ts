/** Where the line of a Split may be: sizes of the panel that has one, in CSS pixels, and as the style says them. */

export interface SplitBounds {
  /** The size of both panels and the line. */
  readonly total: number;
  readonly min: number;
  readonly max: number;
}

/** A size within its bounds, in CSS: a share of the whole, or pixels. */
export function sizeOf(px: number, { total, min, max }: SplitBounds, inShare: boolean): string {
  const size = Math.round(Math.min(Math.max(px, min), max));
  return inShare ? `${total === 0 ? 0 : Math.round((size / total) * 1000) / 10}%` : `${size}px`;
}

/** The size after a key; null for one that moves nothing. */
export function movedSize(
  key: string,
  { axis, sized }: { readonly axis: 'columns' | 'rows'; readonly sized: 'first' | 'second' },
  { now, min, max }: SplitBounds & { readonly now: number },
  step: number,
): number | null {
  const [back, on] = axis === 'columns' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
  // The line follows the arrow, so the second panel shrinks where the first would grow.
  const grows = sized === 'first' ? on : back;
  const shrinks = sized === 'first' ? back : on;
  switch (key) {
    case grows:
      return now + step;
    case shrinks:
      return now - step;
    case 'Home':
      return min;
    case 'End':
      return max;
    default:
      return null;
  }
}
