/**
 * What a rule can ask of a packet: one tagged value per match, in the order `iptables-save` prints them.
 *
 * `-s -d -i -o -p -f` come first (struct ipt_ip, checked by ip_packet_match), then the extensions (`-m`) in the order the
 * rule gives them. Addresses are kept as u32 with their mask, because masks need not be prefixes.
 * Simplification: u32, hashlimit, connlimit, time, string, owner, dscp and tos are refused when parsed.
 */
import type { AddrType } from './hooks.ts';
import type { CtState } from './conntrack-types.ts';

/** A port range with its `!`. */
export interface PortRange {
  readonly min: number;
  readonly max: number;
  readonly invert: boolean;
}

/** An address under a mask with its `!`; both u32, host bits cleared. */
export interface AddressMask {
  readonly addr: number;
  readonly mask: number;
  readonly invert: boolean;
}

/** `value/mask` with its `!`. */
export interface MaskedValue {
  readonly value: number;
  readonly mask: number;
  readonly invert: boolean;
}

/** A list of words with its `!`. */
export interface Words<T extends string> {
  readonly words: readonly T[];
  readonly invert: boolean;
}

/** An inclusive range with its `!`. */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly invert: boolean;
}

export interface SourceMatch extends AddressMask {
  readonly kind: 'source';
}

export interface DestinationMatch extends AddressMask {
  readonly kind: 'destination';
}

/** `-i` and `-o`; a trailing `+` in `name` matches any suffix. */
export interface InterfaceMatch {
  readonly kind: 'in' | 'out';
  readonly name: string;
  readonly invert: boolean;
}

export interface ProtocolMatch {
  readonly kind: 'protocol';
  readonly protocol: number;
  readonly invert: boolean;
}

/** `-f`: second and further fragments, which the simulated packets never are. */
export interface FragmentMatch {
  readonly kind: 'fragment';
  readonly invert: boolean;
}

export interface TcpMatch {
  readonly kind: 'tcp';
  readonly sport: PortRange | null;
  readonly dport: PortRange | null;
  /** Bits in the order of TCP_FLAG_NAMES: of `mask`, exactly `set` are set. */
  readonly flags: { readonly mask: number; readonly set: number; readonly invert: boolean } | null;
}

export interface UdpMatch {
  readonly kind: 'udp' | 'sctp';
  readonly sport: PortRange | null;
  readonly dport: PortRange | null;
}

export interface IcmpMatch {
  readonly kind: 'icmp';
  /** 255 is `any`. */
  readonly type: number;
  /** Null: any code. */
  readonly code: number | null;
  readonly invert: boolean;
}

export interface MultiportMatch {
  readonly kind: 'multiport';
  readonly side: 'sports' | 'dports' | 'ports';
  readonly ports: readonly { readonly min: number; readonly max: number }[];
  readonly invert: boolean;
}

export interface CommentMatch {
  readonly kind: 'comment';
  readonly text: string;
}

export interface MarkMatch extends MaskedValue {
  readonly kind: 'mark' | 'connmark';
}

/** Words of --ctstatus. */
export type CtStatus = 'NONE' | 'EXPECTED' | 'SEEN_REPLY' | 'ASSURED' | 'CONFIRMED';

export interface ConntrackMatch {
  readonly kind: 'conntrack';
  readonly ctstate: Words<CtState> | null;
  readonly ctproto: { readonly protocol: number; readonly invert: boolean } | null;
  readonly ctorigsrc: AddressMask | null;
  readonly ctorigdst: AddressMask | null;
  readonly ctreplsrc: AddressMask | null;
  readonly ctrepldst: AddressMask | null;
  readonly ctorigsrcport: PortRange | null;
  readonly ctorigdstport: PortRange | null;
  readonly ctreplsrcport: PortRange | null;
  readonly ctrepldstport: PortRange | null;
  readonly ctstatus: Words<CtStatus> | null;
  readonly ctexpire: Range | null;
  readonly ctdir: 'ORIGINAL' | 'REPLY' | null;
}

export interface StateMatch {
  readonly kind: 'state';
  readonly words: readonly CtState[];
  readonly invert: boolean;
}

