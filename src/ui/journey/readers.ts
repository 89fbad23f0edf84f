/** What the journey asks of the engine beyond snapshots and traces: pure readers of what a trace holds. */
import { expandRun as expand } from '../../cluster/explain.ts';
import type { ExpandRun } from './model.ts';

export const expandRun: ExpandRun = (run) => expand(run);
