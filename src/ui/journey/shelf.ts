/**
 * The shelf: the chains one table of a hook was entered through, as columns by depth, with each rule's fate so far.
 *
 * Rules come from the trace; what was not reached is read from the rules loaded there. Long runs without a match are one gap.
 */
import type { FailedMatch } from '../../net/trace/trace.ts';
import type { JourneyStep } from './model.ts';
import type { Chain, RuleRef, RuleStep } from './trace-types.ts';

export type RowState = 'failed' | 'hit' | 'now' | 'ahead' | 'notReached';

export interface RuleRow {
  readonly kind: 'rule';
  readonly rule: RuleRef;
  readonly state: RowState;
  /** True when the walk stands here. */
  readonly now: boolean;
  readonly failed: FailedMatch | null;
  readonly step: JourneyStep | null;
  readonly matched: RuleStep | null;
}

export interface GapRow {
  readonly kind: 'gap';
  /** Rules tried without a match (with a step), or not reached (null). */
  readonly step: JourneyStep | null;
  readonly now: boolean;
  readonly from: number;
  readonly count: number;
}

export type ShelfRow = RuleRow | GapRow;

export interface ShelfChain {
  /** Unique on the shelf: a chain can be entered twice. */
  readonly id: string;
  readonly name: string;
  readonly depth: number;
  readonly rows: readonly ShelfRow[];
  /** Rules in the chain, when it is still loaded. */
  readonly count: number | null;
  /** The rule that jumped here. */
  readonly from: { readonly id: string; readonly number: number } | null;
}

interface OpenChain {
  readonly id: string;
  readonly name: string;
  readonly depth: number;
  readonly from: ShelfChain['from'];
  readonly rows: ShelfRow[];
}

/**
 * How many rules are shown of those in a row that did not match (of more, all but the last are one line, so that the match stays
 * in view), and of those behind the one that took the packet; and where there is no room.
 */
const IN_FULL = { failed: 3, notReached: 1 };
const IN_BRIEF = { failed: 0, notReached: 0 };

/** The chains entered by `steps` (one table of one hook) as they stand at `index`; in brief, what was not reached is counted. */
export function shelfChains(
  steps: readonly JourneyStep[],
  index: number,
  chainOf: (name: string) => Chain | null,
  brief = false,
): readonly ShelfChain[] {
  const opened: OpenChain[] = [];
  const atDepth: (OpenChain | undefined)[] = [];
  for (const step of steps) {
    const chain = step.at.chain;
    if (chain === null || step.step.kind === 'nat') continue;
    let open = atDepth[step.depth];
    if (open?.name !== chain) {
      const caller = atDepth[step.depth - 1];
      open = {
        id: `${chain} ${step.index}`,
        name: chain,
        depth: step.depth,
        from: caller === undefined || step.calledFrom === null ? null : { id: caller.id, number: step.calledFrom.number },
        rows: [],
      };
      opened.push(open);
      atDepth[step.depth] = open;
    }
    const row = rowOf(step, index);
    if (row !== null) open.rows.push(row);
    if (step.step.kind === 'nf.end') atDepth.length = step.depth;
  }
  return opened
    .map((open) => finish(open, chainOf(open.name), { index, brief }))
    .filter((chain, i) => i === 0 || entered(chain, opened, index));
}

/** A chain appears when the packet enters it, not before. */
function entered(chain: ShelfChain, opened: readonly OpenChain[], index: number): boolean {
  const own = opened.find(({ id }) => id === chain.id);
  return own !== undefined && own.rows.some((row) => row.step !== null && row.step.index <= index);
}

function rowOf(step: JourneyStep, index: number): ShelfRow | null {
  const now = step.index === index;
  const detail = step.step;
  if (step.expanded !== null) {
    const { rule, failed } = step.expanded;
    return {
      kind: 'rule',
      rule,
      failed,
      step,
      matched: null,
      now,
      state: now ? 'now' : step.index > index ? 'ahead' : 'failed',
    };
  }
  if (detail.kind === 'nf.run') return { kind: 'gap', step, now, from: detail.from, count: detail.count };
  if (detail.kind !== 'nf.rule') return null;
  const state = now ? 'now' : step.index > index ? 'ahead' : detail.matched ? 'hit' : 'failed';
  return { kind: 'rule', rule: detail.rule, failed: detail.failed, step, matched: detail.matched ? detail : null, now, state };
}

function folded(rows: readonly ShelfRow[], most: number): readonly ShelfRow[] {
  const result: ShelfRow[] = [];
  let run: RuleRow[] = [];
  const flush = (): void => {
    const last = run.at(-1);
    const first = run[0];
    if (run.length > most && first !== undefined && last !== undefined) {
      const gap = { kind: 'gap', step: first.step, now: false, from: first.rule.number } as const;
      if (most === 0) result.push({ ...gap, count: run.length });
      else result.push({ ...gap, count: run.length - 1 }, last);
    } else result.push(...run);
    run = [];
  };
  for (const row of rows) {
    if (row.kind === 'rule' && row.state === 'failed') run.push(row);
    else {
      flush();
      result.push(row);
    }
  }
  flush();
  return result;
}

interface Finishing {
  readonly index: number;
  readonly brief: boolean;
}

function finish(open: OpenChain, chain: Chain | null, { index, brief }: Finishing): ShelfChain {
  const { id, name, depth, from } = open;
  const shown = brief ? IN_BRIEF : IN_FULL;
  const rows = open.rows.filter((row) => row.step === null || row.step.index <= index || row.kind === 'rule');
  return {
    id,
    name,
    depth,
    from,
    count: chain?.rules.length ?? null,
    rows: [...folded(rows, shown.failed), ...notReached(open, chain, shown.notReached)],
  };
}

function notReached({ rows, name }: OpenChain, chain: Chain | null, most: number): readonly ShelfRow[] {
  const last = rows.at(-1);
  const reached = last === undefined ? 0 : last.kind === 'rule' ? last.rule.number : last.from + last.count - 1;
  const table = rows.find((row): row is RuleRow => row.kind === 'rule')?.rule.table;
  const rest = chain?.rules.slice(reached) ?? [];
  if (table === undefined || rest.length === 0) return [];
  const shown = rest.slice(0, rest.length === 1 ? 1 : most).map((rule, i): RuleRow => ({
    kind: 'rule',
    rule: { table, chain: name, number: reached + i + 1, text: rule.text },
    state: 'notReached',
    now: false,
    failed: null,
    step: null,
    matched: null,
  }));
  const hidden = rest.length - shown.length;
  return hidden === 0
    ? shown
    : [...shown, { kind: 'gap', step: null, now: false, from: reached + shown.length + 1, count: hidden }];
}
