/** Rules as iptables-save prints them, with the lines this packet has met marked. */
import type { ReactElement } from 'react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { SaveLine } from './save-lines.ts';
import { useScale } from '../kit/useScale.ts';
import { Windowed } from './Windowed.tsx';
import styles from './SaveView.module.css';

export interface SaveViewProps {
  readonly lines: readonly SaveLine[];
  readonly label: string;
}

export function SaveView({ lines, label }: SaveViewProps): ReactElement {
  const { t } = useTranslation();
  const scale = useScale();
  const heights = useMemo(() => lines.map(() => Math.round(19 * scale)), [lines, scale]);
  const now = lines.findIndex((line) => line.fate === 'now');
  return (
    <div className={styles.save}>
      <p className={styles.caption}>
        <code># iptables-save -c</code> {t('journey.stage.counters')}
      </p>
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
