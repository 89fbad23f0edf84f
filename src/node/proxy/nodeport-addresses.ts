/**
 * Which of a node's addresses answer NodePorts (--nodeport-addresses): pkg/proxy/util/nodeport_addresses.go.
 * `iptables -t nat -S KUBE-SERVICES` shows the outcome in its last rules.
 */
import { cidr, cidrContains, cidrLength, type Cidr } from '../../lib/cidr.ts';
import type { IpAddr } from '../../lib/ip.ts';

export interface NodePortAddresses {
  /** True when every local address answers, so one `--dst-type LOCAL` rule will do. */
  readonly matchAll: boolean;
  /** True when a prefix holds 127.0.0.0: only then can localhost NodePorts be had. */
  readonly containsLoopback: boolean;
  readonly cidrs: readonly Cidr[];
}

const EVERYTHING = cidr('0.0.0.0/0');
const LOOPBACK_START = '127.0.0.0' as IpAddr;

export function nodePortAddresses(cidrs: readonly Cidr[]): NodePortAddresses {
  const given = cidrs.length === 0 ? [EVERYTHING] : cidrs;
  const all = given.find((prefix) => cidrLength(prefix) === 0);
  const used = all === undefined ? given : [all];
  return {
    matchAll: all !== undefined,
    containsLoopback: used.some((prefix) => prefix.startsWith('127.') || cidrContains(prefix, LOOPBACK_START)),
    cidrs: used,
  };
}

/** The node's addresses that lie in one of the prefixes, each once, in the prefixes' order. */
export function nodePortIPs(addresses: NodePortAddresses, local: readonly IpAddr[]): readonly IpAddr[] {
  return [...new Set(addresses.cidrs.flatMap((prefix) => local.filter((addr) => cidrContains(prefix, addr))))];
}
