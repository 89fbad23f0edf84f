/**
 * Options of match extensions, as libxt_NAME.c / libipt_NAME.c of iptables 1.8.9 read them.
 */
import { assertNever } from '../../lib/assert.ts';
import type { MatchDraft, Mutable, NextWord, WithUnset } from './match-draft.ts';
import { ctStates, readAddrtype, readConntrack, readRecent, readStatistic, STATE_WORDS } from './match-parse-context.ts';
import type {
  IcmpMatch,
  IprangeMatch,
  LimitMatch,
  MultiportMatch,
  PhysdevMatch,
  PkttypeMatch,
  Range,
  RpfilterMatch,
  SetMatch,
  TcpMatch,
  TtlMatch,
  UdpMatch,
} from './match.ts';
import { ICMP_TYPES, TCP_FLAG_NAMES } from './names.ts';
import { addressU32, integer, interfaceName, limitCost, numberRange, portRange, Refusal, valueMask } from './parse-values.ts';
import { owned } from './words.ts';

/** Reads `option` into the draft; false when the match has no such option. */
export function readMatchOption(draft: MatchDraft, option: string, invert: boolean, next: NextWord): boolean {
  switch (draft.kind) {
    case 'comment':
      if (option !== '--comment') return false;
      draft.text = owned(next(option));
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
      return readSet(draft, option, invert, next);
    case 'rpfilter':
      return readRpfilter(draft, option);
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

/** Options of a set match that count or ask for more than being in the set. */
const UNSIMULATED_SET_OPTIONS = /^--(return-nomatch|update-(sub)?counters|(packets|bytes)-(eq|lt|gt))$/;

function readSet(draft: WithUnset<SetMatch, 'name'>, option: string, invert: boolean, next: NextWord): boolean {
  if (UNSIMULATED_SET_OPTIONS.test(option)) throw new Refusal(`option \`${option}' of match \`set' is not simulated`);
  if (option !== '--match-set') return false;
  if (draft.name !== null) throw new Refusal('--match-set can be specified only once');
  draft.name = owned(next(option));
  draft.sides = next(option).split(',').map(setSide);
  draft.invert = invert;
  return true;
}

function setSide(word: string): 'src' | 'dst' {
  // The tool's own spelling.
  if (word !== 'src' && word !== 'dst') throw new Refusal("You must spefify (the comma separated list of) 'src' or 'dst'.");
  return word;
}

function readRpfilter(draft: Mutable<RpfilterMatch>, option: string): boolean {
  switch (option) {
    case '--loose':
      draft.loose = true;
      return true;
    case '--validmark':
      draft.validmark = true;
      return true;
    case '--accept-local':
      draft.acceptLocal = true;
      return true;
    case '--invert':
      draft.invert = true;
      return true;
    default:
      return false;
  }
}
