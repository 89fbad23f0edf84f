/**
 * Two panels and the line between them: one keeps the size it was given, the other takes the rest. The line is a hairline to the
 * eye and wide enough for a pointer; arrows move it too, Home and End as far as it goes, a double click back. Limits are CSS, so
 * that a window made smaller needs no script. The size the user chose is kept.
 */
import {
  useCallback,
  useEffect,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement,
  type ReactNode,
} from 'react';
import { layoutStorage } from './layout-storage.ts';
import { movedSize, sizeOf, type SplitBounds } from './split.geom.ts';
import styles from './Split.module.css';

export interface SplitProps {
  /** Under which the size is kept. */
  readonly id: string;
  /** Says what the line resizes. */
  readonly label: string;
  readonly axis: 'columns' | 'rows';
  /** Which of the two has the size; the other takes the rest. */
  readonly sized: 'first' | 'second';
  /** The size at first, and its limits: CSS pixels, and a share of both. `min(…)` in CSS is kept in pixels once it was changed. */
  readonly size: number | `${number}%` | `min(${string})`;
  readonly min: number;
  readonly maxShare: number;
  /** The least the other takes, in pixels. */
  readonly rest: number;
  /** A line that parts more than the others. */
  readonly strong?: boolean;
  readonly first: ReactNode;
  readonly second: ReactNode;
}

export function Split(props: SplitProps): ReactElement {
  const { label, axis, sized, min, maxShare, rest, strong = false, first, second } = props;
  const { size, choose, reset } = useKeptSize(props);
  const box = useRef<HTMLDivElement>(null);
  const line = useLine(props, box, choose);
  const limits = { '--size': size, '--min': `${min}px`, '--max': `${maxShare * 100}%`, '--rest': `${rest + 1}px` };
  return (
    <div ref={box} className={`${styles.split} ${styles[axis]} ${styles[sized]}`} style={limits as CSSProperties}>
      <div className={styles.panel}>{first}</div>
      <div
        role="separator"
        tabIndex={0}
        aria-label={label}
        aria-orientation={axis === 'columns' ? 'vertical' : 'horizontal'}
        className={`${styles.line} ${strong ? styles.strong : ''}`}
        onDoubleClick={reset}
        {...line}
      />
      <div className={styles.panel}>{second}</div>
    </div>
  );
}

function useKeptSize({ id, size }: SplitProps): {
  readonly size: string;
  readonly choose: (size: string) => void;
  readonly reset: () => void;
} {
  const first = typeof size === 'number' ? `${size}px` : size;
  const key = `kubehop.split.${id}`;
  const [chosen, setChosen] = useState(() => /^\d+(\.\d+)?(px|%)$/.exec(layoutStorage.getItem(key) ?? '')?.[0] ?? null);
  const choose = useCallback(
    (next: string) => {
      setChosen(next);
      layoutStorage.setItem(key, next);
    },
    [key],
  );
  return { size: chosen ?? first, choose, reset: () => choose(first) };
}

const KEY_STEP_PX = 16;

/** What moves the line, and tells where it is. */
function useLine(props: SplitProps, box: { readonly current: HTMLDivElement | null }, choose: (size: string) => void) {
  const { axis, sized, min, maxShare, rest, size } = props;
  const line = useRef<HTMLDivElement>(null);
  const inShare = typeof size === 'string' && size.endsWith('%');
  const bounds = (): SplitBounds & { readonly start: number; readonly now: number } => {
    const whole = box.current?.getBoundingClientRect() ?? new DOMRect();
    const at = line.current?.getBoundingClientRect() ?? new DOMRect();
    const [start, total, position] =
      axis === 'columns' ? [whole.left, whole.width, at.left] : [whole.top, whole.height, at.top];
    const now = sized === 'first' ? position - start : start + total - position - 1;
    return { start, total, now, min, max: Math.max(min, Math.min(total * maxShare, total - rest - 1)) };
  };
  const tell = (): void => {
    const { total, now, min: least, max } = bounds();
    const share = (px: number): string => String(total === 0 ? 0 : Math.round((px / total) * 100));
    line.current?.setAttribute('aria-valuemin', share(least));
    line.current?.setAttribute('aria-valuemax', share(max));
    line.current?.setAttribute('aria-valuenow', share(now));
  };
  // In the next frame, which lays the page out anyway: asked here, it would be laid out once more.
  useEffect(() => {
    const frame = requestAnimationFrame(tell);
    return () => cancelAnimationFrame(frame);
  });
  const move = (px: number): void => {
    const next = sizeOf(px, bounds(), inShare);
    box.current?.style.setProperty('--size', next);
    choose(next);
  };
  return {
    ref: line,
    onFocus: tell,
    onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
      if (event.button === 0) event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLDivElement>) => {
      if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
      const { start, total } = bounds();
      const position = axis === 'columns' ? event.clientX : event.clientY;
      move(sized === 'first' ? position - start : start + total - position);
    },
    onKeyDown: (event: KeyboardEvent) => {
      const next = movedSize(event.key, { axis, sized }, bounds(), KEY_STEP_PX);
      if (next === null) return;
      move(next);
      event.preventDefault();
    },
  };
}
