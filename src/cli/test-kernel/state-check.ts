/**
 * Holds what the tools print on the real kernel against the simulator's views, namespace by namespace: devices, addresses, routes, rules.
 */
import { exportedNetns, type ExportedNetns } from '../../cluster/export/places.ts';
import { ruleLines, setLines } from '../../cluster/export/state.ts';
import type { ClusterSnapshot } from '../../cluster/snapshot.ts';
import type { RealCluster } from './real-cluster.ts';

/** One list of lines per comparison, empty where all agrees. */
export async function stateFaults(snapshot: ClusterSnapshot, real: RealCluster): Promise<readonly (readonly string[])[]> {
  const all: (readonly string[])[] = [];
  for (const netns of exportedNetns(snapshot)) {
    all.push(linkFaults(netns, await real.print(netns.name, 'ip', '-o', 'link')));
    all.push(
      differing(netns, 'ip addr', addressTexts(netns), realAddresses(await real.print(netns.name, 'ip', '-o', '-4', 'addr'))),
    );
    all.push(differing(netns, 'ip route', routeTexts(netns), trimmed(await real.print(netns.name, 'ip', 'route'))));
    const sets = setLines(netns.view);
    if (sets.length > 0)
      all.push(
        differing(netns, 'ipset save', membersOf(sets), membersOf(trimmed(await real.print(netns.name, 'ipset', 'save')))),
      );
    const rules = ruleLines(netns.view);
    if (rules.length > 0)
      all.push(
        differing(netns, 'iptables-save', rulesOf(rules), rulesOf(trimmed(await real.print(netns.name, 'iptables-save')))),
      );
  }
  return all;
}

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
function linkFaults(netns: ExportedNetns, text: string): readonly string[] {
  const fallback = / link\/(ipip|sit|gre|tunnel6|ipgre) /;
  const [expected, found] = [
    linkTexts(netns),
    realLinks(
      text
        .split('\n')
        .filter((line) => !fallback.test(line))
        .join('\n'),
    ),
  ];
  if (!fallback.test(text)) return differing(netns, 'ip link', expected, found);
  const unnumbered = (lines: readonly string[]): readonly string[] =>
    lines.filter((line) => !line.includes(': tunl0 ')).map((line) => line.replace(/^\d+: /, '').replace(/@if\d+/, ''));
  return differing(netns, 'ip link', unnumbered(expected), unnumbered(found));
}

function linkTexts({ view }: ExportedNetns): readonly string[] {
  return view.links.map(
    ({ ifindex, name, kind, peer, flags, mtu, master, mac }) =>
      `${ifindex}: ${name}${kind === 'veth' && peer !== null ? `@if${peer.ifindex}` : ''} ${flags.join()} mtu ${mtu}${master === null ? '' : ` master ${master}`} ${mac}`,
  );
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

function routeTexts({ view }: ExportedNetns): readonly string[] {
  return view.routes.filter(({ table }) => table === 'main').map(({ text }) => text);
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
