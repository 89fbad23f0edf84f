/**
 * Packets as `tcpdump -nn` 4.99 prints them (print-ip.c, print-tcp.c, print-icmp.c, print-arp.c, print-vxlan.c, print-otv.c,
 * print-bfd.c).
 *
 * tcpdump counts sequence numbers from where a conversation began, so a printer remembers those it has met.
 * Simplification: of what is spoken over TCP and UDP only HTTP on ports 80 and 8080, DNS and the tunnels' ports are read.
 */
import { assertNever } from '../../lib/assert.ts';
import { ipToU32 } from '../../lib/ip.ts';
import { dnsText } from './dns-text.ts';
import { encodeDns } from './dns.ts';
import {
  DNS_LENGTH_BYTES,
  dnsMessageOf,
  type ArpPacket,
  type Frame,
  type IcmpMessage,
  type Ipv4Packet,
  type L3,
  type TcpFlag,
  type TcpSegment,
  type UdpDatagram,
} from './packet.ts';
import { IP_PROTOCOLS } from './protocols.ts';
import { frameBytes, ipv4Bytes, IPV4_BYTES, VXLAN_BYTES } from './size.ts';
import { WINDOW_SCALE } from '../socket/window.ts';

/** Where the numbers of a conversation start, by the end with the smaller address and port first. */
interface Conversation {
  readonly seq: number;
  readonly ack: number;
}

const VXLAN_PORT = 4789;
const OTV_PORT = 8472;
/** BFD over LAG (RFC 7130), a port that weaver uses, too: tcpdump reads its tunnel's headers as BFD's. */
const BFD_LAG_PORT = 6784;
const HTTP_PORTS: ReadonlySet<number> = new Set([80, 8080]);
const HTTP_REQUEST = /^(GET|PUT|HEAD|POST|DELETE|CONNECT|OPTIONS|TRACE|PATCH) [^\r\n]*/;
const HTTP_RESPONSE = /^HTTP\S* \d{3}( [^\r\n]*)?/;

export class TcpdumpPrinter {
  readonly #conversations = new Map<string, Conversation>();

  /** A packet without its time; a tunnel's has what is inside on a line of its own. */
  line(l3: L3): string {
    if (l3.kind === 'arp') return arpText(l3);
    return `IP ${this.#ipText(l3)}`;
  }

  #ipText(packet: Ipv4Packet): string {
    const { src, dst, l4 } = packet;
    switch (l4.kind) {
      case 'tcp':
        return `${src}.${l4.sport} > ${dst}.${l4.dport}: ${this.#tcpText(packet, l4)}`;
      case 'udp':
        return `${src}.${l4.sport} > ${dst}.${l4.dport}: ${this.#udpText(l4)}`;
      case 'icmp':
        return `${src} > ${dst}: ICMP ${icmpText(l4)}, length ${ipv4Bytes(packet) - IPV4_BYTES}`;
      case 'ipencap':
        return `${src} > ${dst}: IP ${this.#ipText(l4.packet)}`;
      default:
        return assertNever(l4);
    }
  }

  #udpText({ sport, dport, payload }: UdpDatagram): string {
    if (payload.kind === 'vxlan') {
      const name = [sport, dport].includes(OTV_PORT)
        ? `OTV, flags [I] (0x08), overlay 0, instance ${payload.vni}`
        : [sport, dport].includes(VXLAN_PORT)
          ? `VXLAN, flags [I] (0x08), vni ${payload.vni}`
          : null;
      if (name !== null) return `${name}\n${this.#frameText(payload.frame)}`;
      const length = VXLAN_BYTES + frameBytes(payload.frame);
      // Version and flags are in octets of the VXLAN header that are always the same.
      return dport === BFD_LAG_PORT ? `BFDv0, Control, Flags: [none], length: ${length}` : `UDP, length ${length}`;
    }
    if (payload.kind === 'dns') return dnsText(payload);
    return `UDP, length ${payload.bytes}`;
  }

  #frameText({ l3 }: Frame): string {
    return this.line(l3);
  }

  #tcpText(packet: Ipv4Packet, segment: TcpSegment): string {
    const { flags, window, data } = segment;
    const bytes = data?.bytes ?? 0;
    const { seq, ack } = this.#relative(packet, segment);
    const takesSequence = bytes > 0 || flags.some((flag) => flag === 'SYN' || flag === 'FIN' || flag === 'RST');
    const parts = [
      `Flags [${flagSigns(flags)}]`,
      ...(takesSequence ? [`seq ${seq}${bytes > 0 ? `:${(seq + bytes) >>> 0}` : ''}`] : []),
      ...(flags.includes('ACK') ? [`ack ${ack}`] : []),
      `win ${window}`,
      ...optionsText(segment),
      `length ${bytes}${httpText(segment)}${dnsSuffix(segment)}`,
    ];
    return parts.join(', ');
  }

  /** As print-tcp.c does it: the first segment with an ACK begins a conversation, and so does every SYN-ACK. */
  #relative({ src, dst }: Ipv4Packet, { sport, dport, seq, ack, flags }: TcpSegment): Conversation {
    if (!flags.includes('ACK')) return { seq, ack };
    const order = ipToU32(src) - ipToU32(dst) || sport - dport;
    const reversed = order > 0;
    const key = reversed ? `${dst}.${dport} ${src}.${sport}` : `${src}.${sport} ${dst}.${dport}`;
    const known = this.#conversations.get(key);
    if (known === undefined || flags.includes('SYN')) {
      const before = (ack - 1) >>> 0;
      this.#conversations.set(key, reversed ? { seq: before, ack: seq } : { seq, ack: before });
      return { seq, ack };
    }
    const start = reversed ? { seq: known.ack, ack: known.seq } : known;
    return { seq: (seq - start.seq) >>> 0, ack: (ack - start.ack) >>> 0 };
  }
}

