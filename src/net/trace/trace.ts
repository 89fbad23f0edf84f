/**
 * The one trace of a flow: every decision every kernel took about every packet of it, in order.
 *
 * The animation, the hop list, the chain view, tcpdump, the lesson checks, the command line and the tests read this one
 * structure (Batfish's Trace → Hop → Step on a time axis). Each step holds the packet as it was after the step, so a header
 * diff is two neighbouring steps of the same packet.
 */
import type { Cidr } from '../../lib/cidr.ts';
import type { IpAddr } from '../../lib/ip.ts';
import type { Mac } from '../../lib/mac.ts';
import type { Provenance } from '../../lib/provenance.ts';
import type { Instant } from '../../sim/sim.ts';
import type { CtState, Tuple } from '../netfilter/conntrack-types.ts';
import type { Hook, RejectWith, RuleRef, TableName } from '../netfilter/hooks.ts';
import type { Ipsets } from '../netfilter/ipset.ts';
import type { ConnFacts, ReversePath } from '../netfilter/packet-facts.ts';
import type { Chain } from '../netfilter/ruleset.ts';
import type { RunAddressTypes } from '../netfilter/expand.ts';
import type { EthernetHeader, L3 } from '../wire/packet.ts';

/** Why a packet went no further: include/net/dropreason-core.h, and `SIM_` where the kernel has no name. */
export type DropReason =
  | 'NETFILTER_DROP'
  | 'IP_OUTNOROUTES'
  | 'IP_INNOROUTES'
  | 'IP_RPFILTER'
  | 'IP_INADDRERRORS'
  | 'IP_LOCALNET'
  | 'IP_INVALID_SOURCE'
  | 'IP_NOPROTO'
  | 'NEIGH_FAILED'
  | 'NEIGH_QUEUEFULL'
  | 'NO_SOCKET'
  | 'OTHERHOST'
  | 'PKT_TOO_BIG'
  | 'DEV_READY'
  | 'QDISC_DROP'
  | 'TCP_INVALID_SEQUENCE'
  | 'TCP_RESET'
  | 'UNHANDLED_PROTO'
  | 'VXLAN_VNI_NOT_FOUND'
  | 'TTL_EXCEEDED'
  | 'FORWARDING_DISABLED'
  | 'SIM_NO_PORT'
  | 'SIM_NO_FDB'
  | 'SIM_NO_LISTENER_ON_WIRE'
  | 'SIM_LINK_DOWN'
  | 'SIM_EVENT_LIMIT';

/** The one end every packet comes to. CONSUMED: carried on inside another packet or absorbed by a protocol (ARP, a bridge's flood copy). */
export type Disposition = 'DELIVERED' | 'DROPPED' | 'REJECTED' | 'LOST' | 'CONSUMED' | 'SIM_EVENT_LIMIT';

/** What a packet is to the one it came from. */
export type PacketRelation =
  /** Sent by the client's or server's socket. */
  | 'sent'
  /** The same segment sent again by the retransmission timer. */
  | 'retransmission'
  /** The outer packet of a tunnel; the parent is the packet inside. */
  | 'encapsulates'
  /** A copy made when a bridge or the wire floods. */
  | 'clone'
  /** An ICMP error or a RST about the parent. */
  | 'error'
  /** ARP made to deliver the parent. */
  | 'arp';

/** Which way of the conversation a packet belongs to, for the request / reply / DNS / ARP filter; `dns`: the name was still being looked up. */
export type PacketRole = 'request' | 'reply' | 'dns' | 'arp';

export interface TracePacket {
  readonly id: number;
  readonly parentId: number | null;
  readonly relation: PacketRelation;
  readonly role: PacketRole;
  /** What tcpdump would call it: `SYN`, `SYN-ACK`, `ACK`, `PSH-ACK`, `FIN-ACK`, `RST`, `UDP`, `DNS A? web`, `ICMP 3/3`, `ARP who-has 10.244.0.2`. */
  readonly label: string;
  readonly disposition: Disposition;
  /** The kernel's reason when it was not delivered, else null. */
  readonly reason: DropReason | null;
}

/** A device as a step names it. */
export interface DevRef {
  readonly name: string;
  readonly ifindex: number;
}

/** A route as `ip route` has it. */
export interface RouteView {
  readonly table: 'main' | 'local' | string;
  readonly type: 'unicast' | 'local' | 'broadcast' | 'blackhole' | 'unreachable' | 'prohibit';
  readonly dst: Cidr;
  readonly via: IpAddr | null;
  readonly dev: string | null;
  readonly src: IpAddr | null;
  readonly scope: 'global' | 'link' | 'host';
  readonly proto: string;
  readonly metric: number;
  readonly onlink: boolean;
  /** The `ip route show` line. */
  readonly text: string;
  readonly madeBy: Provenance;
  readonly madeAt: Instant;
}

