/** A small label that says what kind a thing is, in the kind's colour and form (a Service's is dashed nowhere but outlined). */
import type { ReactElement, ReactNode } from 'react';
import styles from './Chip.module.css';

export interface ChipProps {
  readonly kind?: 'plain' | 'node' | 'pod' | 'service' | 'kernel' | 'accent' | 'drop';
  readonly children: ReactNode;
}

export function Chip({ kind = 'plain', children }: ChipProps): ReactElement {
  const dotted = kind === 'node' || kind === 'pod' || kind === 'accent' || kind === 'drop';
  return (
    <span className={`${styles.chip} ${styles[kind]}`}>
      {dotted ? <i className={styles.dot} /> : null}
      {children}
    </span>
  );
}

/** A number beside a tab's name. */
export function Count({ children }: { readonly children: ReactNode }): ReactElement {
  return <span className={styles.count}>{children}</span>;
}