/** `01:50:03.110032 `: the time of day in UTC before a line. */
export function tcpdumpTime(atNs: bigint): string {
  const micros = atNs / 1000n;
  const seconds = micros / 1_000_000n;
  const two = (value: bigint): string => String(value).padStart(2, '0');
  const day = `${two((seconds / 3600n) % 24n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
  return `${day}.${String(micros % 1_000_000n).padStart(6, '0')}`;
}

const FLAG_SIGNS: readonly (readonly [TcpFlag, string])[] = [
  ['FIN', 'F'],
  ['SYN', 'S'],
  ['RST', 'R'],
  ['PSH', 'P'],
  ['ACK', '.'],
];

function flagSigns(flags: readonly TcpFlag[]): string {
  const signs = FLAG_SIGNS.filter(([flag]) => flags.includes(flag)).map(([, sign]) => sign);
  return signs.length === 0 ? 'none' : signs.join('');
}

function optionsText({ flags, mss, timestamps }: TcpSegment): readonly string[] {
  if (flags.includes('RST')) return [];
  const { val, ecr } = timestamps ?? { val: 0, ecr: 0 };
  const stamps = `TS val ${val} ecr ${ecr}`;
  const list = flags.includes('SYN') ? `mss ${mss ?? 536},sackOK,${stamps},nop,wscale ${WINDOW_SCALE}` : `nop,nop,${stamps}`;
  return [`options [${list}]`];
}

function httpText({ sport, dport, data }: TcpSegment): string {
  if (data === null || data.bytes === 0 || !(HTTP_PORTS.has(sport) || HTTP_PORTS.has(dport))) return '';
  const line = (HTTP_REQUEST.exec(data.text) ?? HTTP_RESPONSE.exec(data.text))?.[0];
  return line === undefined ? ': HTTP' : `: HTTP: ${line}`;
}

/** A DNS message that a segment holds whole; of a part it takes the first two bytes for the length (domain_print with over_tcp). */
function dnsSuffix(segment: TcpSegment): string {
  const part = segment.data;
  if (part?.dns === undefined) return '';
  const { message, from } = part.dns;
  const whole = dnsMessageOf(segment);
  if (from === 0 && whole !== null) return ` ${dnsText(whole)}`;
  const [high = 0, low = 0] =
    from === 0 ? [message.bytes >>> 8, message.bytes & 0xff] : encodeDns(message).subarray(from - DNS_LENGTH_BYTES);
  return ` [prefix length(${high * 256 + low}) != length(${part.bytes - DNS_LENGTH_BYTES})] (invalid)`;
}

function arpText({ op, spa, tpa, sha }: ArpPacket): string {
  return op === 'request' ? `ARP, Request who-has ${tpa} tell ${spa}, length 28` : `ARP, Reply ${spa} is-at ${sha}, length 28`;
}

function icmpText(message: IcmpMessage): string {
  const { type, code, id, seq } = message;
  if (type === 8) return `echo request, id ${id}, seq ${seq}`;
  if (type === 0) return `echo reply, id ${id}, seq ${seq}`;
  if (type === 11) return code === 0 ? 'time exceeded in-transit' : 'ip reassembly time exceeded';
  return type === 3 ? unreachableText(message) : `type-#${type}`;
}

/** icmp_print, ICMP_UNREACH. */
function unreachableText({ code, mtu, quoted }: IcmpMessage): string {
  const dst = quoted?.dst ?? '';
  switch (code) {
    case 0:
      return `net ${dst} unreachable`;
    case 1:
      return `host ${dst} unreachable`;
    case 2:
      return `${dst} protocol ${quoted === null ? 0 : IP_PROTOCOLS[quoted.l4.kind]} unreachable`;
    case 3:
      return portText(dst, quoted);
    case 4:
      return `${dst} unreachable - need to frag${mtu === null || mtu === 0 ? '' : ` (mtu ${mtu})`}`;
    case 9:
      return `net ${dst} unreachable - admin prohibited`;
    case 10:
      return `host ${dst} unreachable - admin prohibited`;
    case 13:
      return `host ${dst} unreachable - admin prohibited filter`;
    default:
      return `${dst} unreachable - #${code}`;
  }
}

function portText(dst: string, quoted: Ipv4Packet | null): string {
  const l4 = quoted?.l4;
  return l4?.kind === 'tcp' || l4?.kind === 'udp' ? `${dst} ${l4.kind} port ${l4.dport} unreachable` : `${dst} unreachable`;
}
