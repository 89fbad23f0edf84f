/**
 * Match extensions while their options are read: `-m NAME` opens a draft, `finishMatch` checks and closes it.
 *
 * Models the `final_check` and mandatory options of libxt_NAME.c / libipt_NAME.c of iptables 1.8.9.
 */
import type {
  AddrtypeMatch,
  CommentMatch,
  ConntrackMatch,
  IcmpMatch,
  IprangeMatch,
  LimitMatch,
  MacMatch,
  MarkMatch,
  Match,
  MultiportMatch,
  NthMatch,
  PhysdevMatch,
  PkttypeMatch,
  RandomMatch,
  RangeMatch,
  RecentMatch,
  RpfilterMatch,
  SetMatch,
  StateMatch,
  TcpMatch,
  TtlMatch,
  UdpMatch,
} from './match.ts';
import { LIMIT_SCALE, Refusal } from './parse-values.ts';

/** A value while it is being read. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** `-m statistic` until its mode is known. */
export interface StatisticDraft {
  readonly kind: 'statistic';
  mode: 'random' | 'nth' | null;
  probability: number | null;
  every: number | null;
  packet: number | null;
  invert: boolean;
}

/** The same, with parts not given yet. */
export type WithUnset<T, K extends keyof T> = Omit<Mutable<T>, K> & { -readonly [P in K]: T[P] | null };

/** A match whose options are still being read. */
export type MatchDraft =
  | Mutable<TcpMatch>
  | Mutable<UdpMatch>
  | WithUnset<IcmpMatch, 'type'>
  | WithUnset<MultiportMatch, 'side'>
  | WithUnset<CommentMatch, 'text'>
  | WithUnset<MarkMatch, 'value'>
  | Mutable<ConntrackMatch>
  | Mutable<StateMatch>
  | Mutable<AddrtypeMatch>
  | StatisticDraft
  | WithUnset<RecentMatch, 'op'>
  | Mutable<PhysdevMatch>
  | WithUnset<PkttypeMatch, 'type'>
  | Mutable<LimitMatch>
  | WithUnset<MacMatch, 'address'>
  | WithUnset<RangeMatch, 'min'>
  | Mutable<IprangeMatch>
  | WithUnset<TtlMatch, 'op'>
  | WithUnset<SetMatch, 'name'>
  | Mutable<RpfilterMatch>;

const REFUSED = new Set([
  'ah',
  'bpf',
  'cgroup',
  'cluster',
  'connbytes',
  'connlabel',
  'connlimit',
  'cpu',
  'dccp',
  'devgroup',
  'dscp',
  'ecn',
  'esp',
  'hashlimit',
  'helper',
  'ipcomp',
  'ipvs',
  'nfacct',
  'osf',
  'owner',
  'policy',
  'quota',
  'rateest',
  'realm',
  'socket',
  'string',
  'time',
  'tos',
  'u32',
  'udplite',
]);

const DEFAULT_LIMIT_COST = (LIMIT_SCALE * 3600) / 3;

/** Opens `-m name`. */
export function openMatch(name: string): MatchDraft {
  switch (name) {
    case 'comment':
      return { kind: 'comment', text: null };
    case 'tcp':
      return { kind: 'tcp', sport: null, dport: null, flags: null };
    case 'udp':
    case 'sctp':
      return { kind: name, sport: null, dport: null };
    case 'icmp':
      return { kind: 'icmp', type: null, code: null, invert: false };
    case 'multiport':
      return { kind: 'multiport', side: null, ports: [], invert: false };
    case 'mark':
    case 'connmark':
      return { kind: name, value: null, mask: 0, invert: false };
    case 'conntrack':
      return {
        kind: 'conntrack',
        ctstate: null,
        ctproto: null,
        ctorigsrc: null,
        ctorigdst: null,
        ctreplsrc: null,
        ctrepldst: null,
        ctorigsrcport: null,
        ctorigdstport: null,
        ctreplsrcport: null,
        ctrepldstport: null,
        ctstatus: null,
        ctexpire: null,
        ctdir: null,
      };
    case 'state':
      return { kind: 'state', words: [], invert: false };
    case 'addrtype':
      return { kind: 'addrtype', src: null, dst: null, limit: null };
    case 'statistic':
      return { kind: 'statistic', mode: null, probability: null, every: null, packet: null, invert: false };
    case 'recent':
      return {
        kind: 'recent',
        op: null,
        seconds: null,
        reap: false,
        hitcount: null,
        rttl: false,
        name: 'DEFAULT',
        mask: 0xffffffff,
        side: 'rsource',
        invert: false,
      };
    case 'physdev':
      return { kind: 'physdev', isIn: null, in: null, isOut: null, out: null, isBridged: null };
    case 'pkttype':
      return { kind: 'pkttype', type: null, invert: false };
    case 'limit':
      return { kind: 'limit', cost: DEFAULT_LIMIT_COST, burst: 5 };
    case 'mac':
      return { kind: 'mac', address: null, invert: false };
    case 'tcpmss':
    case 'length':
      return { kind: name, min: null, max: 0, invert: false };
    case 'iprange':
      return { kind: 'iprange', src: null, dst: null };
    case 'ttl':
      return { kind: 'ttl', op: null, ttl: 0 };
    case 'set':
      return { kind: 'set', name: null, sides: [], invert: false };
    case 'rpfilter':
      return { kind: 'rpfilter', loose: false, validmark: false, acceptLocal: false, invert: false };
    default:
      throw new Refusal(
        REFUSED.has(name) ? `match \`${name}' is not simulated` : `Couldn't load match \`${name}':No such file or directory\n`,
      );
  }
}

