/** What the journey asks of the engine beyond snapshots and traces: pure readers of what a trace holds. */
import { expandRun as unmatchedRules } from '../../cluster/explain.ts';
import type { ExpandRun } from './model.ts';

export const expandRun: ExpandRun = (run) =>
  unmatchedRules(run).map(({ rule, number, failed }) => ({
    rule: { table: run.table, chain: run.chain.name, number, text: rule.text },
    failed,
  }));
