/**
 * Prints matches as `iptables-save` v1.8.9 (nf_tables) does, byte for byte.
 */
import { assertNever } from '../../lib/assert.ts';
import { ipFromU32 } from '../../lib/ip.ts';
import type {
  AddressMask,
  ConntrackMatch,
  Match,
  PhysdevMatch,
  PortRange,
  Range,
  RecentMatch,
  RpfilterMatch,
  SetMatch,
  TcpMatch,
  Words,
} from './match.ts';
import { protocolName, tcpFlagWords } from './names.ts';
import { limitRate } from './parse-values.ts';
import { savedString } from './words.ts';

/** Prefix length of a mask, or null when its ones are not contiguous. */
export function maskLength(mask: number): number | null {
  const zeros = 32 - Math.clz32(~mask);
  return (mask | 0) === (zeros === 32 ? 0 : -1 << zeros) ? 32 - zeros : null;
}

/** `a.b.c.d/n`, or with a dotted mask. */
export function addressMaskText({ addr, mask }: AddressMask): string {
  return `${ipFromU32(addr)}/${maskLength(mask) ?? ipFromU32(mask)}`;
}

/** `80` or `80:90`. */
export function rangeText({ min, max }: { readonly min: number; readonly max: number }): string {
  return min === max ? String(min) : `${min}:${max}`;
}

export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** `0x4000` or `0x4000/0x4000`. */
export function maskedText({ value, mask }: { readonly value: number; readonly mask: number }): string {
  return mask === 0xffffffff ? hex(value) : `${hex(value)}/${hex(mask)}`;
}

export function probabilityText(threshold: number): string {
  return (threshold / 0x80000000).toFixed(11);
}

function not(invert: boolean): string {
  return invert ? ' !' : '';
}

function portWords(option: string, range: PortRange | null): string {
  return range === null ? '' : `${not(range.invert)} ${option} ${rangeText(range)}`;
}

function tcpWords(match: TcpMatch): string {
  const { flags } = match;
  const flagWords =
    flags === null ? '' : `${not(flags.invert)} --tcp-flags ${tcpFlagWords(flags.mask)} ${tcpFlagWords(flags.set)}`;
  return ` -m tcp${portWords('--sport', match.sport)}${portWords('--dport', match.dport)}${flagWords}`;
}

function addressWords(option: string, address: AddressMask | null): string {
  if (address === null) return '';
  const text = address.mask === 0xffffffff ? ipFromU32(address.addr) : addressMaskText(address);
  return `${not(address.invert)} ${option} ${text}`;
}

function listWords(option: string, list: Words<string> | null): string {
  return list === null ? '' : `${not(list.invert)} ${option} ${list.words.join(',')}`;
}

function conntrackWords(match: ConntrackMatch): string {
  const { ctproto, ctexpire } = match;
  return (
    ' -m conntrack' +
    listWords('--ctstate', match.ctstate) +
    (ctproto === null ? '' : `${not(ctproto.invert)} --ctproto ${ctproto.protocol}`) +
    addressWords('--ctorigsrc', match.ctorigsrc) +
    addressWords('--ctorigdst', match.ctorigdst) +
    addressWords('--ctreplsrc', match.ctreplsrc) +
    addressWords('--ctrepldst', match.ctrepldst) +
    portWords('--ctorigsrcport', match.ctorigsrcport) +
    portWords('--ctorigdstport', match.ctorigdstport) +
    portWords('--ctreplsrcport', match.ctreplsrcport) +
    portWords('--ctrepldstport', match.ctrepldstport) +
    listWords('--ctstatus', match.ctstatus) +
    (ctexpire === null ? '' : `${not(ctexpire.invert)} --ctexpire ${rangeText(ctexpire)}`) +
    (match.ctdir === null ? '' : ` --ctdir ${match.ctdir}`)
  );
}

function recentWords(match: RecentMatch): string {
  return (
    ` -m recent${not(match.invert)} --${match.op}` +
    (match.seconds === null ? '' : ` --seconds ${match.seconds}`) +
    (match.reap ? ' --reap' : '') +
    (match.hitcount === null ? '' : ` --hitcount ${match.hitcount}`) +
    (match.rttl ? ' --rttl' : '') +
    ` --name ${match.name} --mask ${ipFromU32(match.mask)} --${match.side}`
  );
}

/** The words of physdev after its name; shared with the listing. */
export function physdevWords(match: PhysdevMatch): string {
  const flag = (option: string, given: { readonly invert: boolean } | null): string =>
    given === null ? '' : `${not(given.invert)} ${option}`;
  const device = (option: string, given: { readonly name: string; readonly invert: boolean } | null): string =>
    given === null ? '' : `${not(given.invert)} ${option} ${given.name}`;
  return (
    flag('--physdev-is-in', match.isIn) +
    device('--physdev-in', match.in) +
    flag('--physdev-is-out', match.isOut) +
    device('--physdev-out', match.out) +
    flag('--physdev-is-bridged', match.isBridged)
  );
}

