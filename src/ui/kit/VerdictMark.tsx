/**
 * The marks that tell a verdict by shape first, then by colour: a disc accepts, an arrow jumps, a diamond rewrites, a slashed
 * ring did not match, an octagon drops, a bullseye is delivered. Drawn on a 14 px grid, so they also nest in other SVGs.
 */
import type { ReactElement } from 'react';
import styles from './VerdictMark.module.css';

export type Verdict =
  | 'accept'
  | 'jump'
  | 'goto'
  | 'return'
  | 'rewrite'
  | 'unmatched'
  | 'notReached'
  | 'drop'
  | 'reject'
  | 'timeout'
  | 'delivered'
  | 'sealed'
  | 'route'
  | 'conntrack'
  | 'device'
  | 'socket';

const SHAPES: Readonly<Record<Verdict, ReactElement>> = {
  accept: (
    <>
      <circle cx="7" cy="7" r="6.5" className={styles.accent} />
      <path d="M3.9 7.3 6.1 9.4 10.2 4.9" className={styles.onAccent} />
    </>
  ),
  jump: <path d="M.8 2h7.2l5.2 5-5.2 5H.8Z" className={styles.kernel} />,
  goto: <path d="M.8 2h7.2l5.2 5-5.2 5H.8Z" className={styles.kernelLine} />,
  return: <path d="M13.2 2H6L.8 7 6 12h7.2Z" className={styles.kernelLine} />,
  rewrite: (
    <>
      <path d="M7 .3 13.7 7 7 13.7.3 7Z" className={styles.accent} />
      <circle cx="7" cy="7" r="2.5" className={styles.mark} />
    </>
  ),
  unmatched: (
    <>
      <circle cx="7" cy="7" r="5.6" className={styles.none} />
      <path d="M3.2 10.8 10.8 3.2" className={styles.none} />
    </>
  ),
  notReached: <circle cx="7" cy="7" r="2" className={styles.faint} />,
  drop: (
    <>
      <path d="M4.3.5h5.4l3.8 3.8v5.4l-3.8 3.8H4.3L.5 9.7V4.3Z" className={styles.drop} />
      <path d="M4.7 4.7l4.6 4.6M9.3 4.7 4.7 9.3" className={styles.onDrop} />
    </>
  ),
  reject: (
    <>
      <path d="M4.6 1.2h4.8l3.4 3.4v4.8l-3.4 3.4H4.6L1.2 9.4V4.6Z" className={styles.dropLine} />
      <path d="M9.7 7H4.6M6.8 4.8 4.5 7l2.3 2.2" className={styles.dropLine} />
    </>
  ),
  timeout: (
    <>
      <circle cx="7" cy="7" r="5.8" className={styles.dropLine} strokeDasharray="2.6 2" />
      <path d="M7 3.8V7l2.2 1.5" className={styles.dropLine} />
    </>
  ),
  delivered: (
    <>
      <circle cx="7" cy="7" r="5.9" className={styles.accentLine} />
      <circle cx="7" cy="7" r="3.2" className={styles.accent} />
    </>
  ),
  sealed: (
    <>
      <rect x=".8" y="2.3" width="12.4" height="9.4" rx="1" className={styles.envelope} />
      <path d="M.9 3 7 7.8 13.1 3" className={styles.envelope} />
    </>
  ),
  route: <path d="M7 1.2 12.8 7 7 12.8 1.2 7Z" className={styles.inkLine} />,
  conntrack: (
    <>
      <circle cx="4.5" cy="7" r="3.2" className={styles.inkLine} />
      <circle cx="9.5" cy="7" r="3.2" className={styles.inkLine} />
    </>
  ),
  device: <rect x="3" y="3" width="8" height="8" rx="1" className={styles.ink} />,
  socket: <path d="M2 7a5 5 0 0 1 10 0M2 7h10M7 7v5" className={styles.inkLine} />,
};

export interface VerdictMarkProps {
  readonly verdict: Verdict;
  /** Size in px before the theme's scale. */
  readonly size?: number;
  /** What it says to a screen reader; without it the mark is decoration beside its text. */
  readonly label?: string;
  /** Position when nested in another SVG. */
  readonly x?: number;
  readonly y?: number;
}

export function VerdictMark({ verdict, size = 14, label, x, y }: VerdictMarkProps): ReactElement {
  const named = label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label };
  const scaled =
    x === undefined ? { style: { width: `calc(${size}px * var(--scale))`, height: `calc(${size}px * var(--scale))` } } : {};
  return (
    <svg className={styles.verdict} width={size} height={size} viewBox="0 0 14 14" x={x} y={y} {...scaled} {...named}>
      {SHAPES[verdict]}
    </svg>
  );
}
