/**
 * The hop list's outline: runs of steps in one namespace, and within them one line per thing that is no rule and one line
 * per table that a hook ran.
 *
 * Tables that decided nothing are joined (`OUTPUT nat, filter  nothing matches`), tables without rules are not named.
 */
import { assertExists } from '../../lib/assert.ts';
import type { IpAddr } from '../../lib/ip.ts';
import type { JourneyStep } from './model.ts';
import type { Hook, TableName } from './trace-types.ts';

/** What a hook's tables came to, for the line that stands for them. */
export type HookSummary =
  | { readonly kind: 'nat'; readonly manip: 'source' | 'destination'; readonly addr: IpAddr; readonly port: number }
  | { readonly kind: 'dropped'; readonly chain: string; readonly number: number | null }
  | { readonly kind: 'rejected'; readonly chain: string; readonly number: number | null }
  | { readonly kind: 'accepted'; readonly chain: string; readonly number: number }
  | { readonly kind: 'marked'; readonly mark: number }
  | { readonly kind: 'nothing' }
  /** No rule is loaded that this packet could meet. */
  | { readonly kind: 'empty' };

export type JourneyItem =
  | { readonly kind: 'step'; readonly from: number; readonly to: number }
  | {
      readonly kind: 'hook';
      readonly hook: Hook;
      readonly tables: readonly TableName[];
      readonly via: 'ip' | 'bridge';
      readonly from: number;
      readonly to: number;
      readonly summary: HookSummary;
      readonly notable: number;
    };

export interface JourneyGroup {
  readonly node: string;
  readonly netns: string;
  readonly kind: 'root' | 'pod' | 'wire';
  readonly attempt: number;
  /** The query its steps belong to, where a name is looked up. */
  readonly question: string | null;
  readonly from: number;
  readonly to: number;
  readonly items: readonly JourneyItem[];
}

/** The outline of a walk. */
export function groupSteps(steps: readonly JourneyStep[]): readonly JourneyGroup[] {
  return runs(steps, sameGroup).map((run) => {
    const first = firstOf(run);
    return {
      node: first.at.node,
      netns: first.at.netns,
      kind: first.at.netns === '' ? 'wire' : first.at.netns === 'root' ? 'root' : 'pod',
      attempt: first.attempt,
      question: first.question,
      from: first.index,
      to: lastOf(run).index,
      items: runs(run, sameHookRun).flatMap(itemsOf),
    };
  });
}

function sameGroup(a: JourneyStep, b: JourneyStep): boolean {
  return a.at.node === b.at.node && a.at.netns === b.at.netns && a.attempt === b.attempt && a.question === b.question;
}

/** Steps of one pass of one packet through one hook. */
function sameHookRun(a: JourneyStep, b: JourneyStep): boolean {
  return a.at.hook !== null && a.at.hook === b.at.hook && a.packet.id === b.packet.id && b.step.kind !== 'nf.hook';
}

function itemsOf(run: readonly JourneyStep[]): readonly JourneyItem[] {
  const first = firstOf(run);
  const hook = first.at.hook;
  if (hook === null) return run.map((step) => ({ kind: 'step', from: step.index, to: step.index }));
  const via = first.step.kind === 'nf.hook' ? first.step.via : 'ip';
  return joinQuiet(tableParts(run)).map((part) => ({
    kind: 'hook',
    hook,
    tables: part.tables,
    via,
    from: firstOf(part.steps).index,
    to: lastOf(part.steps).index,
    summary: part.summary,
    notable: notableOf(part.steps),
  }));
}

interface Part {
  readonly tables: readonly TableName[];
  readonly steps: readonly JourneyStep[];
  readonly summary: HookSummary;
}

