/**
 * The sysctls of conntrack under `net.netfilter.nf_conntrack_`, and their defaults in seconds (nf_conntrack_standalone.c).
 */
import type { NetfilterHost } from './hooks.ts';

const DEFAULTS = {
  max: 262144,
  tcp_loose: 1,
  tcp_timeout_syn_sent: 120,
  tcp_timeout_syn_recv: 60,
  tcp_timeout_established: 432000,
  tcp_timeout_fin_wait: 120,
  tcp_timeout_close_wait: 60,
  tcp_timeout_last_ack: 30,
  tcp_timeout_time_wait: 120,
  tcp_timeout_close: 10,
  tcp_timeout_unacknowledged: 300,
  udp_timeout: 30,
  udp_timeout_stream: 120,
  icmp_timeout: 30,
  generic_timeout: 600,
} as const;

type Setting = keyof typeof DEFAULTS;

/** The full names and values a namespace starts with, for its sysctl table. */
export const CONNTRACK_SYSCTLS: ReadonlyMap<string, number> = new Map(
  Object.entries(DEFAULTS).map(([name, value]) => [`net.netfilter.nf_conntrack_${name}`, value]),
);

/** A setting's value, in seconds or entries. */
export function conntrackSetting(host: NetfilterHost, name: Setting): number {
  return host.sysctl(`net.netfilter.nf_conntrack_${name}`);
}
