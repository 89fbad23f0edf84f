/**
 * `ip route show` of a table or of all, and `ip rule show` (iproute2 6.1 ip/iproute.c print_route, ip/iprule.c print_rule).
 */
import { routeText } from '../route/print.ts';
import type { RouteView } from '../trace/trace.ts';
import type { NetnsView } from '../view.ts';

/** In the order `table all` dumps them: tables are hashed by their numbers 253, 254 and 255. */
const TABLES = ['default', 'main', 'local'] as const;

/** `ip route show table TABLE`, main where none is named. */
export function ipRoute(view: NetnsView, table: RouteView['table'] = 'main'): string {
  return view.routes
    .filter((route) => route.table === table)
    .map((route) => `${route.text}${linkdown(view, route)} \n`)
    .join('');
}

/** A device without carrier marks its routes, those of its own addresses excepted (net/ipv4/fib_semantics.c fib_check_nh_nongw). */
function linkdown({ links }: NetnsView, { dev, type }: RouteView): string {
  const link = links.find(({ name }) => name === dev);
  return type !== 'local' && link?.up === true && !link.lowerUp ? ' linkdown' : '';
}

/** `ip route show table all`: routes outside the main table say where they are. */
export function ipRouteAll(view: NetnsView): string {
  const all = TABLES.flatMap((table) => view.routes.filter((route) => route.table === table));
  return all.map((route) => `${routeText(route, { table: route.table !== 'main' })}${linkdown(view, route)} \n`).join('');
}

/** `ip rule show`: the rules of a fresh namespace, for there are no others. */
export function ipRule(): string {
  return '0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n';
}
