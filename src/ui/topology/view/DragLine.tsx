/** The packet under way from where the drag began to the pointer. */
import type { ReactElement } from 'react';
import type { DragState } from './drag-send.ts';
import styles from './Topology.module.css';

export function DragLine({ drag }: { readonly drag: DragState | null }): ReactElement | null {
  if (drag === null) return null;
  const { start, end, drop } = drag;
  return (
    <svg className={`kh-map ${styles.overlay}`} aria-hidden="true">
      <path d={`M${start.x} ${start.y}L${end.x} ${end.y}`} className={drop === null ? 'path-next' : 'path'} />
      <circle cx={start.x} cy={start.y} r={4} className="pk" />
      <rect x={end.x - 13} y={end.y - 9} width={26} height={18} rx={4} className="pk" />
    </svg>
  );
}
