/** The table as iptables-save prints it, with the lines this packet has met marked. */
import { useMemo, type ReactElement } from 'react';
import type { TableView } from '../store/views.ts';
import type { JourneyStep } from './model.ts';
import { saveLines } from './save-lines.ts';
import { useScale } from './useScale.ts';
import { Windowed } from './Windowed.tsx';
import styles from './SaveView.module.css';

export interface SaveViewProps {
  /** Null when the namespace is gone. */
  readonly table: TableView | null;
  readonly steps: readonly JourneyStep[];
  readonly index: number;
  readonly label: string;
}

export function SaveView({ table, steps, index, label }: SaveViewProps): ReactElement {
  const scale = useScale();
  const lines = useMemo(() => (table === null ? [] : saveLines(table, steps, index)), [table, steps, index]);
  const heights = useMemo(() => lines.map(() => Math.round(19 * scale)), [lines, scale]);
  const now = lines.findIndex((line) => line.fate === 'now');
  return (
    <div className={styles.save}>
      <Windowed
        label={label}
        focusable
        className={styles.lines}
        heights={heights}
        follow={now === -1 ? null : now}
        row={(i) => {
          const line = lines[i];
          return line === undefined ? null : <code className={`${styles.line} ${styles[line.fate]}`}>{line.text}</code>;
        }}
      />
    </div>
  );
}