export interface AddrtypeMatch {
  readonly kind: 'addrtype';
  readonly src: Words<AddrType> | null;
  readonly dst: Words<AddrType> | null;
  readonly limit: 'in' | 'out' | null;
}

export interface RandomMatch {
  readonly kind: 'random';
  /** Of 2^31, as the kernel keeps it. */
  readonly threshold: number;
  readonly invert: boolean;
}

export interface NthMatch {
  readonly kind: 'nth';
  readonly every: number;
  /** Which packet of every `every` matches, from 0. */
  readonly packet: number;
  readonly invert: boolean;
}

export interface RecentMatch {
  readonly kind: 'recent';
  readonly op: 'set' | 'rcheck' | 'update' | 'remove';
  readonly seconds: number | null;
  readonly reap: boolean;
  readonly hitcount: number | null;
  readonly rttl: boolean;
  readonly name: string;
  readonly mask: number;
  readonly side: 'rsource' | 'rdest';
  readonly invert: boolean;
}

export interface PhysdevMatch {
  readonly kind: 'physdev';
  readonly isIn: { readonly invert: boolean } | null;
  readonly in: { readonly name: string; readonly invert: boolean } | null;
  readonly isOut: { readonly invert: boolean } | null;
  readonly out: { readonly name: string; readonly invert: boolean } | null;
  readonly isBridged: { readonly invert: boolean } | null;
}

export interface PkttypeMatch {
  readonly kind: 'pkttype';
  readonly type: 'unicast' | 'broadcast' | 'multicast';
  readonly invert: boolean;
}

export interface LimitMatch {
  readonly kind: 'limit';
  /** Cost of one packet in units of 1/10000 s, as libxt_limit keeps it. */
  readonly cost: number;
  readonly burst: number;
}

export interface MacMatch {
  readonly kind: 'mac';
  readonly address: string;
  readonly invert: boolean;
}

export interface RangeMatch extends Range {
  readonly kind: 'tcpmss' | 'length';
}

export interface IprangeMatch {
  readonly kind: 'iprange';
  readonly src: Range | null;
  readonly dst: Range | null;
}

export interface TtlMatch {
  readonly kind: 'ttl';
  readonly op: 'eq' | 'ne' | 'lt' | 'gt';
  readonly ttl: number;
}

/** Is an address of the packet in a set (xt_set set_match_v4)? */
export interface SetMatch {
  readonly kind: 'set';
  /** The set's name; rules of a set that does not exist cannot be made. */
  readonly name: string;
  /** Which address each part of a member is compared with; sets of one part read the first word only. */
  readonly sides: readonly ('src' | 'dst')[];
  readonly invert: boolean;
}

/** Would an answer to the packet's source leave by the device it came in by (ipt_rpfilter rpfilter_mt)? */
export interface RpfilterMatch {
  readonly kind: 'rpfilter';
  /** Any device will do. */
  readonly loose: boolean;
  /** The look-up has the packet's mark; no route here depends on marks. */
  readonly validmark: boolean;
  /** The source may be an address of this host. */
  readonly acceptLocal: boolean;
  readonly invert: boolean;
}

/** Matches that read the packet and the namespace only. */
export type PureMatch =
  | SourceMatch
  | DestinationMatch
  | InterfaceMatch
  | ProtocolMatch
  | FragmentMatch
  | TcpMatch
  | UdpMatch
  | IcmpMatch
  | MultiportMatch
  | CommentMatch
  | MarkMatch
  | ConntrackMatch
  | StateMatch
  | AddrtypeMatch
  | PhysdevMatch
  | PkttypeMatch
  | MacMatch
  | RangeMatch
  | IprangeMatch
  | TtlMatch
  | SetMatch
  | RpfilterMatch;

/** Matches that draw, count or remember: evaluating them changes what comes next. */
export type StatefulMatch = RandomMatch | NthMatch | RecentMatch | LimitMatch;

export type Match = PureMatch | StatefulMatch;

export function isStateful(match: Match): match is StatefulMatch {
  return match.kind === 'random' || match.kind === 'nth' || match.kind === 'recent' || match.kind === 'limit';
}
