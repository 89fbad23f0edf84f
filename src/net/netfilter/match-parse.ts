/**
 * Parses match extensions: `-m NAME` opens a draft, its options fill it, `finishMatch` checks and closes it.
 *
 * Models libxt_NAME.c / libipt_NAME.c of iptables 1.8.9: option names, checks and error words.
 */
import { assertNever } from '../../lib/assert.ts';
import type { CtState } from './conntrack-types.ts';
import type { AddrType } from './hooks.ts';
import type {
  AddrtypeMatch,
  CommentMatch,
  ConntrackMatch,
  CtStatus,
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
  Range,
  RangeMatch,
  RecentMatch,
  StateMatch,
  TcpMatch,
  TtlMatch,
  UdpMatch,
  Words,
} from './match.ts';
import { ICMP_TYPES, portNumber, protocolNumber, TCP_FLAG_NAMES } from './names.ts';
import {
  addressMask,
  addressU32,
  integer,
  interfaceName,
  limitCost,
  LIMIT_SCALE,
  portRange,
  Refusal,
  u32,
  valueMask,
} from './parse-values.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** `-m statistic` until its mode is known. */
interface StatisticDraft {
  readonly kind: 'statistic';
  mode: 'random' | 'nth' | null;
  probability: number | null;
  every: number | null;
  packet: number | null;
  invert: boolean;
}

type WithUnset<T, K extends keyof T> = Omit<Mutable<T>, K> & { -readonly [P in K]: T[P] | null };

/** `-m set`: no set can exist, so none is found. */
interface SetDraft {
  readonly kind: 'set';
}

/** A match whose options are still being read. */
export type MatchDraft =
  | SetDraft
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
  | WithUnset<TtlMatch, 'op'>;

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
  'rpfilter',
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
      return { kind: 'set' };
    default:
      throw new Refusal(
        REFUSED.has(name) ? `match \`${name}' is not simulated` : `Couldn't load match \`${name}':No such file or directory\n`,
      );
  }
}

/** Gives the next word as the value of an option. */
export type NextWord = (option: string) => string;

/** Reads `option` into the draft; false when the match has no such option. */
export function readMatchOption(draft: MatchDraft, option: string, invert: boolean, next: NextWord): boolean {
  switch (draft.kind) {
    case 'comment':
      if (option !== '--comment') return false;
      draft.text = next(option);
      return true;
    case 'tcp':
      return readTcp(draft, option, invert, next);
    case 'udp':
    case 'sctp':
      return readPorts(draft, option, invert, next);
    case 'icmp':
      return readIcmp(draft, option, invert, next);
    case 'multiport':
      return readMultiport(draft, option, invert, next);
    case 'mark':
    case 'connmark':
      if (option !== '--mark') return false;
      Object.assign(draft, valueMask(next(option), draft.kind, option));
      draft.invert = invert;
      return true;
    case 'conntrack':
      return readConntrack(draft, option, invert, next);
    case 'state':
      if (option !== '--state') return false;
      draft.words = ctStates(next(option), STATE_WORDS, 'state');
      draft.invert = invert;
      return true;
    case 'addrtype':
      return readAddrtype(draft, option, invert, next);
    case 'statistic':
      return readStatistic(draft, option, invert, next);
    case 'recent':
      return readRecent(draft, option, invert, next);
    case 'physdev':
      return readPhysdev(draft, option, invert, next);
    case 'pkttype':
      return readPkttype(draft, option, invert, next);
    case 'limit':
      return readLimit(draft, option, next);
    case 'mac':
      if (option !== '--mac-source') return false;
      draft.address = next(option).toLowerCase();
      if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(draft.address)) throw new Refusal('Invalid MAC address specified.');
      draft.invert = invert;
      return true;
    case 'tcpmss':
    case 'length':
      if (option !== (draft.kind === 'tcpmss' ? '--mss' : '--length')) return false;
      Object.assign(draft, numberRange(next(option), draft.kind, option, 0xffff), { invert });
      return true;
    case 'iprange':
      return readIprange(draft, option, invert, next);
    case 'ttl':
      return readTtl(draft, option, invert, next);
    case 'set':
      if (option !== '--match-set') return false;
      throw new Refusal(`Set ${next(option)} doesn't exist.\n`);
    default:
      return assertNever(draft);
  }
}

function readPorts(draft: Mutable<TcpMatch | UdpMatch>, option: string, invert: boolean, next: NextWord): boolean {
  switch (option) {
    case '--dport':
    case '--destination-port':
      if (draft.dport !== null) throw new Refusal("Only one `--destination-port' allowed");
      draft.dport = portRange(next(option), invert);
      return true;
    case '--sport':
    case '--source-port':
      if (draft.sport !== null) throw new Refusal("Only one `--source-port' allowed");
      draft.sport = portRange(next(option), invert);
      return true;
    default:
      return false;
  }
}

