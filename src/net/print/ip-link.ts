/**
 * `ip link show`, plain, with `-d` and with `-br` (iproute2 6.1 ip/ipaddress.c print_linkinfo, print_linkinfo_brief).
 *
 * Simplification: `ip` prints no IPv6: neither `inet6` lines nor routes of fe80::/64 and ff00::/8; devices are in group default.
 */
import type { LinkView, NetnsView } from '../view.ts';
import { MAC_BROADCAST, MAC_ZERO } from '../../lib/mac.ts';
import { linkDetails } from './link-details.ts';
import { flagsAndMtu, linkName } from './link-name.ts';

/** What is shown: one device by its name, all where it is null. */
export interface OfDevice {
  readonly dev?: string | null;
}

export function ofDevice(links: readonly LinkView[], dev: string | null): readonly LinkView[] {
  return dev === null ? links : links.filter(({ name }) => name === dev);
}

/** `ip link show`, with `dev` of one device. */
export function ipLink({ links }: NetnsView, { dev = null }: OfDevice = {}): string {
  return ofDevice(links, dev)
    .map((link) => `${linkHeading(link, { mode: true })}${linkLayer(link)}\n`)
    .join('');
}

/** `ip -d link show`. */
export function ipLinkDetailed({ links }: NetnsView, { dev = null }: OfDevice = {}): string {
  return ofDevice(links, dev)
    .map((link) => `${linkHeading(link, { mode: true })}${linkLayer(link)}${linkDetails(link, links)}\n`)
    .join('');
}

/** `ip -br link show`. */
export function ipLinkBrief({ links }: NetnsView, { dev = null }: OfDevice = {}): string {
  return ofDevice(links, dev)
    .map((link) => `${briefHead(link)}${linkAddress(link)} <${link.flags.join(',')}> \n`)
    .join('');
}

/** Name and state in their columns, as `-br` begins a line. */
export function briefHead(link: LinkView): string {
  return `${linkName(link).padEnd(16)} ${link.operstate.padEnd(14)} `;
}

/** The first line, up to its end; `ip addr` leaves out the mode. */
export function linkHeading(link: LinkView, { mode }: { readonly mode: boolean }): string {
  const { ifindex, rootQdisc, master, operstate, qlen } = link;
  return (
    `${ifindex}: ${linkName(link)}: ${flagsAndMtu(link)} qdisc ${rootQdisc} ` +
    `${master === null ? '' : `master ${master} `}state ${operstate} ` +
    `${mode ? 'mode DEFAULT ' : ''}group default ${qlen === 0 ? '' : `qlen ${qlen}`}\n`
  );
}

/** `link/ether 02:00:… brd ff:ff:…`, without the line's end. */
export function linkLayer(link: LinkView): string {
  const { kind, peer } = link;
  const netnsid = peer?.netnsid ?? null;
  return `    link/${linkType(kind)} ${linkAddress(link)} brd ${broadcastOf(kind)}${netnsid === null ? '' : ` link-netnsid ${netnsid}`}`;
}

/** The link layer of a device (lib/ll_types.c). */
function linkType(kind: LinkView['kind']): string {
  if (kind === 'loopback') return 'loopback';
  return kind === 'ipip' ? 'ipip' : 'ether';
}

/** A tunnel's link address is an IPv4 address: that of its near end. */
function linkAddress({ kind, mac }: LinkView): string {
  return kind === 'ipip' ? '0.0.0.0' : mac;
}

function broadcastOf(kind: LinkView['kind']): string {
  if (kind === 'ipip') return '0.0.0.0';
  return kind === 'loopback' ? MAC_ZERO : MAC_BROADCAST;
}
