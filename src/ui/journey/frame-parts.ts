/**
 * A frame cut into its headers, with their sizes, what they say and which step of the walk decided it. Sizes come from the
 * engine's own arithmetic.
 */
import { dnsMessageOf, dnsText, frameBytes, l3Bytes, tcpHeaderBytes } from '../../cluster/explain.ts';
import type { ClusterSnapshot } from '../../cluster/snapshot.ts';
import { sentence, type Sentence } from '../chains/sentence.ts';
import type { JourneyModel, JourneyStep } from './model.ts';
import { icmpName, insideOf } from './packet-text.ts';
import type { EthernetHeader, Ipv4Packet, L3, L4 } from './trace-types.ts';

export interface FramePart {
  readonly name: 'Ethernet' | 'ARP' | 'IPv4' | 'UDP' | 'TCP' | 'ICMP' | 'VXLAN' | 'DNS' | 'data';
  readonly bytes: number;
  readonly sealed: boolean;
}

export interface Decider {
  readonly said: Sentence;
  /** The step it leads to; null where the walk has none. */
  readonly index: number | null;
}

export interface HeaderLine {
  readonly name: FramePart['name'];
  readonly says: Sentence;
  readonly decidedBy: readonly Decider[];
}

const IPV4_BYTES = 20;
const UDP_BYTES = 8;
const VXLAN_BYTES = 8;

/** The headers from the outside in. */
export function frameParts(eth: EthernetHeader | null, l3: L3): readonly FramePart[] {
  const link = eth === null ? [] : [part('Ethernet', frameBytes({ eth, l3 }) - l3Bytes(l3))];
  return [...link, ...networkParts(l3)];
}

function part(name: FramePart['name'], bytes: number): FramePart {
  return { name, bytes, sealed: false };
}

function networkParts(l3: L3): readonly FramePart[] {
  if (l3.kind === 'arp') return [part('ARP', l3Bytes(l3))];
  return [part('IPv4', IPV4_BYTES), ...transportParts(l3)];
}

function transportParts(packet: Ipv4Packet): readonly FramePart[] {
  const { l4 } = packet;
  const rest = l3Bytes(packet) - IPV4_BYTES;
  if (l4.kind === 'icmp') return [part('ICMP', rest)];
  if (l4.kind === 'tcp') {
    const header = part('TCP', tcpHeaderBytes(l4));
    return l4.data?.dns === undefined ? withData(header, rest) : [header, part('DNS', l4.data.bytes)];
  }
  if (l4.kind === 'ipencap') return networkParts(l4.packet).map((each) => ({ ...each, sealed: true }));
  if (l4.payload.kind === 'data') return withData(part('UDP', UDP_BYTES), rest);
  if (l4.payload.kind === 'dns') return [part('UDP', UDP_BYTES), part('DNS', l4.payload.bytes)];
  const inner = frameParts(l4.payload.frame.eth, l4.payload.frame.l3).map((each) => ({ ...each, sealed: true }));
  return [part('UDP', UDP_BYTES), part('VXLAN', VXLAN_BYTES), ...inner];
}

function withData(header: FramePart, bytes: number): readonly FramePart[] {
  return bytes > header.bytes ? [header, part('data', bytes - header.bytes)] : [header];
}

/** What the outer headers say, or all of them where nothing is sealed. */
export function outerLines(journey: JourneyModel, step: JourneyStep, snapshot: ClusterSnapshot): readonly HeaderLine[] {
  return linesOf(journey, step, snapshot, { ...step.after, packetId: step.packet.id });
}

/** What the sealed frame's headers say; empty when nothing is sealed. */
export function innerLines(journey: JourneyModel, step: JourneyStep, snapshot: ClusterSnapshot): readonly HeaderLine[] {
  const inside = insideOf(step.after.l3);
  const sealing = sealingStep(journey, step);
  return inside === null
    ? []
    : linesOf(journey, step, snapshot, { ...inside, packetId: sealing?.step.packetId ?? step.packet.parentId });
}

/** The step that put this packet into its envelope. */
export function sealingStep({ steps }: JourneyModel, step: JourneyStep): JourneyStep | null {
  return (
    steps.findLast(
      (each) =>
        each.index <= step.index && each.step.kind === 'encap' && (each.step.outerId === step.packet.id || each === step),
    ) ?? null
  );
}

interface Whole {
  readonly eth: EthernetHeader | null;
  readonly l3: L3;
  readonly packetId: number | null;
}

