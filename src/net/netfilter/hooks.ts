/**
 * The five IPv4 hooks, the tables that hang on them in kernel priority order, and what a run through a hook returns.
 *
 *   device in → PREROUTING → route → FORWARD ─────────────→ POSTROUTING → device out
 *                              ↓                                ↑
 *                            INPUT → process → OUTPUT → route again
 *
 * raw -300, conntrack -200, mangle -150, nat dst -100, filter 0, nat src 100, confirm INT_MAX
 * (include/uapi/linux/netfilter_ipv4.h enum nf_ip_hook_priorities).
 */
import type { IpAddr } from '../../lib/ip.ts';
import type { DropReason } from '../trace/trace.ts';
import type { ReversePath } from './packet-facts.ts';

export type Hook = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';

export type TableName = 'raw' | 'mangle' | 'nat' | 'filter';

/** Which tables a hook runs, in priority order. */
export const TABLES_OF_HOOK: Readonly<Record<Hook, readonly TableName[]>> = {
  PREROUTING: ['raw', 'mangle', 'nat'],
  INPUT: ['mangle', 'filter', 'nat'],
  FORWARD: ['mangle', 'filter'],
  OUTPUT: ['raw', 'mangle', 'nat', 'filter'],
  POSTROUTING: ['mangle', 'nat'],
};

/** `--reject-with` of the REJECT target; the IP layer sends the answer. */
export type RejectWith =
  | 'icmp-net-unreachable'
  | 'icmp-host-unreachable'
  | 'icmp-port-unreachable'
  | 'icmp-proto-unreachable'
  | 'icmp-net-prohibited'
  | 'icmp-host-prohibited'
  | 'icmp-admin-prohibited'
  | 'tcp-reset';

/** Which rule decided: null where a chain policy or the kernel itself did. */
export interface RuleRef {
  readonly table: TableName;
  readonly chain: string;
  /** 1-based, as `iptables -L --line-numbers` counts. */
  readonly number: number;
  /** The iptables-save line, `-A CHAIN …`. */
  readonly text: string;
}

/**
 * Routes a packet of this host anew because a table changed it (ip_route_me_harder); false when there is no way, and the packet has
 * been ended.
 */
export type Reroute = () => boolean;

/** The skb given to `run` carries rewrites, mark and connection when it returns. */
export type HookResult =
  | { readonly verdict: 'ACCEPT' }
  /** `reroute` found no way and ended the packet. */
  | { readonly verdict: 'STOLEN' }
  | {
      readonly verdict: 'DROP';
      readonly reason: DropReason;
      readonly at: RuleRef | null;
      /** Set when a REJECT target decided: what the IP layer must answer. */
      readonly reject: RejectWith | null;
      /** What the kernel logs where no rule or policy decided. */
      readonly why?: string;
    };

/** Address types of `-m addrtype` (include/uapi/linux/rtnetlink.h RTN_*). */
export type AddrType =
  'UNSPEC' | 'UNICAST' | 'LOCAL' | 'BROADCAST' | 'ANYCAST' | 'MULTICAST' | 'BLACKHOLE' | 'UNREACHABLE' | 'PROHIBIT';

/** What netfilter asks of the namespace it runs in. */
export interface NetfilterHost {
  /** Virtual time in nanoseconds. */
  now(): number;
  /** Rules, sets or counters are others now, whoever changed them. */
  changed(): void;
  /** fib type of an address; limited to `dev` when given (inet_addr_type_dev_table). */
  addressType(addr: IpAddr, dev: string | null): AddrType;
  /** The source MASQUERADE takes when a packet to `nexthopOrDst` leaves `dev` (inet_select_addr); null when the device has none. */
  masqueradeAddress(dev: string, nexthop: IpAddr): IpAddr | null;
  /** First address of a device, for REDIRECT; null when it has none. */
  primaryAddress(dev: string): IpAddr | null;
  /** Where an answer to `src` would go, seen from the device a packet came in by. */
  reversePath(src: IpAddr, iif: string): ReversePath;
  /** A sysctl by its dotted name, e.g. `net.netfilter.nf_conntrack_max`. */
  sysctl(name: string): number;
  /** Draws of this namespace. `statistic` decides `-m statistic --mode random` of that probability: a u32 whose low 31 bits are compared. */
  readonly random: {
    statistic(probability: number): number;
    port(limit: number): number;
    /** A new set's hash seed. */
    initval(): number;
  };
}
