/**
 * One passage of a packet through the netfilter of a namespace: which hooks it meets, which it has met, and whose tables the
 * diagram and the shelf show at a step.
 */
import type { HookItem } from './hop-rows.ts';
import type { JourneyModel, JourneyStep } from './model.ts';
import type { Hook, TableName } from './trace-types.ts';

export type Met = 'current' | 'met' | 'next' | 'none';

export interface HookPass {
  readonly node: string;
  readonly netns: string;
  /** Hooks in the order this packet meets them here. */
  readonly hooks: readonly Hook[];
  /** How far the walk has come in each hook. */
  readonly states: ReadonlyMap<Hook, Met>;
  /** The same for each table, by `HOOK table`. */
  readonly tables: ReadonlyMap<string, Met>;
  /** First step in each hook and table, by `HOOK` and `HOOK table`. */
  readonly firstSteps: ReadonlyMap<string, number>;
  readonly via: 'ip' | 'bridge';
  readonly iif: string | null;
  readonly oif: string | null;
  /** The process that sent or takes the packet here; null when it only passes. */
  readonly process: string | null;
  /** What the shelf shows: the hook and table the step is in, else the last decided before it. */
  readonly focus: { readonly hook: Hook; readonly table: TableName; readonly steps: readonly JourneyStep[] } | null;
}

/** A namespace this packet never is in: the diagram as it stands, with nothing met. */
export function unmetPass(node: string, netns: string): HookPass {
  return {
    node,
    netns,
    hooks: [],
    states: new Map(),
    tables: new Map(),
    firstSteps: new Map(),
    via: 'ip',
    iif: null,
    oif: null,
    process: null,
    focus: null,
  };
}

/** The step by which a namespace is shown at `index`: the last one there so far, else the first to come; null when there is none. */
export function anchorIn(
  { steps }: JourneyModel,
  { node, netns }: { readonly node: string; readonly netns: string },
  index: number,
): JourneyStep | null {
  const inside = steps.filter(({ at }) => at.node === node && at.netns === netns && at.hook !== null);
  return inside.findLast((step) => step.index <= index) ?? inside[0] ?? null;
}

/** The passage that a step belongs to: its packet's steps in its namespace, without leaving it; `index` is where the walk stands. */
export function hookPass(journey: JourneyModel, step: JourneyStep, index: number = step.index): HookPass {
  const group = journey.groups.find(({ from, to }) => from <= step.index && step.index <= to);
  const own = journey.steps
    .slice(group?.from ?? step.index, (group?.to ?? step.index) + 1)
    .filter((each) => each.packet.id === step.packet.id);
  const hooked = own.filter((each) => each.at.hook !== null);
  const entry = own.flatMap(({ step: each }) => (each.kind === 'nf.hook' ? [each] : []));
  const items = (group?.items ?? []).filter((item) => item.kind === 'hook');
  const states = progress(hooked, index, ({ at }) => at.hook);
  return {
    node: step.at.node,
    netns: step.at.netns,
    hooks: [...states.keys()],
    states,
    tables: progress(hooked, index, ({ at }) => (at.hook === null || at.table === null ? null : `${at.hook} ${at.table}`)),
    firstSteps: firstSteps(hooked),
    via: entry[0]?.via ?? 'ip',
    iif: entry.find((each) => each.iif !== null)?.iif ?? null,
    oif: entry.findLast((each) => each.oif !== null)?.oif ?? null,
    process:
      own.flatMap(({ step: each }) =>
        each.kind === 'socket.send' || each.kind === 'socket.deliver' ? [each.process] : [],
      )[0] ?? null,
    focus: focusOf(journey, items, own, { step, isHere: index === step.index }),
  };
}

function progress<K extends string>(
  steps: readonly JourneyStep[],
  index: number,
  keyOf: (step: JourneyStep) => K | null,
): ReadonlyMap<K, Met> {
  const met = new Map<K, Met>();
  for (const step of steps) {
    const key = keyOf(step);
    if (key === null) continue;
    const before = met.get(key);
    if (step.index === index) met.set(key, 'current');
    else if (step.index < index) met.set(key, 'met');
    else if (before === undefined) met.set(key, 'next');
    else if (before === 'met' && isHeld(steps, index, key, keyOf)) met.set(key, 'current');
  }
  return met;
}

/** True while the step at `index` is between two of the key's, as conntrack is between two tables. */
function isHeld<K extends string>(
  steps: readonly JourneyStep[],
  index: number,
  key: K,
  keyOf: (step: JourneyStep) => K | null,
): boolean {
  const at = steps.find((step) => step.index === index);
  return at !== undefined && keyOf(at) === key;
}

function firstSteps(steps: readonly JourneyStep[]): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const { index, at } of steps) {
    if (at.hook === null) continue;
    for (const key of at.table === null ? [at.hook] : [at.hook, `${at.hook} ${at.table}`])
      if (!first.has(key)) first.set(key, index);
  }
  return first;
}

/** Prefers the table the step is in, then what the last hook decided, then the first hook ahead. */
function focusOf(
  journey: JourneyModel,
  items: readonly HookItem[],
  own: readonly JourneyStep[],
  { step, isHere }: { readonly step: JourneyStep; readonly isHere: boolean },
): HookPass['focus'] {
  const mine = items.filter((item) => own.some(({ index }) => index === item.from));
  const item = mine.findLast(({ from }) => from <= step.index) ?? mine[0];
  if (item === undefined) return null;
  const notable = journey.steps[item.notable];
  const here = isHere && item.from <= step.index && step.index <= item.to;
  const steps = journey.steps.slice(item.from, item.to + 1);
  const table =
    (here ? (step.at.table ?? steps.find((each) => each.index > step.index && each.at.table !== null)?.at.table) : null) ??
    notable?.at.table ??
    item.tables[0] ??
    null;
  return table === null ? null : { hook: item.hook, table, steps: steps.filter((each) => each.at.table === table) };
}
