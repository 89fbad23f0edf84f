/**
 * Where columns stand: those a node was opened with fill it from the left, folded groups at its right; what comes later takes
 * the room that is left and then grows outward, away from the middle of the map, so that nothing has to move.
 */
import type { NodeColumns } from './layout-memory.ts';

export interface ColumnSizes {
  readonly pod: number;
  readonly fold: number;
  readonly gap: number;
  /** Inner width of a node that has few Pods: its own devices need it. */
  readonly minInner: number;
}

/** x relative to the left edge of the columns the node was opened with. */
export interface PlacedColumns {
  readonly at: ReadonlyMap<string, { readonly x: number; readonly w: number }>;
  /** Inner width when opened; the node's own devices stand within it. */
  readonly inner: number;
  /** The outermost edges by now: `left` ≤ 0, `right` ≥ inner. */
  readonly left: number;
  readonly right: number;
}

/** Nodes stand in two columns that grow away from each other. */
export type Side = 'left' | 'right';

export function sideOf(nodeIndex: number): Side {
  return nodeIndex % 2 === 0 ? 'left' : 'right';
}

export function placeColumns(node: NodeColumns, side: Side, sizes: ColumnSizes): PlacedColumns {
  const width = (column: { readonly fold: boolean }): number => (column.fold ? sizes.fold : sizes.pod);
  const opened = node.columns.slice(0, node.opened ?? node.columns.length);
  const inner = Math.max(sizes.minInner, totalWidth(opened.map(width), sizes.gap));
  const at = new Map<string, { x: number; w: number }>();
  let free = 0;
  let freeEnd = inner;
  for (const column of opened.filter((each) => !each.fold)) {
    at.set(column.key, { x: free, w: width(column) });
    free += width(column) + sizes.gap;
  }
  for (const column of opened.filter((each) => each.fold).toReversed()) {
    freeEnd -= width(column);
    at.set(column.key, { x: freeEnd, w: width(column) });
    freeEnd -= sizes.gap;
  }
  let left = 0;
  let right = inner;
  for (const column of node.columns.slice(opened.length)) {
    const w = width(column);
    if (free + w <= freeEnd) {
      at.set(column.key, { x: free, w });
      free += w + sizes.gap;
    } else if (side === 'left') {
      left -= sizes.gap + w;
      at.set(column.key, { x: left, w });
    } else {
      // Without folds at its end the node has no edge yet: the column may begin in what is left of the room.
      const x = freeEnd === inner && right === inner ? Math.min(free, right + sizes.gap) : right + sizes.gap;
      at.set(column.key, { x, w });
      right = x + w;
    }
  }
  return { at, inner, left, right };
}

function totalWidth(widths: readonly number[], gap: number): number {
  return widths.reduce((sum, w) => sum + w, 0) + gap * Math.max(0, widths.length - 1);
}