/** Which match of a rule failed, and what the packet has instead. */
export interface FailedMatch {
  /** The words of the rule that failed, e.g. `--dport 6800`; empty for an implicit failure. */
  readonly text: string;
  /** The packet's own value in the same terms, e.g. `80`. */
  readonly packet: string;
  /** Which property was compared, for the plain-words explanation: `destination port`, `source`, `ctstate`, `mark`, … */
  readonly property: string;
}

export type RuleVerdict = 'ACCEPT' | 'DROP' | 'REJECT' | 'RETURN' | 'JUMP' | 'GOTO' | 'CONTINUE' | 'NAT' | 'MARK' | 'NOTRACK';

export type StepDetail =
  /** A process hands data to a socket, or a socket's timer sends. */
  | { readonly kind: 'socket.send'; readonly process: string; readonly what: string }
  /** A socket takes the packet. */
  | { readonly kind: 'socket.deliver'; readonly process: string; readonly what: string }
  | {
      readonly kind: 'route.lookup';
      readonly direction: 'output' | 'input';
      readonly dst: IpAddr;
      /** Null: no route (unreachable). */
      readonly route: RouteView | null;
      /** Matching but less specific routes, best first. */
      readonly passedOver: readonly RouteView[];
      /** The source address chosen by this lookup; null where the packet keeps its own. */
      readonly srcChosen: IpAddr | null;
      /** True when nat or a mark made the kernel route an outgoing packet a second time (ip_route_me_harder). */
      readonly again: boolean;
    }
  | {
      readonly kind: 'nf.hook';
      readonly hook: Hook;
      readonly via: 'ip' | 'bridge';
      readonly iif: string | null;
      readonly oif: string | null;
      readonly physin: string | null;
      readonly physout: string | null;
    }
  | {
      readonly kind: 'nf.rule';
      readonly hook: Hook;
      readonly rule: RuleRef;
      readonly matched: boolean;
      /** The first match that failed; null when matched. */
      readonly failed: FailedMatch | null;
      /** What a match with chance drew: `0.712 is not below 0.33333333349`; null when there was none. */
      readonly draw: { readonly value: number; readonly probability: number } | null;
      readonly verdict: RuleVerdict | null;
      /** Where JUMP and GOTO go, else null. */
      readonly toChain: string | null;
      /** The rule's packet counter after this packet. */
      readonly packets: number;
      readonly depth: number;
      readonly madeBy: Provenance;
    }
  /** A run of rules tried and not matched: `count` rules from `from` (1-based). `expandRun` gives each failed match. */
  | {
      readonly kind: 'nf.run';
      readonly hook: Hook;
      readonly table: TableName;
      readonly chain: Chain;
      readonly from: number;
      readonly count: number;
      readonly depth: number;
      readonly iif: string | null;
      readonly oif: string | null;
      readonly physin: string | null;
      readonly physout: string | null;
      readonly ctstate: CtState;
      /** The packet's connection as it was, for the matches that ask about it; null when it has none. */
      readonly conn: ConnFacts | null;
      /** fib types of the packet's addresses where rules of the chain ask for them, else null. */
      readonly addressTypes: RunAddressTypes | null;
      /** The sets there were where rules of the chain ask one, else null. */
      readonly sets: Ipsets | null;
      /** Where an answer to the packet would go where rules of the chain ask for it, else null. */
      readonly reversePath: ReversePath | null;
    }
  /** The end of a chain: a base chain's policy, or the way back to the caller. */
  | {
      readonly kind: 'nf.end';
      readonly hook: Hook;
      readonly table: TableName;
      readonly chain: string;
      readonly policy: 'ACCEPT' | 'DROP' | 'RETURN';
      readonly depth: number;
    }
  | {
      readonly kind: 'ct';
      readonly op: 'new' | 'found' | 'confirmed' | 'invalid' | 'untracked' | 'related' | 'full';
      readonly state: CtState;
      readonly original: Tuple | null;
      readonly reply: Tuple | null;
      readonly id: number | null;
    }
  | {
      readonly kind: 'nat';
      readonly manip: 'source' | 'destination';
      readonly hook: Hook;
      readonly from: { readonly addr: IpAddr; readonly port: number };
      readonly to: { readonly addr: IpAddr; readonly port: number };
      /** The rule that decided it; null when conntrack applies an earlier decision (also to turn a reply back). */
      readonly rule: RuleRef | null;
      readonly connId: number;
    }
  | { readonly kind: 'reject'; readonly with: RejectWith; readonly hook: Hook }
  | { readonly kind: 'ttl'; readonly from: number; readonly to: number }
  | {
      readonly kind: 'neigh';
      readonly addr: IpAddr;
      readonly dev: string;
      readonly state: string;
      readonly lladdr: Mac | null;
      readonly madeBy: Provenance;
    }
  /** The device's netem or tbf qdisc let the packet wait, or lost it. */
  | {
      readonly kind: 'qdisc';
      readonly dev: DevRef;
      /** As tc prints it: `netem delay 50ms loss 30%`, `tbf rate 1Mbit burst 1000000b lat 25ms`. */
      readonly text: string;
      readonly delayNs: number;
      /** What the loss drew: lost when below the probability; null where nothing is left to chance. */
      readonly draw: { readonly value: number; readonly probability: number } | null;
      readonly lost: boolean;
    }
  | { readonly kind: 'dev.tx'; readonly dev: DevRef; readonly type: string }
  | { readonly kind: 'dev.rx'; readonly dev: DevRef; readonly type: string }
  | {
      readonly kind: 'bridge.fdb';
      readonly bridge: string;
      readonly mac: Mac;
      readonly decision: 'forward' | 'flood' | 'local';
      readonly ports: readonly string[];
      readonly learned: { readonly mac: Mac; readonly port: string } | null;
    }
  /** br_netfilter gives a bridged frame to the IP hooks, or (off) does not. */
  | {
      readonly kind: 'bridge.nf';
      readonly bridge: string;
      readonly enabled: boolean;
      readonly outcome: 'bridged' | 'routed' | 'skipped' | 'dnat-bridged';
    }
  | {
      readonly kind: 'vxlan.fdb';
      readonly dev: string;
      readonly mac: Mac;
      readonly remote: IpAddr | null;
      readonly madeBy: Provenance;
    }
  | {
      readonly kind: 'encap';
      readonly dev: string;
      /** VXLAN's network identifier; null with IP in IP, which has none. */
      readonly vni: number | null;
      readonly outerId: number;
      readonly outerSrc: IpAddr;
      readonly outerDst: IpAddr;
      /** VXLAN's UDP port; null with IP in IP, which is protocol 4. */
      readonly port: number | null;
      readonly overheadBytes: number;
    }
  | {
      readonly kind: 'decap';
      readonly dev: string;
      readonly vni: number | null;
      readonly innerId: number;
      readonly outerSrc: IpAddr;
      readonly port: number | null;
    }
  /** The physical segment carries the frame. */
  | { readonly kind: 'wire'; readonly segment: string; readonly from: string; readonly to: readonly string[] }
  | { readonly kind: 'icmp.error'; readonly type: number; readonly code: number; readonly errorId: number; readonly to: IpAddr }
  /** Fragmentation-needed has reached the sender: the path to `dst` takes packets of at most `mtu` bytes, for a while. */
  | { readonly kind: 'pmtu'; readonly dst: IpAddr; readonly mtu: number; readonly expiresAt: Instant }
  | { readonly kind: 'drop'; readonly reason: DropReason; readonly detail: string };

export interface StepBase {
  readonly seq: number;
  readonly t: Instant;
  readonly packetId: number;
  /** The machine (`class`, `external`), or the wire's name. */
  readonly node: string;
  /** Network namespace: `root`, a Pod's `namespace/name`, or '' on the wire. */
  readonly netns: string;
  /** The packet after the step. */
  readonly eth: EthernetHeader | null;
  readonly l3: L3;
  readonly mark: number;
}

export type TraceStep = StepBase & StepDetail;

export type StepKind = StepDetail['kind'];

/** How the flow ended for its client: errno's words, and what the recordings call it. */
export type Outcome =
  | 'reply'
  | 'refused'
  | 'timeout'
  | 'no route to host'
  | 'network unreachable'
  | 'time exceeded'
  | 'message too long'
  | 'invalid argument'
  | 'permission denied'
  | 'operation not permitted'
  | 'could not resolve host'
  | 'loop';

export interface Trace {
  /** `flow-N`, N counting the probes of a session. */
  readonly flowId: string;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly outcome: Outcome;
  readonly packets: readonly TracePacket[];
  readonly steps: readonly TraceStep[];
  /** Steps beyond the buffer's bound, not kept; 0 in all but runaway flows. */
  readonly dropped: number;
}
