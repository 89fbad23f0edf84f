/**
 * The key a connection is found by among a namespace's sockets (net/ipv4/inet_hashtables.c inet_ehashfn, as text).
 */
import type { IpAddr } from '../../lib/ip.ts';

/** How a connection is found: our end first. */
export function connectionKey(
  protocol: 'tcp' | 'udp' | 'icmp',
  local: IpAddr,
  port: number,
  remote: IpAddr,
  remotePort: number,
): string {
  return `${protocol} ${local}:${port} ${remote}:${remotePort}`;
}

/** A server's. */
export function listenKey(protocol: 'tcp' | 'udp', addr: IpAddr, port: number): string {
  return `${protocol} ${addr}:${port}`;
}
