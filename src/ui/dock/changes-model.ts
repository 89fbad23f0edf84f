/** A diff of the world as the table of "what changed": actors down, nodes across, counts in the cells. */
import type { ChangeItem, WorldDiff } from '../../cluster/snapshot.ts';

/** `+12 chains`: one kind of change of one kind of thing. */
export interface ChangeCount {
  readonly op: ChangeItem['op'];
  readonly what: string;
  readonly count: number;
}

export interface ChangeCell {
  readonly actor: string;
  /** Null for the control plane. */
  readonly node: string | null;
  readonly counts: readonly ChangeCount[];
  readonly items: readonly ChangeItem[];
}

export interface ChangeTable {
  /** Actors of the control plane: one cell across all nodes. */
  readonly control: readonly ChangeCell[];
  /** Nodes on which something changed, in the order of the diff. */
  readonly nodes: readonly string[];
  /** Actors on nodes; a cell is null where that actor changed nothing on that node. */
  readonly rows: readonly { readonly actor: string; readonly cells: readonly (ChangeCell | null)[] }[];
}

const OPS: readonly ChangeItem['op'][] = ['added', 'changed', 'removed'];

function counts(items: readonly ChangeItem[]): readonly ChangeCount[] {
  const whats = [...new Set(items.map((item) => item.what))];
  return whats.flatMap((what) =>
    OPS.flatMap((op) => {
      const count = items.filter((item) => item.what === what && item.op === op).length;
      return count === 0 ? [] : [{ op, what, count }];
    }),
  );
}

export function changeTable(diff: WorldDiff): ChangeTable {
  const cells = diff.groups
    .filter((group) => group.items.length > 0)
    .map((group): ChangeCell => ({ ...group, counts: counts(group.items) }));
  const nodes = [...new Set(cells.flatMap(({ node }) => (node === null ? [] : [node])))].sort();
  const actors = [...new Set(cells.filter(({ node }) => node !== null).map(({ actor }) => actor))];
  return {
    control: cells.filter(({ node }) => node === null),
    nodes,
    rows: actors.map((actor) => ({
      actor,
      cells: nodes.map((node) => cells.find((cell) => cell.actor === actor && cell.node === node) ?? null),
    })),
  };
}