function tcpFlags(word: string): number {
  let bits = 0;
  for (const flag of word.toUpperCase().split(',')) {
    const bit = TCP_FLAG_NAMES.findIndex((name) => name === flag);
    if (bit >= 0) bits |= 1 << bit;
    else if (flag === 'ALL') bits |= 0x3f;
    else if (flag !== 'NONE') throw new Refusal(`Unknown TCP flag \`${flag}'`);
  }
  return bits;
}

function readTcp(draft: Mutable<TcpMatch>, option: string, invert: boolean, next: NextWord): boolean {
  if (option !== '--syn' && option !== '--tcp-flags') {
    if (option === '--tcp-option') throw new Refusal("option `--tcp-option' of match `tcp' is not simulated");
    return readPorts(draft, option, invert, next);
  }
  if (draft.flags !== null) throw new Refusal("Only one of `--syn' or `--tcp-flags'  allowed");
  draft.flags =
    option === '--syn'
      ? { mask: 0x17, set: 0x02, invert }
      : { mask: tcpFlags(next(option)), set: tcpFlags(next(option)), invert };
  return true;
}

function readIcmp(draft: WithUnset<IcmpMatch, 'type'>, option: string, invert: boolean, next: NextWord): boolean {
  if (option !== '--icmp-type') return false;
  const word = next(option);
  const named =
    ICMP_TYPES.get(word) ?? [...ICMP_TYPES].find(([name]) => name.toLowerCase().startsWith(word.toLowerCase()))?.[1];
  const numeric = /^(\d+)(?:\/(\d+))?$/.exec(word);
  if (numeric !== null) {
    draft.type = Number(numeric[1]);
    draft.code = numeric[2] === undefined ? null : Number(numeric[2]);
  } else if (named !== undefined && word !== '') [draft.type, draft.code] = named;
  if (draft.type === null || draft.type > 255 || (draft.code ?? 0) > 255) throw new Refusal(`Unknown ICMP type \`${word}'`);
  draft.invert = invert;
  return true;
}

const MULTIPORT_SIDES: ReadonlyMap<string, MultiportMatch['side']> = new Map([
  ['--sports', 'sports'],
  ['--source-ports', 'sports'],
  ['--dports', 'dports'],
  ['--destination-ports', 'dports'],
  ['--ports', 'ports'],
]);

function readMultiport(draft: WithUnset<MultiportMatch, 'side'>, option: string, invert: boolean, next: NextWord): boolean {
  const side = MULTIPORT_SIDES.get(option);
  if (side === undefined) return false;
  if (draft.side !== null) throw new Refusal('multiport: only one of --sports, --dports and --ports is allowed');
  draft.side = side;
  draft.invert = invert;
  draft.ports = next(option)
    .split(',')
    .map((word) => {
      const { min, max } = portRange(word, false);
      return { min, max };
    });
  const slots = draft.ports.reduce((sum, { min, max }) => sum + (min === max ? 1 : 2), 0);
  if (slots > 15) throw new Refusal('too many ports specified');
  return true;
}

const CTSTATE_WORDS: readonly CtState[] = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT'];
const STATE_WORDS: readonly CtState[] = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED'];
const CTSTATUS_WORDS: readonly CtStatus[] = ['NONE', 'EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'];

/** Words of a list in the tool's own order; refuses others. */
function listed<T extends string>(word: string, known: readonly T[], refuse: (word: string) => string): T[] {
  const given = word.toUpperCase().split(',');
  for (const item of given) if (!known.some((name) => name === item)) throw new Refusal(refuse(item));
  return known.filter((name) => given.includes(name));
}

function ctStates(word: string, known: readonly CtState[], option: string): CtState[] {
  switch (word) {
    case 'NEW':
      return ['NEW'];
    case 'RELATED,ESTABLISHED':
      return ['RELATED', 'ESTABLISHED'];
    default:
      return listed(word, known, () => `Bad ${option} "${word}"`);
  }
}

