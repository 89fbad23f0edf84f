/**
 * The devices of all namespaces as commands that make them: cables into the wire and veth pairs first, for these have two ends, then
 * what is made inside one namespace. Every device has the index, link address and MTU it has in the simulator.
 */
import type { Cidr } from '../../lib/cidr.ts';
import type { LinkView } from '../../net/view.ts';
import { FIRST_WIRE, netnsName, type ExportedNetns } from './places.ts';
import { commandLine } from './shell-text.ts';

/** A line of `plugs`: a network card, its cable into the wire, and which wire. */
export function plugLines(all: readonly ExportedNetns[]): readonly string[] {
  const cards = all.flatMap((netns) => linksOf(netns, 'ether').map((link) => ({ netns, link })));
  return cards.map(({ netns, link }, index) => {
    const wire = netns.wires.get(link.name) ?? FIRST_WIRE;
    return [netns.name, ...endWords(link), `port${index + 1}`, wire].join(' ');
  });
}

/** A line of `pairs`: both ends of a veth pair, the end that stands first in the list first. */
export function pairLines(all: readonly ExportedNetns[]): readonly string[] {
  const ends = new Map(
    all.flatMap((netns) => linksOf(netns, 'veth').map((link) => [endKey(netns.name, link.name), { netns, link }])),
  );
  const done = new Set<string>();
  return [...ends].flatMap(([key, { netns, link }]) => {
    const other = link.peer === null ? undefined : ends.get(endKey(peerNetns(all, link.peer), link.peer.name));
    if (other === undefined || done.has(key)) return [];
    done.add(endKey(other.netns.name, other.link.name));
    return [[netns.name, ...endWords(link), other.netns.name, ...endWords(other.link)].join(' ')];
  });
}

/** `device` lines for what has its only end in the namespace. */
export function deviceLines({ name, view }: ExportedNetns): readonly string[] {
  return view.links.flatMap((link) => {
    const type = deviceType(link);
    return type === null ? [] : [commandLine('device', name, ...endWords(link), ...type.split(' '))];
  });
}

/** Which ports a bridge has, and their flags, promiscuous mode among them; a stand-in has none. */
export function portLines({ view }: ExportedNetns): readonly string[] {
  const bridges = new Set(view.links.filter(({ kind }) => kind === 'bridge').map(({ name }) => name));
  return view.links.flatMap(({ name, master, hairpin, flags }) => [
    ...(master === null || !bridges.has(master) ? [] : [`link set ${name} master ${master}`]),
    ...(flags.includes('PROMISC') ? [`link set ${name} promisc on`] : []),
    ...(hairpin ? [`link set ${name} type bridge_slave hairpin on`] : []),
  ]);
}

/** Queues in front of devices, as `tc qdisc show` names them, and where what comes in is redirected to; without the word `tc`. */
export function queueLines({ view }: ExportedNetns): readonly string[] {
  return view.links.flatMap(({ name, qdisc, redirect }) => [
    ...(qdisc === null ? [] : [`qdisc add dev ${name} root handle 1: ${qdisc}`]),
    ...(redirect === null
      ? []
      : [
          `qdisc add dev ${name} handle ffff: ingress`,
          `filter add dev ${name} parent ffff: protocol all pref 1 u32 match u32 0 0 flowid 1:1 action mirred egress redirect dev ${redirect}`,
        ]),
  ]);
}

/**
 * Addresses first, so that a device that comes up brings its routes. A bridge's MTU again, for a port may have changed it; tunl0 came with
 * the namespace and has none of ours yet.
 */
export function upLines({ view }: ExportedNetns): readonly string[] {
  return [
    ...view.links.flatMap((link) => link.addresses.flatMap((entry) => addressLine(link, entry))),
    ...view.links.flatMap(({ kind, name, mtu }) =>
      kind === 'bridge' || kind === 'ipip' ? [`link set ${name} mtu ${mtu}`] : [],
    ),
    ...view.links.flatMap(({ name, qlen }) => (qlen === 0 ? [`link set ${name} txqueuelen 0`] : [])),
    ...view.links.flatMap(({ name, up }) => (up ? [`link set ${name} up`] : [])),
  ];
}

/** The loopback device's own address comes with the device. */
function addressLine(
  { kind, name }: LinkView,
  entry: { readonly address: Cidr; readonly broadcast: string | null; readonly scope: string },
): readonly string[] {
  if (kind === 'loopback' && entry.address === '127.0.0.1/8') return [];
  const broadcast = entry.broadcast === null ? '' : ` brd ${entry.broadcast}`;
  return [`addr add ${entry.address}${broadcast} dev ${name} scope ${entry.scope}`];
}

/** Made with their far ends, or there without our doing. */
const NOT_MADE_HERE: ReadonlySet<string> = new Set<LinkView['kind']>(['loopback', 'ether', 'veth']);

/** Devices of kinds that iproute2 alone does not make. */
export function unbuiltLinks({ title, view }: ExportedNetns): readonly string[] {
  return view.links.flatMap((link) =>
    deviceType(link) === DATAPATH
      ? [`${title}: the ${link.kind} device ${link.name}: a stand-in that leads nowhere is in its place`]
      : [],
  );
}

/** Open vSwitch's datapath, its tunnel port (`external`), and what else iproute2 does not make. */
const DATAPATH = 'openvswitch';

/** What `type` takes; null for devices that are not made here. */
function deviceType({ kind, vxlan }: LinkView): string | null {
  if (NOT_MADE_HERE.has(kind)) return null;
  if (kind === 'bridge' || kind === 'dummy' || kind === 'ifb' || kind === 'ipip') return kind;
  if (kind !== 'vxlan' || vxlan === null || vxlan.local === null || vxlan.dev === null) return DATAPATH;
  return `vxlan id ${vxlan.id} local ${vxlan.local} dev ${vxlan.dev} dstport ${vxlan.dstport}${vxlan.learning ? '' : ' nolearning'}`;
}

/** True where a device of that kind, buildable here, is among them. */
export function hasDevice({ view }: ExportedNetns, kind: LinkView['kind']): boolean {
  return view.links.some((link) => link.kind === kind && deviceType(link) !== DATAPATH);
}

function linksOf({ view }: ExportedNetns, kind: LinkView['kind']): readonly LinkView[] {
  return view.links.filter((link) => link.kind === kind);
}

function endWords({ ifindex, name, mac, mtu }: LinkView): readonly (string | number)[] {
  return [name, ifindex, mac, mtu];
}

function endKey(netns: string, dev: string): string {
  return `${netns} ${dev}`;
}

/** The script's name of the namespace a pair's other end is in. */
function peerNetns(all: readonly ExportedNetns[], { node, netns }: { readonly node: string; readonly netns: string }): string {
  return all.find(({ view }) => view.node === node && view.name === netns)?.name ?? netnsName(node, netns);
}
