/**
 * The hops of a trace as the recordings have them: the opening packet at every device, and what answered it.
 */
import type { Trace, TracePacket, TraceStep } from '../../net/trace/trace.ts';
import type { Ipv4Packet } from '../../net/wire/packet.ts';
import { innermost, openingWay, vxlanOf } from '../opening.ts';
import type { Hop } from './packet-file.ts';
import type { Owners } from './owners.ts';

export interface Hops {
  readonly request: readonly Hop[];
  readonly reply: readonly Hop[];
}

type DeviceStep = Extract<TraceStep, { kind: 'dev.tx' | 'dev.rx' }>;

/** A frame at a device, in a trace or on a real kernel. */
export interface Sighting extends Pick<DeviceStep, 'node' | 'netns' | 'eth' | 'l3'> {
  readonly dev: string;
  readonly dir: 'in' | 'out';
}

export function hopsOf(trace: Trace, owners: Owners): Hops {
  const packets = new Map(trace.packets.map((packet) => [packet.id, packet]));
  const request = new HopList();
  const reply = new HopList();
  for (const step of trace.steps) {
    if ((step.kind !== 'dev.tx' && step.kind !== 'dev.rx') || step.l3.kind !== 'ipv4') continue;
    const inner = innermost(step.l3);
    const way = openingWay(step.l3, packets.get(step.packetId)?.role === 'reply');
    if (inner !== null && way !== null)
      (way === 'request' ? request : reply).add(sentAs(step.packetId, packets), hopOf(sightingOf(step), inner, owners));
  }
  return { request: request.hops, reply: reply.hops };
}

/**
 * Hops by the packet that was sent, the errors it met among them: on a real machine one goes all its way and is answered before the
 * next is sent, here their times may cross.
 */
class HopList {
  readonly #bySent = new Map<number, Hop[]>();

  add(sent: number, hop: Hop): void {
    const own = this.#bySent.get(sent);
    if (own === undefined) this.#bySent.set(sent, [hop]);
    else own.push(hop);
  }

  get hops(): readonly Hop[] {
    return [...this.#bySent.values()].flat();
  }
}

const FOLLOWING: ReadonlySet<TracePacket['relation']> = new Set(['encapsulates', 'clone', 'error']);

/** The packet of which this one is the envelope, a copy, or an error about it. */
function sentAs(id: number, packets: ReadonlyMap<number, TracePacket>): number {
  const packet = packets.get(id);
  if (packet === undefined || packet.parentId === null || !FOLLOWING.has(packet.relation)) return id;
  return sentAs(packet.parentId, packets);
}

function sightingOf({ node, netns, dev, kind, eth, l3 }: DeviceStep): Sighting {
  return { node, netns, dev: dev.name, dir: kind === 'dev.tx' ? 'out' : 'in', eth, l3 };
}

/** The hop of a frame whose innermost packet is `packet`. */
export function hopOf({ node, netns, dev, dir, eth, l3 }: Sighting, packet: Ipv4Packet, owners: Owners): Hop {
  const vxlan = l3.kind === 'ipv4' ? vxlanOf(l3) : null;
  return {
    at: owners.at(node, netns),
    dev: owners.dev(node, netns, dev),
    dir,
    src: packet.src,
    dst: packet.dst,
    ttl: packet.ttl,
    ...destination(packet),
    ...(vxlan !== null && l3.kind === 'ipv4'
      ? {
          vxlan: {
            vni: vxlan.vni,
            outer_src: l3.src,
            outer_dst: l3.dst,
            outer_ttl: l3.ttl,
            inner_smac: owners.mac(vxlan.frame.eth.smac),
            inner_dmac: owners.mac(vxlan.frame.eth.dmac),
          },
        }
      : {}),
    ...(eth === null || dev === 'lo' ? {} : { smac: owners.mac(eth.smac), dmac: owners.mac(eth.dmac) }),
  };
}

function destination({ l4 }: Ipv4Packet): Pick<Hop, 'icmp' | 'dport'> {
  switch (l4.kind) {
    case 'icmp':
      return { icmp: [l4.type, l4.code] };
    case 'ipencap':
      return {};
    default:
      return { dport: l4.dport };
  }
}

/** A hop as one line, the same for recorded and found ones: two lines differ where two hops do. */
export function hopText(hop: Hop): string {
  const port = hop.icmp === undefined ? `:${hop.dport ?? '?'}` : ` ICMP ${hop.icmp.join('/')}`;
  const macs = hop.smac === undefined && hop.dmac === undefined ? '' : `  ${hop.smac ?? '-'} > ${hop.dmac ?? '-'}`;
  const { vxlan } = hop;
  const outer =
    vxlan === undefined
      ? ''
      : `  vxlan ${vxlan.vni} ${vxlan.outer_src} > ${vxlan.outer_dst} ttl ${vxlan.outer_ttl}, inside ${vxlan.inner_smac} > ${vxlan.inner_dmac}`;
  return `${hop.at.padEnd(14)} ${hop.dev.padEnd(12)} ${hop.dir.padEnd(3)}  ${hop.src} > ${hop.dst}${port} ttl ${hop.ttl}${macs}${outer}`;
}

/** The hops with ports of the client's side set aside: what is no port of the server is 'client'. */
export function hopLines(
  { request, reply }: Hops,
  serverPorts: ReadonlySet<number>,
): { readonly request: readonly string[]; readonly reply: readonly string[] } {
  const line = (hop: Hop): string => {
    if (hop.dport === undefined || serverPorts.has(hop.dport)) return hopText(hop);
    const { dport: _client, ...rest } = hop;
    return hopText(rest).replace(':?', ':client');
  };
  return { request: request.map(hopText), reply: reply.map(line) };
}
