/**
 * The frame both zooms share: nodes in two columns that face each other over a gutter, wrapped into rows, each with the wire
 * of its row, and a trunk where there are more rows than one.
 */
import type { Box } from './scene-types.ts';
import { placeColumns, sideOf, type ColumnSizes, type PlacedColumns, type Side } from './columns.geom.ts';
import type { SceneInput } from './scene-builder.ts';
import type { NodeWorld } from './world.ts';

export interface FrameSizes extends ColumnSizes {
  /** Between the two columns of nodes. */
  readonly gutter: number;
  readonly padding: number;
  readonly nodeHeight: number;
  /** Top of one row to top of the next. */
  readonly rowPitch: number;
}

/** A node and where its parts may stand. */
export interface PlacedNode {
  readonly node: NodeWorld;
  readonly index: number;
  readonly row: number;
  readonly side: Side;
  readonly box: Box;
  /** Left edge of the columns it was opened with: its own devices are placed from here. */
  readonly x0: number;
  readonly columns: PlacedColumns;
}

/** Absolute place of a column. */
export interface ColumnBox {
  readonly x: number;
  readonly w: number;
}

export function placeNodes(input: SceneInput, sizes: FrameSizes): readonly PlacedNode[] {
  const byName = new Map(input.world.nodes.map((node) => [node.view.name, node]));
  return [...input.memory.nodes.keys()].flatMap((name, index) => {
    const node = byName.get(name);
    const memory = input.memory.nodes.get(name);
    if (node === undefined || memory === undefined) return [];
    const side = sideOf(index);
    const columns = placeColumns(memory, side, sizes);
    const row = Math.floor(index / 2);
    const x0 = side === 'left' ? -sizes.gutter / 2 - sizes.padding - columns.inner : sizes.gutter / 2 + sizes.padding;
    const box = {
      x: x0 + columns.left - sizes.padding,
      y: row * sizes.rowPitch,
      w: columns.right - columns.left + 2 * sizes.padding,
      h: sizes.nodeHeight,
    };
    return [{ node, index, row, side, box, x0, columns }];
  });
}

export function columnOf({ x0, columns }: PlacedNode, key: string): ColumnBox | null {
  const column = columns.at.get(key);
  return column === undefined ? null : { x: x0 + column.x, w: column.w };
}
