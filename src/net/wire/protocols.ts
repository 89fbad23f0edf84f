/** Internet protocol numbers (IANA), by the names iptables prints. */
import type { Protocol } from './packet.ts';

export const IP_PROTOCOLS: Readonly<Record<Protocol, number>> = { icmp: 1, ipencap: 4, tcp: 6, udp: 17 };
