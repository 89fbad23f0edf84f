/** `ip route replace` (fib_table_insert with NLM_F_REPLACE and NLM_F_CREATE): in the place of one with the same destination and metric, or new. */
import type { Provenance } from '../../lib/provenance.ts';
import type { Result } from '../../lib/result.ts';
import type { Netns } from '../netns.ts';
import type { RouteSpec } from './fib.ts';
import { checkNexthop } from './nexthop.ts';

export function replaceRoute(netns: Netns, spec: RouteSpec, by: Provenance): Result<void, string> {
  const { dst, metric = 0, table = 'main' } = spec;
  const checked = checkNexthop(netns, spec);
  if (!checked.ok) return checked;
  netns.fib.remove({ dst, metric, table });
  return netns.addRoute(spec, by);
}
