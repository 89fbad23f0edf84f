/** Sizes of kernel zoom, and its columns: the first at the inner end of the Pods' side, each next one further out. */
import type { Side } from './columns.geom.ts';
import type { Column } from './layout-memory.ts';
import type { FrameSizes } from './node-frame.geom.ts';

export const FRAME: FrameSizes = {
  pod: 148,
  fold: 95,
  gap: 12,
  minInner: 436,
  padding: 10,
  gutter: 120,
  nodeHeight: 272,
  rowPitch: 340,
};

/** The root namespace's wall. */
export const NS = { top: 116, bottom: 262 };

/** The wire's height in a row: NICs, tunnel, the upper hooks and the bridge stand on this line. */
export const WIRE_Y = 176;

/** Place of the i-th column: from the inner end outward. */
export function columnOutward(
  columns: readonly Column[],
  index: number,
  side: Side,
  x0: number,
): { readonly x: number; readonly w: number } {
  const width = (column: Column | undefined): number => (column?.fold === true ? FRAME.fold : FRAME.pod);
  let offset = 0;
  for (const column of columns.slice(0, index)) offset += width(column) + FRAME.gap;
  const w = width(columns[index]);
  // The first column is always as wide as a Pod's, so a fold in it stands over the bridge's end.
  const inset = index === 0 ? 0 : Math.max(0, FRAME.pod - width(columns[0]));
  const from = offset + inset;
  return side === 'left' ? { x: x0 + FRAME.pod - from - w, w } : { x: x0 + FRAME.minInner - FRAME.pod + from, w };
}