/** Gives the next word as the value of an option. */
export type NextWord = (option: string) => string;

function required(module: string, option: string): Refusal {
  return new Refusal(`${module}: option "${option}" must be specified\n`);
}

/** A match without the option it cannot do without. */
function incomplete(draft: MatchDraft): Refusal | null {
  switch (draft.kind) {
    case 'comment':
      return draft.text === null ? required('comment', '--comment') : null;
    case 'set':
      return draft.name === null ? new Refusal("You must specify `--match-set' with proper arguments") : null;
    case 'icmp':
      return draft.type === null ? required('icmp', '--icmp-type') : null;
    case 'multiport':
      return draft.side === null ? new Refusal('multiport expection an option') : null;
    case 'mark':
    case 'connmark':
      return draft.value === null ? required(draft.kind, '--mark') : null;
    case 'conntrack':
      return Object.values(draft).every((value) => value === null || value === 'conntrack')
        ? new Refusal('conntrack: At least one option is required')
        : null;
    case 'state':
      return draft.words.length === 0 ? required('state', '--state') : null;
    case 'addrtype':
      return draft.src === null && draft.dst === null
        ? new Refusal('addrtype: you must specify --src-type or --dst-type')
        : null;
    case 'recent':
      return incompleteRecent(draft);
    case 'physdev':
      return (draft.in ?? draft.out ?? draft.isIn ?? draft.isOut ?? draft.isBridged) === null
        ? new Refusal('PHYSDEV: no physdev option specified')
        : null;
    case 'pkttype':
      return draft.type === null ? required('pkttype', '--pkt-type') : null;
    case 'mac':
      return draft.address === null ? required('mac', '--mac-source') : null;
    case 'tcpmss':
      return draft.min === null ? required('tcpmss', '--mss') : null;
    case 'length':
      return draft.min === null ? required('length', '--length') : null;
    case 'iprange':
      return draft.src === null && draft.dst === null
        ? new Refusal("iprange match: You must specify `--src-range' or `--dst-range'")
        : null;
    case 'ttl':
      return draft.op === null ? new Refusal("TTL match: You must specify one of `--ttl-eq', `--ttl-lt', `--ttl-gt") : null;
    default:
      return null;
  }
}

function incompleteRecent(draft: WithUnset<RecentMatch, 'op'>): Refusal | null {
  if (draft.op === null) return new Refusal("recent: you must specify one of `--set', `--rcheck' `--update' or `--remove'");
  if (draft.reap && draft.seconds === null) return new Refusal('recent: option "--reap" also requires "--seconds".\n');
  return null;
}

function finishStatistic(draft: StatisticDraft): RandomMatch | NthMatch {
  const { invert, every, packet } = draft;
  if (every !== null && packet === null && draft.mode === 'nth') {
    throw new Refusal('statistic: option "--every" also requires "--packet".\n');
  }
  if (draft.mode === 'nth') {
    if (every === null || packet === null) throw new Refusal('--every and --packet must be specified when using nth mode');
    if (packet >= every) throw new Refusal('the --packet p must be 0 <= p <= n-1');
    return { kind: 'nth', every, packet, invert };
  }
  if (draft.probability === null) throw new Refusal('--probability must be specified when using random mode');
  return { kind: 'random', threshold: draft.probability, invert };
}

/** Closes a draft, or throws the Refusal the tool would print. */
export function finishMatch(draft: MatchDraft): Match {
  if (draft.kind === 'statistic') return finishStatistic(draft);
  const refusal = incomplete(draft);
  if (refusal !== null) throw refusal;
  return draft as Match;
}
