/** The line between two panels: a hairline to the eye, wide enough for a pointer, moved by arrow keys too. */
import type { ReactElement } from 'react';
import { Separator } from 'react-resizable-panels';
import styles from './Splitter.module.css';

export function Splitter({ label, strong = false }: { readonly label: string; readonly strong?: boolean }): ReactElement {
  return <Separator className={`${styles.splitter} ${strong ? styles.strong : ''}`} aria-label={label} />;
}
