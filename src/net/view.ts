/**
 * Immutable views of a namespace's state, as the tools print it. Unchanged parts keep their identity between snapshots.
 */
import type { Cidr } from '../lib/cidr.ts';
import type { IpAddr } from '../lib/ip.ts';
import type { Mac } from '../lib/mac.ts';
import type { Provenance } from '../lib/provenance.ts';
import type { Instant } from '../sim/sim.ts';
import type { TcpCtState, Tuple } from './netfilter/conntrack-types.ts';
import type { TableName } from './netfilter/hooks.ts';
import type { Ipsets } from './netfilter/ipset.ts';
import type { Ruleset } from './netfilter/ruleset.ts';
import type { PathMtu } from './ip/pmtu.ts';
import type { RouteView } from './trace/trace.ts';

export type LinkKind = 'loopback' | 'ether' | 'veth' | 'bridge' | 'vxlan' | 'openvswitch' | 'ipip' | 'dummy' | 'ifb';

export interface AddressView {
  /** Interface address with its prefix length, e.g. `10.244.0.1/24`. */
  readonly address: Cidr;
  readonly broadcast: IpAddr | null;
  readonly scope: 'global' | 'link' | 'host';
  readonly madeBy: Provenance;
  readonly madeAt: Instant;
}

/** The other end of a veth pair. */
export interface PeerView {
  readonly ifindex: number;
  /** Machine and namespace the peer lives in; `external`/`root` style names as in trace steps. */
  readonly node: string;
  readonly netns: string;
  readonly name: string;
  /** What the namespace this end is in calls the other's (`link-netnsid`); null within one namespace. */
  readonly netnsid: number | null;
}

export interface VxlanView {
  readonly id: number;
  /** Null where each packet says it itself (`external`). */
  readonly local: IpAddr | null;
  readonly dev: string | null;
  readonly dstport: number;
  readonly learning: boolean;
  /** Where to is in the packet's tunnel metadata. */
  readonly external: boolean;
}

export interface LinkView {
  readonly ifindex: number;
  readonly name: string;
  readonly kind: LinkKind;
  readonly mac: Mac;
  readonly mtu: number;
  /** Administratively up (`ip link set up`). */
  readonly up: boolean;
  /** Carrier present: LOWER_UP. */
  readonly lowerUp: boolean;
  /** As `ip link` prints it between < and >. */
  readonly flags: readonly string[];
  readonly operstate: 'UP' | 'DOWN' | 'UNKNOWN' | 'LOWERLAYERDOWN';
  /** The bridge it is a port of, else null. */
  readonly master: string | null;
  readonly hairpin: boolean;
  /** A netem or tbf qdisc as `tc qdisc show` prints it; null for the device's own. */
  readonly qdisc: string | null;
  /** The root qdisc's kind as `ip link` prints it; `noop` until the device is first up. */
  readonly rootQdisc: 'noop' | 'noqueue' | 'fq_codel' | 'netem' | 'tbf';
  /** Packets its queue may hold (tx_queue_len). */
  readonly qlen: number;
  /** The ifb that what comes in is redirected to; null where nothing is. */
  readonly redirect: string | null;
  readonly peer: PeerView | null;
  readonly vxlan: VxlanView | null;
  readonly addresses: readonly AddressView[];
  readonly rx: { readonly packets: number; readonly bytes: number; readonly dropped: number };
  readonly tx: { readonly packets: number; readonly bytes: number; readonly dropped: number };
  readonly madeBy: Provenance;
  readonly madeAt: Instant;
}

export type NudState = 'NONE' | 'INCOMPLETE' | 'REACHABLE' | 'STALE' | 'DELAY' | 'PROBE' | 'FAILED' | 'NOARP' | 'PERMANENT';

export interface NeighView {
  readonly addr: IpAddr;
  readonly dev: string;
  readonly lladdr: Mac | null;
  readonly state: NudState;
  readonly madeBy: Provenance;
  readonly madeAt: Instant;
}

export interface FdbView {
  readonly mac: Mac;
  readonly dev: string;
  readonly master: string | null;
  /** VXLAN remote, else null. */
  readonly dst: IpAddr | null;
  readonly permanent: boolean;
  readonly self: boolean;
  readonly madeBy: Provenance;
  readonly madeAt: Instant;
}

export interface ConntrackView {
  readonly id: number;
  readonly original: Tuple;
  readonly reply: Tuple;
  readonly tcpState: TcpCtState | null;
  readonly seenReply: boolean;
  readonly assured: boolean;
  readonly mark: number;
  readonly expiresAt: Instant;
  readonly createdAt: Instant;
}

export interface SocketView {
  readonly protocol: 'tcp' | 'udp';
  readonly local: IpAddr;
  readonly port: number;
  readonly state: string;
  readonly process: string;
}

/** Packets and bytes a rule has matched. */
export interface RuleCounter {
  readonly packets: number;
  readonly bytes: number;
}

export interface NetfilterView {
  /** Tables that were ever written or listed, in the order iptables-save prints them. */
  readonly tables: readonly TableName[];
  readonly ruleset: Ruleset;
  readonly sets: Ipsets;
  /** By Rule.id; a rule that never matched is absent. */
  readonly counters: ReadonlyMap<number, RuleCounter>;
  /** Base chain policies, by `table/CHAIN`. */
  readonly policyCounters: ReadonlyMap<string, RuleCounter>;
}

export interface NetnsView {
  readonly node: string;
  /** `root`, or the Pod's `namespace/name`. */
  readonly name: string;
  readonly links: readonly LinkView[];
  readonly routes: readonly RouteView[];
  /** `ip route show cache`: paths found to be narrower than their device. */
  readonly pathMtus: readonly PathMtu[];
  readonly neighbours: readonly NeighView[];
  readonly fdb: readonly FdbView[];
  readonly sysctls: ReadonlyMap<string, string>;
  readonly netfilter: NetfilterView;
  readonly conntrack: readonly ConntrackView[];
  readonly sockets: readonly SocketView[];
}