function readConntrack(draft: Mutable<ConntrackMatch>, option: string, invert: boolean, next: NextWord): boolean {
  switch (option) {
    case '--ctstate':
      draft.ctstate = { words: ctStates(next(option), CTSTATE_WORDS, 'ctstate'), invert };
      return true;
    case '--ctproto': {
      const word = next(option);
      const protocol = protocolNumber(word);
      if (protocol === null) throw new Refusal(`unknown protocol "${word}" specified`);
      draft.ctproto = { protocol, invert };
      return true;
    }
    case '--ctorigsrc':
      draft.ctorigsrc = addressMask(next(option), invert);
      return true;
    case '--ctorigdst':
      draft.ctorigdst = addressMask(next(option), invert);
      return true;
    case '--ctreplsrc':
      draft.ctreplsrc = addressMask(next(option), invert);
      return true;
    case '--ctrepldst':
      draft.ctrepldst = addressMask(next(option), invert);
      return true;
    case '--ctorigsrcport':
      draft.ctorigsrcport = portRange(next(option), invert);
      return true;
    case '--ctorigdstport':
      draft.ctorigdstport = portRange(next(option), invert);
      return true;
    case '--ctreplsrcport':
      draft.ctreplsrcport = portRange(next(option), invert);
      return true;
    case '--ctrepldstport':
      draft.ctrepldstport = portRange(next(option), invert);
      return true;
    case '--ctstatus':
      draft.ctstatus = { words: listed(next(option), CTSTATUS_WORDS, (word) => `Bad ctstatus "${word}"`), invert };
      return true;
    case '--ctexpire':
      draft.ctexpire = { ...numberRange(next(option), 'conntrack', option, 0xffffffff), invert };
      return true;
    case '--ctdir': {
      const word = next(option);
      const dir = word.toUpperCase();
      if (dir !== 'ORIGINAL' && dir !== 'REPLY') throw new Refusal(`conntrack: Bad value for "--ctdir" option: "${word}"`);
      draft.ctdir = dir;
      return true;
    }
    default:
      return false;
  }
}

const ADDR_TYPES: readonly AddrType[] = [
  'UNSPEC',
  'UNICAST',
  'LOCAL',
  'BROADCAST',
  'ANYCAST',
  'MULTICAST',
  'BLACKHOLE',
  'UNREACHABLE',
  'PROHIBIT',
];

function addrTypes(word: string, invert: boolean): Words<AddrType> {
  return { words: listed(word, ADDR_TYPES, (item) => `addrtype: bad type "${item}"`), invert };
}

function readAddrtype(draft: Mutable<AddrtypeMatch>, option: string, invert: boolean, next: NextWord): boolean {
  switch (option) {
    case '--src-type':
      draft.src = addrTypes(next(option), invert);
      return true;
    case '--dst-type':
      draft.dst = addrTypes(next(option), invert);
      return true;
    case '--limit-iface-in':
    case '--limit-iface-out':
      if (draft.limit !== null) {
        throw new Refusal('addrtype: option "--limit-iface-in" cannot be used together with "--limit-iface-out".\n');
      }
      draft.limit = option === '--limit-iface-in' ? 'in' : 'out';
      return true;
    default:
      return false;
  }
}

function readStatistic(draft: StatisticDraft, option: string, invert: boolean, next: NextWord): boolean {
  switch (option) {
    case '--mode': {
      const mode = next(option);
      if (mode !== 'random' && mode !== 'nth') throw new Refusal(`Bad mode "${mode}"`);
      draft.mode = mode;
      return true;
    }
    case '--probability': {
      const value = Number(next(option));
      if (!(value >= 0 && value <= 1))
        throw new Refusal('statistic: bad value for option "--probability", or out of range (0-1).\n');
      draft.probability = Math.round(value * 0x80000000);
      draft.invert = invert;
      return true;
    }
    case '--every':
      draft.every = integer(next(option), 'statistic', option, 1, 0xffffffff);
      draft.invert = invert;
      return true;
    case '--packet':
      draft.packet = integer(next(option), 'statistic', option, 0, 0xffffffff);
      return true;
    default:
      return false;
  }
}

const RECENT_OPS: ReadonlyMap<string, RecentMatch['op']> = new Map([
  ['--set', 'set'],
  ['--rcheck', 'rcheck'],
  ['--update', 'update'],
  ['--remove', 'remove'],
]);

