/**
 * `bridge link show` (iproute2 6.1 bridge/link.c print_linkinfo): the ports of bridges.
 *
 * The tool is not told that a port's other end is in another namespace, so it looks its number up in this one: it names whatever device
 * has that number here.
 */
import type { LinkView, NetnsView } from '../view.ts';
import { flagsAndMtu } from './link-name.ts';
import { pathCost, portState } from './link-details.ts';

/** `bridge link`. */
export function bridgeLink({ links }: NetnsView): string {
  const bridges = new Set(links.flatMap(({ name, kind }) => (kind === 'bridge' ? [name] : [])));
  return links
    .filter(({ master }) => master !== null && bridges.has(master))
    .map(
      (link) =>
        `${link.ifindex}: ${portName(link, links)}: ${flagsAndMtu(link)} master ${link.master ?? ''} ` +
        `state ${portState(link)} priority 32 cost ${pathCost(link)} \n`,
    )
    .join('');
}

/** No number is told where it is the port's own (net/bridge/br_netlink.c br_fill_ifinfo). */
function portName({ name, ifindex, peer }: LinkView, links: readonly LinkView[]): string {
  if (peer === null || peer.ifindex === ifindex) return name;
  const taken = links.find((link) => link.ifindex === peer.ifindex);
  return `${name}@${taken?.name ?? `if${peer.ifindex}`}`;
}
