/**
 * Packets in one short text: ends, ports, time to live, the envelope around them.
 */
import { dnsText } from '../../cluster/explain.ts';
import { dnsMessageOf, type Ipv4Packet, type L3, type L4 } from '../../net/wire/packet.ts';

/** `10.244.0.2:41000`; the address alone where there is no port. */
function end(addr: string, port: number | null): string {
  return port === null ? addr : `${addr}:${port}`;
}

/** `10.244.0.2:41000 > 10.96.0.20:80 ttl 64`; a tunnel's packet with what is inside it, a DNS message as tcpdump has it. */
export function packetWords(l3: L3): string {
  if (l3.kind === 'arp') return l3.op === 'request' ? `who has ${l3.tpa}? tell ${l3.spa}` : `${l3.spa} is at ${l3.sha}`;
  const { l4 } = l3;
  switch (l4.kind) {
    case 'icmp':
      return `${l3.src} > ${l3.dst} ICMP ${icmpWords(l4.type, l4.code)} ttl ${l3.ttl}`;
    case 'tcp':
      return `${ends(l3, l4)} ttl ${l3.ttl}${dnsWords(l4)}`;
    case 'udp':
      if (l4.payload.kind === 'vxlan')
        return `${ends(l3, l4)} ttl ${l3.ttl} [vxlan ${l4.payload.vni}: ${packetWords(l4.payload.frame.l3)}]`;
      return `${ends(l3, l4)} ttl ${l3.ttl}${dnsWords(l4)}`;
    case 'ipencap':
      return `${l3.src} > ${l3.dst} ttl ${l3.ttl} [ipip: ${packetWords(l4.packet)}]`;
  }
}

function dnsWords(l4: L4): string {
  const message = dnsMessageOf(l4);
  return message === null ? '' : ` [${dnsText(message)}]`;
}

function ends(packet: Ipv4Packet, ports: { readonly sport: number; readonly dport: number }): string {
  return `${end(packet.src, ports.sport)} > ${end(packet.dst, ports.dport)}`;
}

const ICMP_NAMES: Readonly<Record<string, string>> = {
  '0/0': 'echo reply',
  '3/0': 'network unreachable',
  '3/1': 'host unreachable',
  '3/2': 'protocol unreachable',
  '3/3': 'port unreachable',
  '3/4': 'fragmentation needed',
  '3/9': 'network prohibited',
  '3/10': 'host prohibited',
  '3/13': 'administratively prohibited',
  '8/0': 'echo request',
  '11/0': 'time exceeded',
};

/** `port unreachable (3/3)`. */
export function icmpWords(type: number, code: number): string {
  const name = ICMP_NAMES[`${type}/${code}`];
  return name === undefined ? `${type}/${code}` : `${name} (${type}/${code})`;
}
