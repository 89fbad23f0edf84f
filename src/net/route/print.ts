/**
 * Routes as `ip route show` prints them (iproute2 ip/iproute.c print_route).
 */
import { cidrAddress, cidrLength } from '../../lib/cidr.ts';
import type { RouteView } from '../trace/trace.ts';

/** The line without trailing space; the destination of a host route has no `/32`. With `table` it says which table it is of. */
export function routeText(route: Omit<RouteView, 'text'>, { table }: { readonly table: boolean } = { table: false }): string {
  const length = cidrLength(route.dst);
  const dst = length === 0 ? 'default' : length === 32 ? cidrAddress(route.dst) : route.dst;
  const words: string[] = route.type === 'unicast' ? [dst] : [route.type, dst];
  if (route.via !== null) words.push('via', route.via);
  if (route.dev !== null) words.push('dev', route.dev);
  if (table) words.push('table', route.table);
  if (route.proto !== 'boot') words.push('proto', route.proto);
  if (route.scope !== 'global') words.push('scope', route.scope);
  if (route.src !== null) words.push('src', route.src);
  if (route.metric !== 0) words.push('metric', String(route.metric));
  if (route.onlink) words.push('onlink');
  return words.join(' ');
}
