/**
 * Holds what the tools print on the real kernel against the simulator's views, namespace by namespace: devices, addresses, routes, rules.
 */
import { exportedNetns, type ExportedNetns } from '../../cluster/export/places.ts';
import { ruleLines, setLines } from '../../cluster/export/state.ts';
import type { ClusterSnapshot } from '../../cluster/snapshot.ts';
import { ipRoute } from '../../net/print/ip-route.ts';
import type { PeerView } from '../../net/view.ts';
import type { RealCluster } from './real-cluster.ts';

/** One list of lines per comparison, empty where all agrees. Devices that are not built (`NETNS DEVICE`) have a stand-in of another kind. */
export async function stateFaults(
  snapshot: ClusterSnapshot,
  real: RealCluster,
  unbuilt: ReadonlySet<string>,
): Promise<readonly (readonly string[])[]> {
  const all: (readonly string[])[] = [];
  for (const netns of exportedNetns(snapshot)) {
    const [sets, rules] = [setLines(netns.view), ruleLines(netns.view)];
    const [links = '', addresses = '', routes = '', savedSets = '', savedRules = ''] = await real.printAll(netns.name, [
      ['ip', '-o', 'link'],
      ['ip', '-o', '-4', 'addr'],
      ['ip', 'route'],
      sets.length > 0 ? ['ipset', 'save'] : NOTHING,
      rules.length > 0 ? ['iptables-save'] : NOTHING,
    ]);
    all.push(linkFaults(netns, links, unbuilt));
    all.push(differing(netns, 'ip addr', addressTexts(netns), realAddresses(addresses)));
    all.push(differing(netns, 'ip route', trimmed(ipRoute(netns.view)), trimmed(routes)));
    if (sets.length > 0) all.push(differing(netns, 'ipset save', membersOf(sets), membersOf(trimmed(savedSets))));
    if (rules.length > 0) all.push(differing(netns, 'iptables-save', rulesOf(rules), rulesOf(trimmed(savedRules))));
  }
  return all;
}

const NOTHING = ['true'];

function differing(
  { title }: ExportedNetns,
  tool: string,
  expected: readonly string[],
  found: readonly string[],
): readonly string[] {
  const missing = expected.filter((line) => !found.includes(line));
  const extra = found.filter((line) => !expected.includes(line));
  const reordered = missing.length + extra.length === 0 && expected.join('\n') !== found.join('\n');
  if (missing.length + extra.length === 0 && !reordered) return [];
  return [
    `${title}: ${tool}`,
    ...missing.map((line) => `in the simulator alone  ${line}`),
    ...extra.map((line) => `in the kernel alone     ${line}`),
    ...(reordered ? ['the order differs'] : []),
  ];
}

function trimmed(text: string): readonly string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}

/** Where the kernel gives every namespace its fallback tunnels, indexes are not ours to choose. */
function linkFaults(netns: ExportedNetns, text: string, unbuilt: ReadonlySet<string>): readonly string[] {
  const fallback = / link\/(ipip|sit|gre|tunnel6|ipgre) /;
  const isBuilt = (name: string): boolean => !unbuilt.has(`${netns.name} ${name}`);
  const [expected, found] = [
    linkTexts(netns, isBuilt),
    realLinks(
      text
        .split('\n')
        .filter((line) => !fallback.test(line) && isBuilt(/^\d+: ([^:@]+)/.exec(line)?.[1] ?? ''))
        .join('\n'),
    ),
  ];
  if (!fallback.test(text)) return differing(netns, 'ip link', expected, found);
  const unnumbered = (lines: readonly string[]): readonly string[] =>
    lines.filter((line) => !line.includes(': tunl0 ')).map((line) => line.replace(/^\d+: /, '').replace(/@if\d+/, ''));
  return differing(netns, 'ip link', unnumbered(expected), unnumbered(found));
}

function linkTexts({ view }: ExportedNetns, isBuilt: (name: string) => boolean): readonly string[] {
  return view.links
    .filter(({ name }) => isBuilt(name))
    .map(
      ({ ifindex, name, kind, peer, flags, mtu, master, mac }) =>
        `${ifindex}: ${name}${kind === 'veth' && peer !== null ? farEnd(peer) : ''} ${flags.join()} mtu ${mtu}${master === null || !isBuilt(master) ? '' : ` master ${master}`} ${mac}`,
    );
}

/** By its name where it is in the same namespace. */
function farEnd({ netnsid, name, ifindex }: PeerView): string {
  return netnsid === null ? `@${name}` : `@if${ifindex}`;
}

/** A card's far end is a port of the wire, which the simulator has none of. */
function realLinks(text: string): readonly string[] {
  return trimmed(text).map((line) => {
    const [, index = '', name = '', far = '', flags = '', mtu = ''] =
      /^(\d+): ([^:@]+)(@[^:]+)?: <([^>]*)> mtu (\d+)/.exec(line) ?? [];
    const master = / master (\S+)/.exec(line)?.[1];
    const mac = /link\/\S+ (\S+)/.exec(line)?.[1] ?? '';
    return `${index}: ${name}${name.startsWith('eth') && line.endsWith('_wire') ? '' : far} ${flags} mtu ${mtu}${master === undefined ? '' : ` master ${master}`} ${mac}`;
  });
}

function addressTexts({ view }: ExportedNetns): readonly string[] {
  return view.links.flatMap(({ name, addresses }) =>
    addresses.map(
      ({ address, broadcast, scope }) => `${name} ${address}${broadcast === null ? '' : ` brd ${broadcast}`} scope ${scope}`,
    ),
  );
}

function realAddresses(text: string): readonly string[] {
  return trimmed(text).map((line) => {
    const [, name = '', address = '', broadcast = '', scope = ''] =
      /^\d+: (\S+)\s+inet (\S+)( brd \S+)? scope (\w+)/.exec(line) ?? [];
    return `${name} ${address}${broadcast} scope ${scope}`;
  });
}

/** A hash table lists its members in an order of its own. */
function membersOf(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => line.startsWith('add ')).sort();
}

/** Rules alone, by table and chain: in which order tables and chains are printed is the tool's own affair. */
function rulesOf(lines: readonly string[]): readonly string[] {
  const byChain = new Map<string, string[]>();
  let table = '';
  for (const line of lines) {
    if (line.startsWith('*')) table = line.slice(1);
    const chain = /^-A (\S+)/.exec(line)?.[1];
    if (chain === undefined) continue;
    const key = `${table} ${chain}`;
    const rules = byChain.get(key);
    if (rules === undefined) byChain.set(key, [`${table} ${line}`]);
    else rules.push(`${table} ${line}`);
  }
  return [...byChain.keys()].sort().flatMap((key) => byChain.get(key) ?? []);
}
