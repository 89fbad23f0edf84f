/** Frames of every kind there is, written by hand: what encoding and printing are held against. */
import { ip } from '../../lib/ip.ts';
import { mac } from '../../lib/mac.ts';
import { appData, type Frame, type IcmpMessage, type Ipv4Packet, type L4, type TcpFlag, type TcpSegment } from './packet.ts';

const POD = { addr: ip('10.244.0.2'), mac: mac('0a:58:0a:f4:00:02') };
const GATEWAY = { addr: ip('10.244.0.1'), mac: mac('0a:58:0a:f4:00:01') };
const SERVER = ip('10.244.1.2');

function packet(src: Ipv4Packet['src'], dst: Ipv4Packet['dst'], l4: L4, about: Partial<Ipv4Packet> = {}): Ipv4Packet {
  return { kind: 'ipv4', src, dst, ttl: 64, id: 0, df: true, tos: 0, l4, ...about };
}

function out(l3: Frame['l3']): Frame {
  return { eth: { smac: POD.mac, dmac: GATEWAY.mac }, l3 };
}

function back(l3: Frame['l3']): Frame {
  return { eth: { smac: GATEWAY.mac, dmac: POD.mac }, l3 };
}

function tcp(flags: readonly TcpFlag[], rest: Partial<TcpSegment>): TcpSegment {
  return { kind: 'tcp', sport: 57666, dport: 80, seq: 0, ack: 0, flags, window: 502, mss: null, data: null, ...rest };
}

const reversed = { sport: 80, dport: 57666 } as const;
const clocks = { val: 1559698916, ecr: 2619052447 } as const;

function icmp(type: number, code: number, about: Partial<IcmpMessage>): IcmpMessage {
  return { kind: 'icmp', type, code, id: 0, seq: 0, mtu: null, quoted: null, data: null, ...about };
}

const echo = icmp(8, 0, { id: 9510, seq: 1, data: { kind: 'data', text: '', bytes: 56 } });
const datagram = packet(POD.addr, SERVER, { kind: 'udp', sport: 40000, dport: 9999, payload: appData('hello\n') });

function sealed(port: number, vni: number): Ipv4Packet {
  const payload = { kind: 'vxlan', vni, frame: out(packet(POD.addr, SERVER, echo, { ttl: 63 })) } as const;
  return packet(ip('192.168.0.11'), ip('192.168.0.12'), { kind: 'udp', sport: 59026, dport: port, payload }, { df: false });
}

export const FRAMES: readonly Frame[] = [
  out({ kind: 'arp', op: 'request', sha: POD.mac, spa: POD.addr, tha: mac('00:00:00:00:00:00'), tpa: GATEWAY.addr }),
  back({ kind: 'arp', op: 'reply', sha: GATEWAY.mac, spa: GATEWAY.addr, tha: POD.mac, tpa: POD.addr }),
  out(packet(POD.addr, SERVER, echo)),
  back(packet(SERVER, POD.addr, { ...echo, type: 0 }, { ttl: 62, df: false })),
  out(packet(POD.addr, SERVER, tcp(['SYN'], { seq: 3867612379, window: 64860, mss: 1410, timestamps: { ...clocks, ecr: 0 } }))),
  back(
    packet(
      SERVER,
      POD.addr,
      tcp(['SYN', 'ACK'], { ...reversed, seq: 4294967290, ack: 3867612380, window: 64308, mss: 1410, timestamps: clocks }),
    ),
  ),
  out(packet(POD.addr, SERVER, tcp(['ACK'], { seq: 3867612380, ack: 4294967291, timestamps: clocks }))),
  out(
    packet(
      POD.addr,
      SERVER,
      tcp(['PSH', 'ACK'], {
        seq: 3867612380,
        ack: 4294967291,
        timestamps: clocks,
        data: appData('GET /hostname.html HTTP/1.1\r\nHost: 10.244.1.2\r\n\r\n'),
      }),
    ),
  ),
  // Its sequence numbers pass 2^32.
  back(
    packet(
      SERVER,
      POD.addr,
      tcp(['PSH', 'ACK'], {
        ...reversed,
        seq: 4294967291,
        ack: 3867612429,
        timestamps: clocks,
        data: appData('HTTP/1.1 200 OK\r\n\r\nmyapp-5d4c8c9b7-x2x4z\n'),
      }),
    ),
  ),
  back(
    packet(
      SERVER,
      POD.addr,
      tcp(['ACK'], { ...reversed, seq: 37, ack: 3867612429, timestamps: clocks, data: appData('more of it') }),
    ),
  ),
  back(packet(SERVER, POD.addr, tcp(['FIN', 'ACK'], { ...reversed, seq: 47, ack: 3867612429, timestamps: clocks }))),
  out(packet(POD.addr, SERVER, tcp(['RST'], { seq: 3867612429, window: 0 }))),
  back(packet(SERVER, POD.addr, tcp(['RST', 'ACK'], { ...reversed, sport: 81, ack: 5, window: 0 }))),
  out(datagram),
  back(packet(SERVER, POD.addr, icmp(3, 3, { quoted: datagram }), { df: false, tos: 0xc0 })),
  back(packet(GATEWAY.addr, POD.addr, icmp(3, 0, { quoted: datagram }), { df: false, tos: 0xc0 })),
  back(packet(GATEWAY.addr, POD.addr, icmp(3, 1, { quoted: datagram }), { df: false, tos: 0xc0 })),
  back(
    packet(
      GATEWAY.addr,
      POD.addr,
      icmp(3, 4, { mtu: 1450, quoted: packet(POD.addr, SERVER, { ...echo, data: { kind: 'data', text: '', bytes: 1472 } }) }),
      { df: false, tos: 0xc0 },
    ),
  ),
  back(packet(GATEWAY.addr, POD.addr, icmp(3, 9, { quoted: datagram }), { df: false, tos: 0xc0 })),
  back(packet(GATEWAY.addr, POD.addr, icmp(3, 10, { quoted: datagram }), { df: false, tos: 0xc0 })),
  back(packet(GATEWAY.addr, POD.addr, icmp(3, 13, { quoted: datagram }), { df: false, tos: 0xc0 })),
  back(packet(GATEWAY.addr, POD.addr, icmp(3, 2, { quoted: datagram }), { df: false, tos: 0xc0 })),
  back(packet(GATEWAY.addr, POD.addr, icmp(11, 0, { quoted: datagram }), { df: false, tos: 0xc0 })),
  out(packet(ip('172.16.0.124'), ip('172.16.0.123'), { kind: 'ipencap', packet: packet(POD.addr, SERVER, echo, { ttl: 63 }) })),
  out(sealed(8472, 1)),
  out(sealed(4789, 4096)),
];
