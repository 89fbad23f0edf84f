/** How much a segment may carry: what is announced to the peer, and what is sent to it (net/ipv4/tcp_output.c tcp_current_mss). */
import type { IpAddr } from '../../lib/ip.ts';
import { pathMtu } from '../ip/route.ts';
import type { Netns } from '../netns.ts';
import { IPV4_BYTES, TCP_BYTES } from '../wire/size.ts';

/** nop, nop, timestamps. */
const TIMESTAMP_OPTION_BYTES = 12;

/** The MSS option of a SYN (tcp_advertise_mss). */
export function advertisedMss(netns: Netns, remote: IpAddr): number {
  return Math.min(pathMtu(netns, remote), 65_535) - IPV4_BYTES - TCP_BYTES;
}

/** The most data bytes of a segment: what the peer takes and the path lets through, less the options. */
export function segmentLimit(netns: Netns, remote: IpAddr, peerMss: number): number {
  const mss = Math.min(peerMss, pathMtu(netns, remote) - IPV4_BYTES - TCP_BYTES);
  return Math.max(1, mss - TIMESTAMP_OPTION_BYTES);
}
