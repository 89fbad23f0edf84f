/**
 * The kernel's limits on tracked connections, set once when kube-proxy starts, before its first rule
 * (cmd/kube-proxy/app/server_linux.go setupConntrack, conntrack.go setIntSysCtl); `sysctl net.netfilter` shows them.
 */
import { ok, type Result } from '../../lib/result.ts';
import type { KubeProxyConfig } from './config.ts';
import type { IptablesPort } from './iptables-port.ts';

/** Writes what differs; the first refusal ends it, as it ends kube-proxy. */
export function setupConntrack(
  { conntrack }: KubeProxyConfig,
  port: Pick<IptablesPort, 'getSysctl' | 'setSysctl'>,
): Result<void, string> {
  const wanted = {
    max: conntrack.max,
    tcp_timeout_established: conntrack.tcpEstablishedTimeout,
    tcp_timeout_close_wait: conntrack.tcpCloseWaitTimeout,
  };
  for (const [setting, value] of Object.entries(wanted)) {
    const name = `net.netfilter.nf_conntrack_${setting}`;
    if (value === 0 || port.getSysctl(name) === value) continue;
    const written = port.setSysctl(name, value);
    if (!written.ok) return written;
  }
  return ok(undefined);
}