function readRecent(draft: WithUnset<RecentMatch, 'op'>, option: string, invert: boolean, next: NextWord): boolean {
  const op = RECENT_OPS.get(option);
  if (op !== undefined) {
    if (draft.op !== null) {
      const [first, second] = [...RECENT_OPS.values()].filter((each) => each === op || each === draft.op);
      throw new Refusal(`recent: option "--${first ?? op}" cannot be used together with "--${second ?? op}".\n`);
    }
    draft.op = op;
    draft.invert = invert;
    return true;
  }
  switch (option) {
    case '--seconds':
      draft.seconds = integer(next(option), 'recent', option, 1, 0xffffffff);
      return true;
    case '--hitcount':
      draft.hitcount = integer(next(option), 'recent', option, 1, 0xffffffff);
      return true;
    case '--reap':
      draft.reap = true;
      return true;
    case '--rttl':
      draft.rttl = true;
      return true;
    case '--name':
      draft.name = next(option);
      return true;
    case '--rsource':
      draft.side = 'rsource';
      return true;
    case '--rdest':
      draft.side = 'rdest';
      return true;
    case '--mask': {
      const word = next(option);
      const mask = addressU32(word);
      if (mask === null) throw new Refusal(`recent: bad value for option "--mask": ${word}`);
      draft.mask = mask;
      return true;
    }
    default:
      return false;
  }
}

function readPhysdev(draft: Mutable<PhysdevMatch>, option: string, invert: boolean, next: NextWord): boolean {
  switch (option) {
    case '--physdev-in':
      draft.in = { name: interfaceName(next(option)), invert };
      return true;
    case '--physdev-out':
      draft.out = { name: interfaceName(next(option)), invert };
      return true;
    case '--physdev-is-in':
      draft.isIn = { invert };
      return true;
    case '--physdev-is-out':
      draft.isOut = { invert };
      return true;
    case '--physdev-is-bridged':
      draft.isBridged = { invert };
      return true;
    default:
      return false;
  }
}

function readPkttype(draft: WithUnset<PkttypeMatch, 'type'>, option: string, invert: boolean, next: NextWord): boolean {
  if (option !== '--pkt-type') return false;
  const word = next(option);
  const type = word.toLowerCase() === 'host' ? 'unicast' : word.toLowerCase();
  if (type !== 'unicast' && type !== 'broadcast' && type !== 'multicast') throw new Refusal(`Bad packet type '${word}'`);
  draft.type = type;
  draft.invert = invert;
  return true;
}

function readLimit(draft: Mutable<LimitMatch>, option: string, next: NextWord): boolean {
  switch (option) {
    case '--limit':
      draft.cost = limitCost(next(option));
      return true;
    case '--limit-burst':
      draft.burst = integer(next(option), 'limit', option, 0, 10000);
      return true;
    default:
      return false;
  }
}

function numberRange(word: string, module: string, option: string, limit: number): { min: number; max: number } {
  const parts = word.split(':');
  const min = u32(parts[0] === '' ? '0' : (parts[0] ?? ''));
  const max = parts.length === 1 ? min : u32(parts[1] === '' ? String(limit) : (parts[1] ?? ''));
  if (min === null || max === null || parts.length > 2 || min > limit || max > limit) {
    throw new Refusal(`${module}: bad value for option "${option}" near "${word}", or out of range (0-${limit}).\n`);
  }
  return { min, max };
}

function addressRange(word: string, invert: boolean): Range {
  const dash = word.indexOf('-');
  const min = addressU32(dash < 0 ? word : word.slice(0, dash));
  const max = dash < 0 ? min : addressU32(word.slice(dash + 1));
  if (min === null || max === null) throw new Refusal(`xt_iprange: Bad value for option: "${word}"`);
  return { min, max, invert };
}

function readIprange(draft: Mutable<IprangeMatch>, option: string, invert: boolean, next: NextWord): boolean {
  switch (option) {
    case '--src-range':
      draft.src = addressRange(next(option), invert);
      return true;
    case '--dst-range':
      draft.dst = addressRange(next(option), invert);
      return true;
    default:
      return false;
  }
}

function readTtl(draft: WithUnset<TtlMatch, 'op'>, option: string, invert: boolean, next: NextWord): boolean {
  switch (option) {
    case '--ttl-eq':
    case '--ttl':
      draft.op = invert ? 'ne' : 'eq';
      break;
    case '--ttl-lt':
      draft.op = 'lt';
      break;
    case '--ttl-gt':
      draft.op = 'gt';
      break;
    default:
      return false;
  }
  draft.ttl = integer(next(option), 'ttl', option, 0, 255);
  return true;
}

function required(module: string, option: string): Refusal {
  return new Refusal(`${module}: option "${option}" must be specified\n`);
}

/** A match without the option it cannot do without. */
function incomplete(draft: MatchDraft): Refusal | null {
  switch (draft.kind) {
    case 'comment':
      return draft.text === null ? required('comment', '--comment') : null;
    case 'set':
      return new Refusal("set: You must specify `--match-set' with proper arguments");
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

/** `portNumber` under the error words of the nat targets. */
export function natPort(word: string): number {
  const value = portNumber(word);
  if (value === null) throw new Refusal(`Port \`${word}' not valid`);
  return value;
}
