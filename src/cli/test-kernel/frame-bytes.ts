/**
 * Reads the bytes of a real frame, as far as hops tell of it: link addresses, IPv4 header, ports, flags, ICMP type, VXLAN and IP in IP.
 */
import { ipFromU32, type IpAddr } from '../../lib/ip.ts';
import { mac, type Mac } from '../../lib/mac.ts';
import type { AppData, Frame, Ipv4Packet, L4, TcpFlag } from '../../net/wire/packet.ts';
import { ETHERNET_BYTES, UDP_BYTES, VXLAN_BYTES } from '../../net/wire/size.ts';

const VXLAN_PORTS: ReadonlySet<number> = new Set([4789, 8472, 6784]);
const FLAGS: readonly (readonly [number, TcpFlag])[] = [
  [0x02, 'SYN'],
  [0x10, 'ACK'],
  [0x01, 'FIN'],
  [0x04, 'RST'],
  [0x08, 'PSH'],
];

/** The frame; null when it holds anything but IPv4 with TCP, UDP, ICMP or IPv4. */
export function parseFrame(bytes: Buffer): Frame | null {
  if (bytes.length < ETHERNET_BYTES || bytes.readUInt16BE(12) !== 0x0800) return null;
  const l3 = parsePacket(bytes.subarray(ETHERNET_BYTES));
  return l3 === null ? null : { eth: { dmac: macAt(bytes, 0), smac: macAt(bytes, 6) }, l3 };
}

function parsePacket(bytes: Buffer): Ipv4Packet | null {
  const l4 = parseL4(bytes.readUInt8(9), bytes.subarray((bytes.readUInt8(0) & 15) * 4));
  if (l4 === null) return null;
  return {
    kind: 'ipv4',
    src: ipAt(bytes, 12),
    dst: ipAt(bytes, 16),
    ttl: bytes.readUInt8(8),
    id: bytes.readUInt16BE(4),
    df: (bytes.readUInt8(6) & 0x40) !== 0,
    tos: bytes.readUInt8(1),
    l4,
  };
}

function parseL4(protocol: number, bytes: Buffer): L4 | null {
  switch (protocol) {
    case 1:
      return {
        kind: 'icmp',
        type: bytes.readUInt8(0),
        code: bytes.readUInt8(1),
        id: 0,
        seq: 0,
        mtu: null,
        quoted: null,
        data: null,
      };
    case 4: {
      const packet = parsePacket(bytes);
      return packet === null ? null : { kind: 'ipencap', packet };
    }
    case 6:
      return parseTcp(bytes);
    case 17:
      return parseUdp(bytes);
    default:
      return null;
  }
}

function parseTcp(bytes: Buffer): L4 {
  const bits = bytes.readUInt8(13);
  return {
    kind: 'tcp',
    sport: bytes.readUInt16BE(0),
    dport: bytes.readUInt16BE(2),
    seq: bytes.readUInt32BE(4),
    ack: bytes.readUInt32BE(8),
    flags: FLAGS.filter(([bit]) => (bits & bit) !== 0).map(([, flag]) => flag),
    window: bytes.readUInt16BE(14),
    mss: null,
    data: null,
  };
}

function parseUdp(bytes: Buffer): L4 {
  const [sport, dport] = [bytes.readUInt16BE(0), bytes.readUInt16BE(2)];
  const data = bytes.subarray(UDP_BYTES);
  const frame = VXLAN_PORTS.has(dport) ? parseFrame(data.subarray(VXLAN_BYTES)) : null;
  const text: AppData = { kind: 'data', text: data.toString('latin1'), bytes: bytes.readUInt16BE(4) - UDP_BYTES };
  return { kind: 'udp', sport, dport, payload: frame === null ? text : { kind: 'vxlan', vni: data.readUIntBE(4, 3), frame } };
}

function macAt(bytes: Buffer, offset: number): Mac {
  return mac([...bytes.subarray(offset, offset + 6)].map((byte) => byte.toString(16).padStart(2, '0')).join(':'));
}

function ipAt(bytes: Buffer, offset: number): IpAddr {
  return ipFromU32(bytes.readUInt32BE(offset));
}
