/**
 * A long list of which only the visible rows exist. Rows have known heights, so ten thousand rules scroll like ten.
 */
import { useEffect, useMemo, useRef, useState, type ReactElement, type ReactNode, type RefObject } from 'react';
import { useSize } from './useSize.ts';
import styles from './Windowed.module.css';

export interface WindowedProps {
  readonly label: string;
  readonly className?: string | undefined;
  /** Height of each row in px. */
  readonly heights: readonly number[];
  readonly row: (index: number) => ReactNode;
  /** The row to keep in view; the list does not move while the pointer is on it. */
  readonly follow: number | null;
  /** True where no row can take the focus: the list itself then does, to be scrolled by keys. */
  readonly focusable?: boolean;
}

/** Rows kept ready above and below the visible ones. */
const SPARE = 8;

export function Windowed({ label, className, heights, row, follow, focusable = false }: WindowedProps): ReactElement {
  const ref = useRef<HTMLDivElement>(null);
  const { height } = useSize(ref);
  const [scrollTop, setScrollTop] = useState(0);
  const tops = useMemo(() => offsets(heights), [heights]);
  const total = tops.at(-1) ?? 0;
  useFollow(ref, { tops, follow, height });
  const first = Math.max(0, rowAt(tops, scrollTop) - SPARE);
  const last = Math.min(heights.length - 1, rowAt(tops, scrollTop + height) + SPARE);
  const visible = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
  return (
    <div
      ref={ref}
      tabIndex={focusable ? 0 : undefined}
      className={`${styles.scroller} ${className ?? ''}`}
      onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
    >
      <ol className={styles.rows} style={{ height: total }} aria-label={label}>
        {visible.map((i) => (
          <li
            key={i}
            className={styles.row}
            style={{ top: tops[i], height: heights[i] }}
            aria-setsize={heights.length}
            aria-posinset={i + 1}
          >
            {row(i)}
          </li>
        ))}
      </ol>
    </div>
  );
}

/** Tops of the rows, and last the height of all. */
function offsets(heights: readonly number[]): readonly number[] {
  let top = 0;
  return [...heights.map((height) => (top += height) - height), top];
}

/** The row at a height, by bisection. */
function rowAt(tops: readonly number[], y: number): number {
  let low = 0;
  let high = Math.max(0, tops.length - 2);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((tops[middle] ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

interface Followed {
  readonly tops: readonly number[];
  readonly follow: number | null;
  /** Of the list: where it becomes smaller, the row must not be left outside. */
  readonly height: number;
}

function useFollow(ref: RefObject<HTMLDivElement | null>, { tops, follow, height }: Followed): void {
  useEffect(() => {
    const list = ref.current;
    if (list === null || follow === null || height === 0 || list.matches(':hover')) return;
    const top = tops[follow] ?? 0;
    const bottom = tops[follow + 1] ?? top;
    const margin = Math.min(60, height / 4);
    if (top - margin < list.scrollTop) list.scrollTop = top - margin;
    else if (bottom + margin > list.scrollTop + height) list.scrollTop = bottom + margin - height;
  }, [ref, tops, follow, height]);
}
