/** Network namespaces that somebody made on a node with `ip netns add`. */
import { ip, type IpAddr } from '../lib/ip.ts';
import type { NetnsView } from '../net/view.ts';
import type { Place } from './commands.ts';

/** By its name: none is on the wire, a Pod's namespace is called `namespace/name`, the machine's own `root`. */
export function isHandMade(name: string): boolean {
  return name !== '' && name !== 'root' && !name.includes('/');
}

/** The place that a namespace other than the machine's own is. */
export function placeOfNetns(node: string, netns: string): Place {
  if (isHandMade(netns)) return { kind: 'netns', node, name: netns };
  const slash = netns.indexOf('/');
  return { kind: 'pod', namespace: netns.slice(0, slash), name: netns.slice(slash + 1) };
}

/** The first address of a device other than lo; null where there is none. */
export function ownAddress({ links }: Pick<NetnsView, 'links'>): IpAddr | null {
  const [first] = links.flatMap(({ kind, addresses }) => (kind === 'loopback' ? [] : addresses));
  return first === undefined ? null : ip(first.address.replace(/\/\d+$/, ''));
}
