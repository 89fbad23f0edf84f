/**
 * `bridge fdb show` (iproute2 6.1 bridge/fdb.c print_fdb; net/core/rtnetlink.c rtnl_fdb_dump): device by device, of a port first what its
 * bridge knows of it, then what the device itself listens to.
 *
 * Every device that was up has joined 224.0.0.1, and a bridge that snoops also listens for other routers (224.0.0.106).
 * Simplification: `bridge fdb` lists no IPv6 groups (33:33:…).
 */
import type { FdbView, LinkView, NetnsView } from '../view.ts';

const ALL_HOSTS = '01:00:5e:00:00:01';
const ALL_SNOOPERS = '01:00:5e:00:00:6a';

/** `bridge fdb show`; of one device with `dev`, of one bridge and its ports with `br`. */
export function bridgeFdb(
  { links, fdb }: NetnsView,
  { dev = null, br = null }: { readonly dev?: string | null; readonly br?: string | null } = {},
): string {
  const shown = links.filter(
    ({ name, master }) => (dev === null || name === dev) && (br === null || name === br || master === br),
  );
  const lines = shown.flatMap((link) => (dev === null ? deviceLines(link, fdb) : deviceLines(link, fdb).map(withoutDevice)));
  return lines.map((line) => `${line}\n`).join('');
}

function deviceLines(link: LinkView, fdb: readonly FdbView[]): readonly string[] {
  const entries = fdb.filter(({ dev }) => dev === link.name);
  const ofBridge = entries.filter(({ self }) => !self);
  const listed = newestFirst(ofBridge).map(entryLine);
  const own = entries.filter(({ self }) => self).map(entryLine);
  // A VXLAN device answers with its own table alone.
  if (link.kind === 'vxlan') return [...listed, ...own];
  return link.kind === 'bridge' ? [...groupLines(link), ...listed] : [...listed, ...groupLines(link)];
}

/** A bridge keeps its entries with the newest at the head; what is its own was there first. */
function newestFirst(entries: readonly FdbView[]): readonly FdbView[] {
  const learned = entries.filter(({ permanent }) => !permanent);
  return [...learned.reverse(), ...entries.filter(({ permanent }) => permanent)];
}

/** The groups an Ethernet device listens to (net/ipv4/igmp.c ip_mc_up). */
function groupLines({ name, kind, rootQdisc }: LinkView): readonly string[] {
  if (kind === 'loopback' || kind === 'ipip' || rootQdisc === 'noop') return [];
  const groups = kind === 'bridge' ? [ALL_SNOOPERS, ALL_HOSTS] : [ALL_HOSTS];
  return groups.map((mac) => `${mac} dev ${name} self permanent`);
}

/** Only the state `permanent` ends a line without a blank. */
function entryLine({ mac, dev, master, dst, permanent, self }: FdbView): string {
  const words = [
    `${mac} dev ${dev}`,
    ...(dst === null ? [] : [`dst ${dst}`]),
    ...(self ? ['self'] : []),
    ...(master === null ? [] : [`master ${master}`]),
  ];
  return `${words.join(' ')} ${permanent ? 'permanent' : ''}`;
}

/** With `dev` the tool does not repeat it. */
function withoutDevice(line: string): string {
  return line.replace(/ dev \S+/, '');
}
