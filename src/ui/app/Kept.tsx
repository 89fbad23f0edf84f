/**
 * A region that outlives the arrangement it stands in: it is rendered once, into an element of its own, and the arrangements
 * take that element in. So a map keeps its camera and an editor its undo history when the window is arranged anew.
 */
import { useLayoutEffect, useRef, useState, type ReactElement, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { assertExists } from '../../lib/assert.ts';
import styles from './Region.module.css';

export interface Kept {
  /** The element to take in, with `Place`. */
  readonly host: HTMLElement;
  /** Rendered once, wherever the element is. */
  readonly content: ReactNode;
}

export function useKept(content: ReactNode): Kept {
  const [host] = useState(() => {
    const element = document.createElement('div');
    element.className = styles.kept ?? '';
    return element;
  });
  return { host, content: createPortal(content, host) };
}

/** Where a kept region is shown now. */
export function Place({ kept: { host } }: { readonly kept: Kept }): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    assertExists(place.current, 'a place is in the page before its effects run').append(host);
  }, [host]);
  return <div ref={place} className={styles.kept} />;
}
