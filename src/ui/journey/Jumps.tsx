/** The lines of the shelf: from each matched jump to the chain it opened, drawn in the gutter between two columns. */
import { useLayoutEffect, useRef, useState, type ReactElement } from 'react';
import type { ShelfChain } from './shelf.ts';
import styles from './Shelf.module.css';

interface Line {
  readonly id: string;
  readonly path: string;
  readonly tip: string;
}

/** Where chains' headings stand, from their top. */
const HEADING = 15;

/** Lies over its parent, which holds the chains. */
export function Jumps({ chains }: { readonly chains: readonly ShelfChain[] }): ReactElement {
  const ref = useRef<SVGSVGElement>(null);
  const [lines, setLines] = useState<readonly Line[]>([]);
  useLayoutEffect(() => {
    const shelf = ref.current?.parentElement;
    if (shelf === null || shelf === undefined) return undefined;
    const measure = (): void => setLines(chains.flatMap((chain) => lineTo(shelf, chain) ?? []));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(shelf);
    // A chain grows when the font arrives or a rule gets its reason; the chains behind it then move.
    for (const chain of shelf.querySelectorAll('[data-chain]')) observer.observe(chain);
    return () => observer.disconnect();
  }, [chains]);
  return (
    <svg ref={ref} className={styles.jumps} aria-hidden>
      {lines.map(({ id, path, tip }) => (
        <g key={id}>
          <path d={path} className={styles.jump} />
          <path d={tip} className={styles.tip} />
        </g>
      ))}
    </svg>
  );
}

/** Null while one of the two ends is not drawn. */
function lineTo(shelf: Element, chain: ShelfChain): Line | null {
  if (chain.from === null) return null;
  const rule = shelf.querySelector(`[data-rule="${CSS.escape(`${chain.from.id} ${chain.from.number}`)}"]`);
  const target = shelf.querySelector(`[data-chain="${CSS.escape(chain.id)}"]`);
  if (rule === null || target === null) return null;
  const origin = shelf.getBoundingClientRect();
  const from = rule.getBoundingClientRect();
  const to = target.getBoundingClientRect();
  const x1 = from.right - origin.left + 1;
  const y1 = (from.top + from.bottom) / 2 - origin.top;
  const x2 = to.left - origin.left - 5;
  const y2 = to.top - origin.top + HEADING;
  // One above the other: the rule names the chain that stands beneath.
  if (x2 < x1) return null;
  return {
    id: chain.id,
    path: `M${x1} ${y1}C${x1 + 12} ${y1} ${x2 - 8} ${y2} ${x2} ${y2}`,
    tip: `M${x2 - 1} ${y2 - 4}l6 4l-6 4Z`,
  };
}
