/** A route's destination as tables have it: `default` is 0.0.0.0/0, a bare address a /32. */
import { cidrOf, networkCidr, parseCidr, type Cidr } from '../../lib/cidr.ts';
import { parseIp } from '../../lib/ip.ts';

/** Null for what is no IPv4 destination. */
export function canonicalDestination(text: string): Cidr | null {
  if (text === 'default') return parseCidr('0.0.0.0/0');
  const addr = parseIp(text);
  const prefix = addr === null ? parseCidr(text) : cidrOf(addr, 32);
  return prefix === null ? null : networkCidr(prefix);
}
