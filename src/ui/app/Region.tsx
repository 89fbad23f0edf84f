/** A region of the window: a landmark with a name, in a resizable panel. */
import type { ReactElement, ReactNode } from 'react';
import styles from './Region.module.css';

export interface RegionProps {
  readonly name: string;
  readonly children: ReactNode;
}

export function Region({ name, children }: RegionProps): ReactElement {
  return (
    <section className={styles.region} aria-label={name}>
      {children}
    </section>
  );
}