/** Cuts a hook's steps by table; what belongs to no table goes with the table that follows it. */
function tableParts(run: readonly JourneyStep[]): readonly Part[] {
  const parts: { table: TableName | null; steps: JourneyStep[] }[] = [];
  let waiting: JourneyStep[] = [];
  for (const step of run) {
    const table = step.at.table;
    const last = parts.at(-1);
    if (table === null) waiting.push(step);
    else if (last?.table === table) last.steps.push(...waiting.splice(0), step);
    else {
      parts.push({ table, steps: [...waiting, step] });
      waiting = [];
    }
  }
  const last = parts.at(-1);
  if (last === undefined) parts.push({ table: null, steps: waiting });
  else last.steps.push(...waiting);
  return parts.map(({ table, steps }) => {
    const summary = summarise(steps);
    return { tables: table === null || summary.kind === 'empty' ? [] : [table], steps, summary };
  });
}

/** Joins neighbours that decided nothing, and tables without rules to whatever stands beside them. */
function joinQuiet(parts: readonly Part[]): readonly Part[] {
  const joined: Part[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last !== undefined && mayJoin(last.summary, part.summary)) {
      joined[joined.length - 1] = {
        tables: [...last.tables, ...part.tables],
        steps: [...last.steps, ...part.steps],
        summary: last.summary.kind === 'empty' ? part.summary : last.summary,
      };
    } else joined.push(part);
  }
  return joined;
}

function mayJoin(a: HookSummary, b: HookSummary): boolean {
  const quiet = (summary: HookSummary): boolean => summary.kind === 'nothing' || summary.kind === 'empty';
  return (quiet(a) && quiet(b)) || a.kind === 'empty' || b.kind === 'empty';
}

function summarise(steps: readonly JourneyStep[]): HookSummary {
  let best: HookSummary = { kind: 'empty' };
  for (const step of steps) {
    const summary = summaryOf(step);
    if (RANK[summary.kind] > RANK[best.kind]) best = summary;
  }
  return best;
}

const RANK: Readonly<Record<HookSummary['kind'], number>> = {
  empty: 0,
  nothing: 1,
  marked: 2,
  accepted: 3,
  nat: 4,
  rejected: 5,
  dropped: 6,
};

function summaryOf({ step, nat }: JourneyStep): HookSummary {
  if (nat !== null) return { kind: 'nat', manip: nat.manip, addr: nat.to.addr, port: nat.to.port };
  if (step.kind === 'nf.run') return { kind: 'nothing' };
  if (step.kind === 'nf.end')
    return step.policy === 'DROP' ? { kind: 'dropped', chain: step.chain, number: null } : { kind: 'empty' };
  if (step.kind !== 'nf.rule') return { kind: 'empty' };
  const { chain, number } = step.rule;
  switch (step.verdict) {
    case 'DROP':
      return { kind: 'dropped', chain, number };
    case 'REJECT':
      return { kind: 'rejected', chain, number };
    case 'ACCEPT':
      return { kind: 'accepted', chain, number };
    case 'MARK':
      return { kind: 'marked', mark: step.mark };
    default:
      return { kind: 'nothing' };
  }
}

/** The step that tells a hook's story when only one is shown: what decided, else where it ended. */
function notableOf(steps: readonly JourneyStep[]): number {
  let best = lastOf(steps);
  let rank = 1;
  for (const step of steps) {
    const own = RANK[summaryOf(step).kind];
    if (own > rank) [best, rank] = [step, own];
  }
  return best.index;
}

/** Cuts a list where `together` says no. */
function runs(
  steps: readonly JourneyStep[],
  together: (a: JourneyStep, b: JourneyStep) => boolean,
): readonly (readonly JourneyStep[])[] {
  const found: JourneyStep[][] = [];
  for (const step of steps) {
    const last = found.at(-1);
    const before = last?.at(-1);
    if (last !== undefined && before !== undefined && together(before, step)) last.push(step);
    else found.push([step]);
  }
  return found;
}

function firstOf(steps: readonly JourneyStep[]): JourneyStep {
  return assertExists(steps[0], 'a run of steps is never empty');
}

function lastOf(steps: readonly JourneyStep[]): JourneyStep {
  return assertExists(steps.at(-1), 'a run of steps is never empty');
}
