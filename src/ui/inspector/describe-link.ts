/** Describes network devices as `ip -d link` and `ip address` show them. */
import type { ClusterSnapshot, Ref } from '../../cluster/snapshot.ts';
import type { LinkView } from '../store/views.ts';
import type { Label } from '../i18n/label.ts';
import { described, fact, facts, type Description, type Fact, type Note, type Part } from './description.ts';
import { findNetns, inNetns } from './find.ts';
import { linkIcon } from './icons.ts';

type LinkRef = Extract<Ref, { kind: 'link' }>;

export function describeLink(snapshot: ClusterSnapshot, ref: LinkRef): Description | null {
  const netns = findNetns(snapshot, ref.node, ref.netns);
  const link = netns?.links.find((each) => each.name === ref.name);
  if (netns === null || link === undefined) return null;
  const ports = netns.links.filter((each) => each.master === link.name);
  return described({
    icon: linkIcon(link.kind),
    kind: kindLabel(link, ref.netns),
    place: placeOf(ref),
    title: titleOf(link),
    facts: facts(
      fact('ifindex', String(link.ifindex)),
      peerFact(link),
      fact('master', link.master === null ? null : sibling(ref, link.master), link.hairpin ? ', hairpin on' : ''),
      fact('link/ether', link.mac),
      peerEther(snapshot, link),
      ...link.addresses.map((address) => fact('inet', `${address.address} scope ${address.scope}`)),
      ...vxlanFacts(link, ref),
      fact('mtu, state', `${link.mtu}, ${link.operstate}`),
      fact('qdisc', link.qdisc ?? ''),
      fact('ingress', link.redirect === null ? null : sibling(ref, link.redirect)),
      fact('flags', `<${link.flags.join(',')}>`),
      fact(
        'rx',
        `${link.rx.packets} packets, ${link.rx.bytes} bytes${link.rx.dropped === 0 ? '' : `, ${link.rx.dropped} dropped`}`,
      ),
      fact(
        'tx',
        `${link.tx.packets} packets, ${link.tx.bytes} bytes${link.tx.dropped === 0 ? '' : `, ${link.tx.dropped} dropped`}`,
      ),
    ),
    lists: ports.length === 0 ? [] : [{ title: 'inspector.ports', rows: ports.map((port) => [sibling(ref, port.name)]) }],
    note: noteOf(link),
    command: commandOf(link, ref.netns),
    breakpoint: { kind: 'device', node: ref.node, netns: ref.netns, name: ref.name },
  });
}

/** As `ip link` names it: by the other end's name in one namespace, by its number where that is in another. */
function titleOf({ name, kind, peer }: LinkView): string {
  if (kind === 'ipip') return `${name}@NONE`;
  if (peer === null) return name;
  return `${name}@${peer.netnsid === null ? peer.name : `if${peer.ifindex}`}`;
}

function sibling(ref: LinkRef, name: string): Part {
  return { text: name, ref: { ...ref, name } };
}

function placeOf(ref: LinkRef): readonly Part[] {
  const netns: Part = {
    text: ref.netns === 'root' ? 'root' : ref.netns,
    ref: { kind: 'netns', node: ref.node, netns: ref.netns },
  };
  return [{ text: ref.node, ref: { kind: 'node', node: ref.node } }, ' / ', netns];
}

function kindLabel(link: LinkView, netns: string): Label {
  switch (link.kind) {
    case 'veth':
      return netns === 'root' ? 'inspector.kind.vethHost' : 'inspector.kind.vethPod';
    case 'bridge':
      return 'inspector.kind.bridge';
    case 'vxlan':
      return 'inspector.kind.vxlan';
    case 'ipip':
      return 'inspector.kind.ipip';
    case 'openvswitch':
      return 'inspector.kind.datapath';
    case 'loopback':
      return 'inspector.kind.loopback';
    case 'dummy':
      return 'inspector.kind.dummy';
    case 'ifb':
      return 'inspector.kind.ifb';
    case 'ether':
      return 'inspector.kind.nic';
  }
}

function peerFact({ peer }: LinkView): Fact {
  if (peer === null) return fact('peer');
  const { node, netns, name, ifindex } = peer;
  return fact('peer', { text: `${ifindex}: ${name}`, ref: { kind: 'link', node, netns, name } }, ' in ', {
    text: netns,
    ref: { kind: 'netns', node, netns },
  });
}

function peerEther(snapshot: ClusterSnapshot, { peer }: LinkView): Fact {
  if (peer === null) return fact('peer ether');
  const other = findNetns(snapshot, peer.node, peer.netns)?.links.find((each) => each.name === peer.name);
  return fact('peer ether', other?.mac ?? '');
}

function vxlanFacts({ vxlan }: LinkView, ref: LinkRef): readonly Fact[] {
  if (vxlan === null) return [];
  return [
    fact('vxlan id', `${vxlan.id}, dstport ${vxlan.dstport}`),
    ...(vxlan.local === null || vxlan.dev === null
      ? [fact('local', 'external')]
      : [fact('local', `${vxlan.local} dev `, sibling(ref, vxlan.dev))]),
    fact('learning', vxlan.learning ? 'learning' : 'nolearning'),
  ];
}

function noteOf(link: LinkView): Note {
  switch (link.kind) {
    case 'veth':
      return { key: 'inspector.note.veth', values: { peer: link.peer?.ifindex ?? 0 } };
    case 'bridge':
      return { key: 'inspector.note.bridge', values: { name: link.name } };
    case 'vxlan':
      if (link.vxlan?.external === true) return { key: 'inspector.note.tunnelPort', values: { port: link.vxlan.dstport } };
      return { key: 'inspector.note.vxlan', values: { id: link.vxlan?.id ?? 0, port: link.vxlan?.dstport ?? 0 } };
    case 'ipip':
      return { key: link.up ? 'inspector.note.ipip' : 'inspector.note.ipipDown', values: {} };
    case 'openvswitch':
      return { key: 'inspector.note.datapath', values: {} };
    case 'loopback':
      return { key: 'inspector.note.loopback', values: {} };
    case 'dummy':
      return { key: 'inspector.note.dummy', values: {} };
    case 'ifb':
      return { key: 'inspector.note.ifb', values: {} };
    case 'ether':
      return { key: 'inspector.note.nic', values: {} };
  }
}

function commandOf(link: LinkView, netns: string): string {
  if (link.kind === 'bridge') return inNetns(netns, `bridge link show master ${link.name}`);
  if (link.qdisc !== null) return inNetns(netns, `tc -s qdisc show dev ${link.name}`);
  if (link.kind === 'vxlan' && link.vxlan?.external !== true)
    return inNetns(netns, `ip -d link show ${link.name}; bridge fdb show dev ${link.name}`);
  return inNetns(netns, `ip -d addr show ${link.name}`);
}
