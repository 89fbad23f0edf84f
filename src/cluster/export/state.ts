/**
 * What a namespace holds beside its devices, as the tools' own lines: routes, neighbours, forwarding entries, sysctls, rules.
 *
 * Only what somebody configured is written: a kernel makes connected routes, local routes and learned entries itself.
 */
import { cidrAddress, cidrLength, networkCidr } from '../../lib/cidr.ts';
import { saveTable } from '../../net/netfilter/save.ts';
import { ipsetMemberText } from '../../net/netfilter/ipset.ts';
import { Counters } from '../../net/netfilter/counters.ts';
import type { Table } from '../../net/netfilter/ruleset.ts';
import { SysctlTable } from '../../net/sysctl.ts';
import type { RouteView } from '../../net/trace/trace.ts';
import type { NetnsView } from '../../net/view.ts';

const TABLES = ['raw', 'mangle', 'nat', 'filter'] as const;

/** `ip` lines: what the kernel made and a plugin took away again, then routes by how near they lead. */
export function routeLines(view: NetnsView): readonly string[] {
  const own = view.routes.filter(({ proto, table }) => proto !== 'kernel' && table !== 'default');
  const near = own.filter(({ via }) => via === null);
  const far = own.filter(({ via }) => via !== null);
  return [...takenAway(view).map((line) => `route del ${line}`), ...[...near, ...far].map(routeLine)];
}

function routeLine(route: RouteView): string {
  const scope = route.type === 'unicast' && route.via === null && route.scope === 'global' ? ' scope global' : '';
  return `route add ${route.text}${scope}${route.table === 'main' ? '' : ` table ${route.table}`}`;
}

/** Connected routes that devices bring with their addresses and that are not in the table. */
function takenAway({ links, routes }: NetnsView): readonly string[] {
  return links.flatMap(({ kind, name, up, addresses }) =>
    addresses.flatMap(({ address }) => {
      if (!up || kind === 'loopback' || cidrLength(address) === 32) return [];
      const dst = networkCidr(address);
      const stands = routes.some(
        (route) =>
          route.table === 'main' &&
          route.proto === 'kernel' &&
          route.dst === dst &&
          route.dev === name &&
          route.src === cidrAddress(address),
      );
      return stands ? [] : [`${dst} dev ${name} proto kernel scope link src ${cidrAddress(address)}`];
    }),
  );
}

/** `ip` lines of the neighbours somebody wrote down. */
export function neighbourLines({ neighbours }: NetnsView): readonly string[] {
  return neighbours.flatMap(({ addr, dev, lladdr, state }) => {
    if (state !== 'PERMANENT' && state !== 'NOARP') return [];
    return [`neigh replace ${addr}${lladdr === null ? '' : ` lladdr ${lladdr}`} dev ${dev} nud ${state.toLowerCase()}`];
  });
}

/** `bridge` lines of forwarding entries: where a tunnel sends what, and addresses pinned to a port. */
export function fdbLines({ fdb, links }: NetnsView): readonly string[] {
  const isOwn = (mac: string, dev: string): boolean => links.some((link) => link.name === dev && link.mac === mac);
  return fdb.flatMap(({ mac, dev, dst, permanent, self }) => {
    if (!permanent || isOwn(mac, dev)) return [];
    return [`fdb append ${mac} dev ${dev}${dst === null ? '' : ` dst ${dst}`} ${self ? 'self' : 'master'} permanent`];
  });
}

/** What a fresh namespace has, whatever the host's own settings are: new namespaces take those. */
export function freshSysctlLines(): readonly string[] {
  const fresh = new SysctlTable(() => undefined);
  fresh.addDevice('lo');
  return [...fresh.entries()].flatMap(([name, value]) => (isPerDevice(name) ? [sysctlLine(name, value)] : []));
}

/** Where the namespace differs from a fresh one, as `net/ipv4/… VALUE`; forwarding first, for it writes itself to all devices. */
export function sysctlLines({ links, sysctls }: NetnsView): readonly string[] {
  const fresh = new SysctlTable(() => undefined);
  for (const { name } of links) fresh.addDevice(name);
  const forward = sysctls.get(FORWARD) ?? '0';
  const forwards = forward !== fresh.get(FORWARD);
  if (forwards) fresh.set(FORWARD, forward);
  const differ = [...sysctls].filter(([name, value]) => value !== fresh.get(name) && !HOST_ONLY.has(name));
  return [...(forwards ? [sysctlLine(FORWARD, forward)] : []), ...differ.map(([name, value]) => sysctlLine(name, value))];
}

const FORWARD = 'net.ipv4.ip_forward';

/** Only the host's own namespace may write these. */
const HOST_ONLY: ReadonlySet<string> = new Set(['net.netfilter.nf_conntrack_max']);

function isPerDevice(name: string): boolean {
  return name.startsWith('net.ipv4.conf.');
}

/** The path below /proc/sys: dots part its folders, but not those of a device's name. */
function sysctlLine(name: string, value: string): string {
  const [, dev, key] = /^net\.ipv4\.conf\.(.+)\.([a-z_]+)$/.exec(name) ?? [];
  const path = dev === undefined || key === undefined ? name.replaceAll('.', '/') : `net/ipv4/conf/${dev}/${key}`;
  return `${path} ${value.replaceAll('\t', ' ')}`;
}

/** `ipset restore` input; the kernel chooses hash seeds itself. */
export function setLines({ netfilter }: NetnsView): readonly string[] {
  return [...netfilter.sets.values()].flatMap(({ name, type, hashsize, maxelem, comment, members }) => [
    `create ${name} ${type} family inet hashsize ${hashsize} maxelem ${maxelem}${comment ? ' comment' : ''}`,
    ...[...members.values()].map((member) => `add ${name} ${ipsetMemberText(member)}`),
  ]);
}

/** `iptables-restore` input: the tables that hold anything. */
export function ruleLines({ netfilter }: NetnsView): readonly string[] {
  const used = TABLES.map((name) => netfilter.ruleset[name]).filter(isUsed);
  return used.flatMap((table) => saveTable(table, new Counters(), { counters: false }).trimEnd().split('\n'));
}

function isUsed({ chains }: Table): boolean {
  return [...chains.values()].some(({ policy, rules }) => policy !== 'ACCEPT' || rules.length > 0);
}
