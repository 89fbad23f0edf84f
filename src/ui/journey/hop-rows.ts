/** The hop list as rows: groups, lines, and the rules of the hooks that are open. */
import type { JourneyGroup, JourneyItem } from './groups.ts';
import type { JourneyModel, JourneyStep } from './model.ts';

export type HookItem = Extract<JourneyItem, { kind: 'hook' }>;

export type HopRow =
  /** What the client asks in the groups that follow, while it looks a name up. */
  | { readonly kind: 'question'; readonly text: string }
  | { readonly kind: 'group'; readonly group: JourneyGroup }
  | { readonly kind: 'hook'; readonly item: HookItem; readonly open: boolean }
  /** `indent` counts the guide lines before the mark. */
  | { readonly kind: 'step'; readonly step: JourneyStep; readonly indent: number };

/** The rows to show; `isOpen` says which hooks show their rules. */
export function hopRows(journey: JourneyModel, isOpen: (item: HookItem) => boolean): readonly HopRow[] {
  return journey.groups.flatMap((group, index) => [
    ...questionRows(group, journey.groups[index - 1]),
    { kind: 'group' as const, group },
    ...group.items.flatMap((item) => itemRows(journey, item, isOpen)),
  ]);
}

function questionRows({ question }: JourneyGroup, before: JourneyGroup | undefined): readonly HopRow[] {
  return question === null || question === before?.question ? [] : [{ kind: 'question', text: question }];
}

function itemRows(journey: JourneyModel, item: JourneyItem, isOpen: (item: HookItem) => boolean): readonly HopRow[] {
  if (item.kind === 'step') return stepRows(journey, item, 0);
  const open = isOpen(item);
  return [{ kind: 'hook', item, open }, ...(open ? stepRows(journey, item, 1) : [])];
}

/** The entry of a hook is its heading, not a row of its own. */
function stepRows({ steps }: JourneyModel, { from, to }: JourneyItem, base: number): readonly HopRow[] {
  return steps
    .slice(from, to + 1)
    .flatMap((step) =>
      base === 1 && step.step.kind === 'nf.hook'
        ? []
        : [{ kind: 'step' as const, step, indent: base === 0 ? 0 : base + step.depth }],
    );
}

/** The row that shows a step: its own, or the line of the closed hook it is in. */
export function rowOfStep(rows: readonly HopRow[], index: number): number | null {
  const own = rows.findIndex((row) => row.kind === 'step' && row.step.index === index);
  if (own !== -1) return own;
  const line = rows.findIndex((row) => row.kind === 'hook' && row.item.from <= index && index <= row.item.to);
  return line === -1 ? null : line;
}
