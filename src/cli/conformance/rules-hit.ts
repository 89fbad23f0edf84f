/**
 * Which rules' packet counters have moved, per node, as the recordings write them: `nat -A CHAIN …`.
 */
import type { ClusterSnapshot } from '../../cluster/snapshot.ts';
import type { NetfilterView } from '../../net/view.ts';

export function rulesHitOf(snapshot: ClusterSnapshot): ReadonlyMap<string, readonly string[]> {
  const hit = snapshot.nodes.map((node) => [node.name, linesOf(node.root.netfilter)] as const);
  return new Map(hit.filter(([, lines]) => lines.length > 0));
}

function linesOf({ ruleset, counters }: NetfilterView): readonly string[] {
  return (['nat', 'filter'] as const).flatMap((table) =>
    [...ruleset[table].chains.values()].flatMap((chain) =>
      chain.rules.flatMap((rule) => ((counters.get(rule.id)?.packets ?? 0) > 0 ? [`${table} ${rule.text}`] : [])),
    ),
  );
}