function linesOf(
  journey: JourneyModel,
  step: JourneyStep,
  snapshot: ClusterSnapshot,
  { eth, l3, packetId }: Whole,
): readonly HeaderLine[] {
  const own = journey.steps.filter((each) => each.packet.id === packetId && each.index <= step.index);
  const lines: HeaderLine[] = [];
  if (eth !== null)
    lines.push({
      name: 'Ethernet',
      says: sentence('journey.frame.macs', { from: macOwner(snapshot, eth.smac), to: macOwner(snapshot, eth.dmac) }),
      decidedBy: neighbour(own),
    });
  if (l3.kind === 'arp')
    return [...lines, { name: 'ARP', says: sentence('journey.frame.plainText', { text: step.packet.label }), decidedBy: [] }];
  lines.push({
    name: 'IPv4',
    says: sentence('journey.frame.addresses', { from: l3.src, to: l3.dst, ttl: String(l3.ttl) }),
    decidedBy: rewrites(own, journey, step),
  });
  return [...lines, ...transportLines(l3.l4, own, sealingStep(journey, step))];
}

/** `class eth0` for a MAC address that is known, else the address. */
function macOwner(snapshot: ClusterSnapshot, mac: string): string {
  for (const machine of [...snapshot.nodes, ...snapshot.hosts]) {
    const link = machine.root.links.find((each) => each.mac === mac && each.kind === 'ether');
    if (link !== undefined) return `${machine.name} ${link.name}`;
  }
  return mac;
}

function neighbour(own: readonly JourneyStep[]): readonly Decider[] {
  const found = own.findLast(({ step }) => step.kind === 'neigh');
  if (found?.step.kind !== 'neigh') return [];
  return [{ said: sentence('journey.frame.neighbourOf', { addr: found.step.addr }), index: found.index }];
}

/** The tunnel's choice for an outer packet; the rewrites for any other. */
function rewrites(own: readonly JourneyStep[], journey: JourneyModel, step: JourneyStep): readonly Decider[] {
  const natted = own.filter(({ nat }) => nat !== null);
  if (natted.length > 0)
    return natted.map(({ index }) => ({ said: sentence('journey.frame.step', { step: String(index + 1) }), index }));
  const sealing = sealingStep(journey, step);
  const outer = own[0]?.packet.id === step.packet.id && sealing !== null;
  return outer ? remoteChoice(journey, sealing) : [];
}

/** What told the tunnel where to: VXLAN's forwarding database, or with IP in IP the route of the packet inside. */
function remoteChoice({ steps }: JourneyModel, sealing: JourneyStep): readonly Decider[] {
  const before = steps.filter(({ index }) => index < sealing.index);
  if (sealing.step.kind === 'encap' && sealing.step.vni === null) {
    const { packetId } = sealing.step;
    const routed = before.findLast(({ step }) => step.kind === 'route.lookup' && step.packetId === packetId);
    if (routed?.step.kind !== 'route.lookup') return [];
    return [
      { said: sentence('journey.frame.routeOf', { via: routed.step.route?.via ?? routed.step.dst }), index: routed.index },
    ];
  }
  const fdb = before.findLast(({ step }) => step.kind === 'vxlan.fdb');
  if (fdb?.step.kind !== 'vxlan.fdb') return [];
  return [{ said: sentence('journey.frame.fdbOf', { mac: fdb.step.mac }), index: fdb.index }];
}

function transportLines(l4: L4, own: readonly JourneyStep[], sealing: JourneyStep | null): readonly HeaderLine[] {
  const by = processOf(own);
  const message = dnsMessageOf(l4);
  const dns: readonly HeaderLine[] =
    message === null
      ? []
      : [{ name: 'DNS', says: sentence('journey.frame.plainText', { text: dnsText(message) }), decidedBy: by }];
  if (l4.kind === 'tcp')
    return [
      {
        name: 'TCP',
        says: sentence('journey.frame.flagsTo', { flags: l4.flags.join('-'), dport: String(l4.dport) }),
        decidedBy: by,
      },
      ...dns,
    ];
  if (l4.kind === 'icmp')
    return [{ name: 'ICMP', says: sentence('journey.frame.plainText', { text: icmpName(l4.type, l4.code) }), decidedBy: by }];
  if (l4.kind === 'ipencap') return [];
  if (l4.payload.kind !== 'vxlan')
    return [
      {
        name: 'UDP',
        says: sentence('journey.frame.ports', { sport: String(l4.sport), dport: String(l4.dport) }),
        decidedBy: by,
      },
      ...dns,
    ];
  const device =
    sealing?.step.kind === 'encap'
      ? [{ said: sentence('journey.frame.plainText', { text: sealing.step.dev }), index: sealing.index }]
      : [];
  return [
    { name: 'UDP', says: sentence('journey.frame.dport', { dport: String(l4.dport) }), decidedBy: device },
    { name: 'VXLAN', says: sentence('journey.frame.vni', { vni: String(l4.payload.vni) }), decidedBy: device },
  ];
}

function processOf(own: readonly JourneyStep[]): readonly Decider[] {
  const found = own.find(({ step }) => step.kind === 'socket.send');
  return found?.step.kind === 'socket.send'
    ? [{ said: sentence('journey.frame.plainText', { text: found.step.process }), index: found.index }]
    : [];
}
