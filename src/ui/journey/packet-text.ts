/**
 * How headers are written in sentences and tables: addresses with their ports, flags as tcpdump shows them.
 */
import { dnsMessageOf } from '../../cluster/explain.ts';
import type { Headers } from './model.ts';
import type { TracePacket } from '../../net/trace/trace.ts';
import type { DnsMessage, Enclosed, Ipv4Packet, L3, L4 } from './trace-types.ts';

/** `10.99.25.192:80`, or the bare address where there is no port. */
export function endpoint(addr: string, port: number | null): string {
  return port === null || port === 0 ? addr : `${addr}:${port}`;
}

export function portsOf(l4: L4): { readonly sport: number; readonly dport: number } | null {
  return l4.kind === 'icmp' || l4.kind === 'ipencap' ? null : { sport: l4.sport, dport: l4.dport };
}

/** What a tunnel's packet carries: with VXLAN a frame, with IP in IP a packet without link header; else null. */
export function insideOf(l3: L3): Enclosed | null {
  if (l3.kind !== 'ipv4') return null;
  const { l4 } = l3;
  if (l4.kind === 'ipencap') return { eth: null, l3: l4.packet };
  return l4.kind === 'udp' && l4.payload.kind === 'vxlan' ? l4.payload.frame : null;
}

export function sourceOf(l3: L3): string {
  return l3.kind === 'arp' ? l3.spa : l3.src;
}

/** Where a packet goes, with the port when it has one. */
export function destinationOf(l3: L3): string {
  return l3.kind === 'arp' ? l3.tpa : endpoint(l3.dst, portsOf(l3.l4)?.dport ?? null);
}

export function ttlOf(l3: L3): number | null {
  return l3.kind === 'ipv4' ? l3.ttl : null;
}

export function hexMark(mark: number): string {
  return `0x${mark.toString(16)}`;
}

const DNS_PORT = 53;

/** The DNS message a packet carries, also inside a tunnel; null for any other. */
export function dnsOf(l3: L3): DnsMessage | null {
  const packet = insideOf(l3)?.l3 ?? l3;
  return packet.kind === 'ipv4' ? dnsMessageOf(packet.l4) : null;
}

/** `DNS A?` of a query, `DNS A` or `DNS NXDOMAIN` of an answer. */
function dnsName({ response, rcode, question }: DnsMessage): string {
  if (!response) return `DNS ${question.type}?`;
  return `DNS ${rcode === 'NOERROR' ? question.type : rcode}`;
}

/** True for what comes back to the client: replies, and answers of a look-up. */
export function goesBack(role: TracePacket['role'], l3: L3): boolean {
  return role === 'reply' || (role === 'dns' && (dnsOf(l3)?.response ?? !isForServer(l3)));
}

/** A segment of a connection to a server of names that ends no message: its handshake, its acknowledgements. */
function isForServer(l3: L3): boolean {
  const packet = insideOf(l3)?.l3 ?? l3;
  return packet.kind === 'ipv4' && packet.l4.kind === 'tcp' && packet.l4.dport === DNS_PORT;
}

/** `SYN`, `SYN-ACK`, `UDP`, `DNS A?`, `ICMP 3/3`: what is sent, short. */
export function whatIs(packet: Ipv4Packet): string {
  const message = dnsMessageOf(packet.l4);
  switch (packet.l4.kind) {
    case 'tcp':
      return message !== null ? dnsName(message) : packet.l4.flags.length === 0 ? 'TCP' : packet.l4.flags.join('-');
    case 'udp':
      return message === null ? 'UDP' : dnsName(message);
    case 'icmp':
      return `ICMP ${packet.l4.type}/${packet.l4.code}`;
    case 'ipencap':
      return 'IPIP';
  }
}

/** RFC 792 names of the errors a kernel sends, by type/code. */
const ICMP_NAMES: Readonly<Record<string, string>> = {
  '3/0': 'net unreachable',
  '3/1': 'host unreachable',
  '3/2': 'protocol unreachable',
  '3/3': 'port unreachable',
  '3/4': 'fragmentation needed',
  '3/9': 'net prohibited',
  '3/10': 'host prohibited',
  '3/13': 'admin prohibited',
  '11/0': 'time exceeded',
};

export function icmpName(type: number, code: number): string {
  const name = ICMP_NAMES[`${type}/${code}`];
  return name === undefined ? `${type}/${code}` : `${type}/${code} ${name}`;
}

/** One row of the before and after table. */
export interface HeaderRow {
  readonly name: 'source' | 'destination' | 'ttl' | 'mark' | 'smac' | 'dmac';
  readonly before: string | null;
  readonly after: string;
  readonly changed: boolean;
}

/** Source and destination always; ttl, mark and MAC addresses where the step changed them. */
export function headerRows(before: Headers | null, after: Headers): readonly HeaderRow[] {
  const row = (name: HeaderRow['name'], old: string | null, now: string): HeaderRow => ({
    name,
    before: old,
    after: now,
    changed: old !== null && old !== now,
  });
  const withPort = showsSourcePort(before, after);
  const rows = [
    row('source', before === null ? null : sourceText(before.l3, withPort), sourceText(after.l3, withPort)),
    row('destination', before === null ? null : destinationOf(before.l3), destinationOf(after.l3)),
  ];
  const optional = [
    row('ttl', text(before === null ? null : ttlOf(before.l3)), text(ttlOf(after.l3)) ?? ''),
    row('mark', before === null ? null : hexMark(before.mark), hexMark(after.mark)),
    row('smac', before?.eth?.smac ?? null, after.eth?.smac ?? '–'),
    row('dmac', before?.eth?.dmac ?? null, after.eth?.dmac ?? '–'),
  ];
  const gained = before !== null && before.eth === null && after.eth !== null;
  return [...rows, ...optional.filter((each) => each.changed || (gained && each.name.endsWith('mac')))];
}

/** Ports below this are somebody's service; those above a client's passing choice (net.ipv4.ip_local_port_range). */
const FIRST_EPHEMERAL_PORT = 32_768;

function sourcePort(l3: L3): number | null {
  return l3.kind === 'arp' ? null : (portsOf(l3.l4)?.sport ?? null);
}

/** A client's port says nothing, unless nat chose another. */
function showsSourcePort(before: Headers | null, after: Headers): boolean {
  const port = sourcePort(after.l3);
  return port !== null && (port < FIRST_EPHEMERAL_PORT || (before !== null && sourcePort(before.l3) !== port));
}

function sourceText(l3: L3, withPort: boolean): string {
  return endpoint(sourceOf(l3), withPort ? sourcePort(l3) : null);
}

function text(value: number | null): string | null {
  return value === null ? null : String(value);
}
