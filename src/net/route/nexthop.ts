/**
 * Whether a new route can be: the gateway must be reachable on a link (net/ipv4/fib_semantics.c fib_check_nh).
 */
import type { IpAddr } from '../../lib/ip.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Netns } from '../netns.ts';
import type { RouteSpec } from './fib.ts';

/** ENETUNREACH: no link of this machine leads to the gateway. */
export const INVALID_GATEWAY = 'Error: Nexthop has invalid gateway.';
/** ENETDOWN. */
export const NEXTHOP_DOWN = 'Error: Device for nexthop is not up.';

/** The device the route leaves by (null where the type needs none), or the kernel's refusal. */
export function checkNexthop(netns: Netns, spec: RouteSpec): Result<string | null, string> {
  const { dev: name = null, via = null } = spec;
  if ((spec.type ?? 'unicast') !== 'unicast') return ok(name);
  const dev = name === null ? null : netns.link(name);
  if (dev === undefined) return err(`Cannot find device "${name ?? ''}"`);
  if (dev?.up === false) return err(via === null ? 'RTNETLINK answers: Network is down' : NEXTHOP_DOWN);
  if (via === null) return dev === null ? err('RTNETLINK answers: No such device') : ok(dev.name);
  if (spec.onlink === true) {
    if (dev === null) return err('Error: Nexthop device required for onlink.');
    // An address of this machine, or one for all, is nobody's gateway (inet_addr_type_dev_table).
    return isOwnOrBroadcast(netns, via) ? err(INVALID_GATEWAY) : ok(dev.name);
  }
  const way = netns.fib.lookup(via, name);
  return way?.type === 'unicast' && way.scope === 'link' && way.dev !== null ? ok(way.dev) : err(INVALID_GATEWAY);
}

function isOwnOrBroadcast(netns: Netns, addr: IpAddr): boolean {
  const type = netns.fib.lookup(addr, null)?.type;
  return type === 'local' || type === 'broadcast';
}
