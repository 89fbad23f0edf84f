/**
 * Which packets of a flow make up one direction of it.
 *
 * Request: the first packet the client sent and its retransmissions; reply: the first packet that came back (SYN-ACK, RST,
 * answer, or the ICMP error of whoever refused). With each go the packets that carry it (tunnel outsides) and the copy of a
 * flood that reached somebody. DNS: what the client asked before it knew the address, and what was answered. Everything else of the
 * conversation is under `all`.
 */
import type { Trace, TracePacket } from '../../net/trace/trace.ts';
import type { JourneyFilter } from './model.ts';

export interface PacketSelection {
  /** Packet id → the attempt it belongs to; ids not in it are not of this direction. */
  readonly attemptOf: ReadonlyMap<number, number>;
  readonly attempts: number;
}

/** The packets of `filter`, each with the number of its attempt. */
export function selectPackets(trace: Trace, filter: JourneyFilter): PacketSelection {
  if (filter === 'all') return everything(trace.packets);
  if (filter === 'arp') return everything(trace.packets.filter((packet) => packet.role === 'arp'));
  if (filter === 'dns') return everything(lookupPackets(trace.packets));
  const first = trace.packets.find((packet) => packet.role === filter && isOrigin(packet));
  if (first === undefined) return { attemptOf: new Map(), attempts: 0 };
  const tries = [first, ...retransmissionsOf(first, trace.packets)];
  const attemptOf = new Map<number, number>();
  for (const [i, packet] of tries.entries()) attemptOf.set(packet.id, i + 1);
  // Parents come before their children, so one pass follows every carrier and copy.
  for (const packet of trace.packets) {
    const attempt = packet.parentId === null ? undefined : attemptOf.get(packet.parentId);
    if (attempt !== undefined && travelsWith(packet, trace.packets)) attemptOf.set(packet.id, attempt);
  }
  return { attemptOf, attempts: tries.length };
}

/** A look-up asks for A and AAAA together; both go the same way, so one of the two is shown. */
function lookupPackets(packets: readonly TracePacket[]): readonly TracePacket[] {
  const hidden = new Set<number>();
  // Parents come before their children: what belongs to a hidden question is hidden, too.
  for (const { id, parentId, label } of packets)
    if (label.startsWith('DNS AAAA?') || (parentId !== null && hidden.has(parentId))) hidden.add(id);
  return packets.filter(({ id, role }) => role === 'dns' && !hidden.has(id));
}

function everything(packets: readonly TracePacket[]): PacketSelection {
  const attemptOf = new Map<number, number>();
  let attempts = packets.length > 0 ? 1 : 0;
  for (const packet of packets) {
    const parent = packet.parentId === null ? undefined : attemptOf.get(packet.parentId);
    if (packet.relation === 'retransmission') attempts++;
    attemptOf.set(packet.id, packet.relation === 'retransmission' ? attempts : (parent ?? attempts));
  }
  return { attemptOf, attempts };
}

function isOrigin(packet: TracePacket): boolean {
  return packet.relation === 'sent' || packet.relation === 'error';
}

/** A timer's copies of a segment, whether each names the first or the one before it as parent. */
function retransmissionsOf(first: TracePacket, packets: readonly TracePacket[]): readonly TracePacket[] {
  const ids = new Set([first.id]);
  const found: TracePacket[] = [];
  for (const packet of packets) {
    if (packet.relation !== 'retransmission' || packet.parentId === null || !ids.has(packet.parentId)) continue;
    ids.add(packet.id);
    found.push(packet);
  }
  return found;
}

function travelsWith(packet: TracePacket, packets: readonly TracePacket[]): boolean {
  if (packet.relation === 'encapsulates') return true;
  return packet.relation === 'clone' && arrives(packet, packets);
}

/** A flooded copy matters when it, or what it carries or became, was more than absorbed. */
function arrives(packet: TracePacket, packets: readonly TracePacket[]): boolean {
  if (packet.disposition !== 'CONSUMED' && packet.reason !== 'OTHERHOST') return true;
  return packets.some(
    (child) =>
      child.parentId === packet.id && child.relation !== 'error' && child.relation !== 'arp' && arrives(child, packets),
  );
}
