/** Routes and neighbours as they were, and the command lines that bring back those that are missing. */
import type { Netns } from '../../net/netns.ts';
import type { RouteView } from '../../net/trace/trace.ts';
import type { NeighView } from '../../net/view.ts';

/** Routes of the main table, in the order of `ip route`. */
export function routesWhere(netns: Netns, picked: (route: RouteView) => boolean): readonly RouteView[] {
  return netns.fib.routes().filter((route) => route.table === 'main' && picked(route));
}

export function missingRoutes(netns: Netns, before: readonly RouteView[]): readonly string[] {
  const there = new Set(netns.fib.routes().map((route) => route.text));
  return before.filter((route) => !there.has(route.text)).map((route) => `ip route replace ${route.text}`);
}

export function permanentNeighbours(netns: Netns, dev: string): readonly NeighView[] {
  return netns.neigh.view().filter((entry) => entry.dev === dev && entry.state === 'PERMANENT');
}

export function missingNeighbours(netns: Netns, before: readonly NeighView[]): readonly string[] {
  const now = netns.neigh.view();
  return before
    .filter(
      (entry) => !now.some((other) => other.addr === entry.addr && other.dev === entry.dev && other.lladdr === entry.lladdr),
    )
    .map((entry) => `ip neigh replace ${entry.addr} lladdr ${entry.lladdr ?? ''} dev ${entry.dev} nud permanent`);
}