/** `10.0.0.1-10.0.0.9` of an iprange. */
export function ipRangeText({ min, max }: Range): string {
  return `${ipFromU32(min)}-${ipFromU32(max)}`;
}

function iprangeWords(option: string, range: Range | null): string {
  return range === null ? '' : `${not(range.invert)} ${option} ${ipRangeText(range)}`;
}

/** `match-set NAME src`, shared with the listing. */
export function setWords({ name, sides }: SetMatch): string {
  return `match-set ${name} ${sides.join(',')}`;
}

/** The options of rpfilter, shared with the listing, which prints them without dashes. */
export function rpfilterWords(match: RpfilterMatch, dashes: string): string {
  const words = [
    ...(match.loose ? ['loose'] : []),
    ...(match.validmark ? ['validmark'] : []),
    ...(match.acceptLocal ? ['accept-local'] : []),
    ...(match.invert ? ['invert'] : []),
  ];
  return words.map((word) => ` ${dashes}${word}`).join('');
}

/** A match with the blank that precedes it. */
export function printMatch(match: Match): string {
  switch (match.kind) {
    case 'source':
      return `${not(match.invert)} -s ${addressMaskText(match)}`;
    case 'destination':
      return `${not(match.invert)} -d ${addressMaskText(match)}`;
    case 'in':
      return `${not(match.invert)} -i ${match.name}`;
    case 'out':
      return `${not(match.invert)} -o ${match.name}`;
    case 'protocol':
      return `${not(match.invert)} -p ${protocolName(match.protocol)}`;
    case 'fragment':
      return `${not(match.invert)} -f`;
    case 'tcp':
      return tcpWords(match);
    case 'udp':
    case 'sctp':
      return ` -m ${match.kind}${portWords('--sport', match.sport)}${portWords('--dport', match.dport)}`;
    case 'icmp':
      return ` -m icmp${not(match.invert)} --icmp-type ${icmpTypeText(match)}`;
    case 'multiport':
      return ` -m multiport${not(match.invert)} --${match.side} ${match.ports.map(rangeText).join(',')}`;
    case 'comment':
      return ` -m comment --comment ${savedString(match.text)}`;
    case 'mark':
    case 'connmark':
      return ` -m ${match.kind}${not(match.invert)} --mark ${maskedText(match)}`;
    case 'conntrack':
      return conntrackWords(match);
    case 'state':
      return ` -m state${listWords('--state', match)}`;
    case 'addrtype':
      return (
        ` -m addrtype${listWords('--src-type', match.src)}${listWords('--dst-type', match.dst)}` +
        (match.limit === null ? '' : ` --limit-iface-${match.limit}`)
      );
    case 'random':
      return ` -m statistic --mode random${not(match.invert)} --probability ${probabilityText(match.threshold)}`;
    case 'nth':
      return ` -m statistic --mode nth${not(match.invert)} --every ${match.every} --packet ${match.packet}`;
    case 'recent':
      return recentWords(match);
    case 'physdev':
      return ` -m physdev${physdevWords(match)}`;
    case 'pkttype':
      return ` -m pkttype${not(match.invert)} --pkt-type ${match.type}`;
    case 'limit':
      return ` -m limit --limit ${limitRate(match.cost)}${match.burst === 5 ? '' : ` --limit-burst ${match.burst}`}`;
    case 'mac':
      return ` -m mac${not(match.invert)} --mac-source ${match.address}`;
    case 'tcpmss':
      return ` -m tcpmss${not(match.invert)} --mss ${rangeText(match)}`;
    case 'length':
      return ` -m length${not(match.invert)} --length ${rangeText(match)}`;
    case 'iprange':
      return ` -m iprange${iprangeWords('--src-range', match.src)}${iprangeWords('--dst-range', match.dst)}`;
    case 'ttl':
      return match.op === 'ne' ? ` -m ttl ! --ttl-eq ${match.ttl}` : ` -m ttl --ttl-${match.op} ${match.ttl}`;
    case 'set':
      return ` -m set${not(match.invert)} --${setWords(match)}`;
    case 'rpfilter':
      return ` -m rpfilter${rpfilterWords(match, '--')}`;
    default:
      return assertNever(match);
  }
}

/** `8`, `3/4` or `any`. */
export function icmpTypeText(match: { readonly type: number; readonly code: number | null }): string {
  if (match.type === 255) return 'any';
  return match.code === null ? String(match.type) : `${match.type}/${match.code}`;
}
