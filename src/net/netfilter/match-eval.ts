/**
 * Does a packet pass a match, and if not, which words failed against which value of the packet.
 *
 * Models ip_packet_match (net/ipv4/netfilter/ip_tables.c) and the `match` functions of net/netfilter/xt_*.c that only read.
 */
import { assertNever } from '../../lib/assert.ts';
import type { FailedMatch } from '../trace/trace.ts';
import { inAddress, inRange, type Part } from './comparison.ts';
import { conntrackHolds, conntrackParts } from './conntrack-match.ts';
import type {
  AddrtypeMatch,
  IcmpMatch,
  IprangeMatch,
  MultiportMatch,
  PhysdevMatch,
  PortRange,
  PureMatch,
  TcpMatch,
  UdpMatch,
} from './match.ts';
import { inSet, reversePathHolds, reversePathText } from './match-lookup.ts';
import { hex, printMatch, rangeText } from './match-print.ts';
import { protocolName, tcpFlagWords } from './names.ts';
import { packetBytes, packetType, tcpFlagBits, type PacketFacts } from './packet-facts.ts';

/** An interface name against a rule's, which may end in `+`. */
export function interfaceMatches(pattern: string, name: string | null): boolean {
  if (name === null) return false;
  return pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function portsHold(match: TcpMatch | UdpMatch, facts: PacketFacts): boolean {
  return (
    (match.sport === null || inRange(facts.sport, match.sport)) && (match.dport === null || inRange(facts.dport, match.dport))
  );
}

function flagsHold(flags: TcpMatch['flags'], facts: PacketFacts): boolean {
  const { l4 } = facts.packet;
  if (flags === null || l4.kind !== 'tcp') return true;
  return ((tcpFlagBits(l4.flags) & flags.mask) === flags.set) !== flags.invert;
}

function icmpHolds(match: IcmpMatch, facts: PacketFacts): boolean {
  const { l4 } = facts.packet;
  if (l4.kind !== 'icmp') return false;
  const same = match.type === 255 || (l4.type === match.type && (match.code === null || l4.code === match.code));
  return same !== match.invert;
}

function multiportHolds(match: MultiportMatch, facts: PacketFacts): boolean {
  if (facts.sport < 0) return false;
  const hit = (port: number): boolean => match.ports.some(({ min, max }) => port >= min && port <= max);
  const found = (match.side !== 'dports' && hit(facts.sport)) || (match.side !== 'sports' && hit(facts.dport));
  return found !== match.invert;
}

function addrtypeHolds(match: AddrtypeMatch, facts: PacketFacts): boolean {
  const dev = limitDevice(match, facts);
  const { src, dst } = facts.packet;
  if (match.src !== null && match.src.words.includes(facts.types.of(src, dev)) === match.src.invert) return false;
  return match.dst === null || match.dst.words.includes(facts.types.of(dst, dev)) !== match.dst.invert;
}

function limitDevice(match: AddrtypeMatch, facts: PacketFacts): string | null {
  if (match.limit === null) return null;
  return match.limit === 'in' ? facts.iif : facts.oif;
}

function physdevParts(match: PhysdevMatch, facts: PacketFacts): Part[] {
  const { physin, physout } = facts;
  const parts: Part[] = [];
  const add = (holds: boolean, words: string, invert: boolean, value: string | null): void => {
    parts.push({
      holds,
      property: 'bridge port',
      text: () => (invert ? `! ${words}` : words),
      packet: () => value ?? 'no bridge port',
    });
  };
  if (match.isBridged !== null) {
    const bridged = physin !== null && physout !== null;
    add(
      bridged !== match.isBridged.invert,
      '--physdev-is-bridged',
      match.isBridged.invert,
      bridged ? 'bridged' : 'not bridged',
    );
  }
  if (match.isIn !== null) add((physin !== null) !== match.isIn.invert, '--physdev-is-in', match.isIn.invert, physin);
  if (match.isOut !== null) add((physout !== null) !== match.isOut.invert, '--physdev-is-out', match.isOut.invert, physout);
  if (match.in !== null) {
    add(interfaceMatches(match.in.name, physin) !== match.in.invert, `--physdev-in ${match.in.name}`, match.in.invert, physin);
  }
  if (match.out !== null) {
    add(
      interfaceMatches(match.out.name, physout) !== match.out.invert,
      `--physdev-out ${match.out.name}`,
      match.out.invert,
      physout,
    );
  }
  return parts;
}

/** Does the packet pass? */
export function passes(match: PureMatch, facts: PacketFacts): boolean {
  switch (match.kind) {
    case 'source':
      return inAddress(facts.src, match);
    case 'destination':
      return inAddress(facts.dst, match);
    case 'in':
      return interfaceMatches(match.name, facts.iif) !== match.invert;
    case 'out':
      return interfaceMatches(match.name, facts.oif) !== match.invert;
    case 'protocol':
      return (facts.protocol === match.protocol) !== match.invert;
    case 'fragment':
      return match.invert;
    case 'tcp':
      return facts.protocol === 6 && portsHold(match, facts) && flagsHold(match.flags, facts);
    case 'udp':
      return facts.protocol === 17 && portsHold(match, facts);
    case 'sctp':
      return facts.protocol === 132 && portsHold(match, facts);
    case 'icmp':
      return icmpHolds(match, facts);
    case 'multiport':
      return multiportHolds(match, facts);
    case 'comment':
      return true;
    case 'mark':
      return ((facts.mark & match.mask) >>> 0 === match.value) !== match.invert;
    case 'connmark':
      return facts.conn !== null && ((facts.conn.mark & match.mask) >>> 0 === match.value) !== match.invert;
    case 'conntrack':
      return conntrackHolds(match, facts);
    case 'state':
      return match.words.includes(facts.ctstate) !== match.invert;
    case 'addrtype':
      return addrtypeHolds(match, facts);
    case 'physdev':
      return physdevParts(match, facts).every((part) => part.holds);
    case 'pkttype':
      return (packetType(facts) === match.type) !== match.invert;
    case 'mac':
      return facts.eth !== null && (facts.eth.smac === match.address) !== match.invert;
    case 'tcpmss': {
      const { l4 } = facts.packet;
      const mss = l4.kind === 'tcp' ? l4.mss : null;
      return mss === null ? match.invert : (mss >= match.min && mss <= match.max) !== match.invert;
    }
    case 'length': {
      const bytes = packetBytes(facts);
      return (bytes >= match.min && bytes <= match.max) !== match.invert;
    }
    case 'iprange':
      return iprangeHolds(match, facts);
    case 'ttl':
      return ttlHolds(match.op, facts.packet.ttl, match.ttl);
    case 'set':
      return inSet(match, facts) !== match.invert;
    case 'rpfilter':
      return reversePathHolds(match, facts) !== match.invert;
    default:
      return assertNever(match);
  }
}

function iprangeHolds(match: IprangeMatch, facts: PacketFacts): boolean {
  if (match.src !== null && (facts.src >= match.src.min && facts.src <= match.src.max) === match.src.invert) return false;
  return match.dst === null || (facts.dst >= match.dst.min && facts.dst <= match.dst.max) !== match.dst.invert;
}

function ttlHolds(op: 'eq' | 'ne' | 'lt' | 'gt', ttl: number, than: number): boolean {
  switch (op) {
    case 'eq':
      return ttl === than;
    case 'ne':
      return ttl !== than;
    case 'lt':
      return ttl < than;
    case 'gt':
      return ttl > than;
  }
}

/** Why a packet fails a match it fails: the words, the packet's value and the property compared. */
export function explainFailure(match: PureMatch, facts: PacketFacts): FailedMatch {
  const { l4, src, dst, ttl } = facts.packet;
  const words = printMatch(match).trim();
  const failed = (property: string, packet: string, text = words): FailedMatch => ({ text, packet, property });
  switch (match.kind) {
    case 'source':
      return failed('source', src);
    case 'destination':
      return failed('destination', dst);
    case 'in':
      return failed('incoming device', facts.iif ?? 'none');
    case 'out':
      return failed('outgoing device', facts.oif ?? 'none');
    case 'protocol':
      return failed('protocol', protocolName(facts.protocol));
    case 'fragment':
      return failed('fragment', 'not a fragment');
    case 'tcp':
    case 'udp':
    case 'sctp':
      return explainPorts(match, facts);
    case 'icmp':
      return failed(
        'ICMP type',
        l4.kind === 'icmp' ? `${l4.type}/${l4.code}` : protocolName(facts.protocol),
        words.replace('-m icmp ', ''),
      );
    case 'multiport': {
      const own = { sports: facts.sport, dports: facts.dport, ports: `${facts.sport}, ${facts.dport}` }[match.side];
      const property = { sports: 'source port', dports: 'destination port', ports: 'ports' }[match.side];
      return failed(property, facts.sport < 0 ? protocolName(facts.protocol) : String(own), words.replace('-m multiport ', ''));
    }
    case 'mark':
      return failed('mark', hex(facts.mark), words.replace('-m mark ', ''));
    case 'connmark':
      return failed(
        'connection mark',
        facts.conn === null ? 'no connection' : hex(facts.conn.mark),
        words.replace('-m connmark ', ''),
      );
    case 'conntrack':
      return firstFailed(conntrackParts(match, facts));
    case 'state':
      return failed('state', facts.ctstate, words.replace('-m state ', ''));
    case 'addrtype':
      return explainAddrtype(match, facts);
    case 'physdev':
      return firstFailed(physdevParts(match, facts));
    case 'pkttype':
      return failed('packet type', packetType(facts), words.replace('-m pkttype ', ''));
    case 'mac':
      return failed('source MAC', facts.eth?.smac ?? 'none', words.replace('-m mac ', ''));
    case 'tcpmss':
      return failed('MSS', l4.kind === 'tcp' ? String(l4.mss ?? 'none') : 'none', words.replace('-m tcpmss ', ''));
    case 'length':
      return failed('length', String(packetBytes(facts)), words.replace('-m length ', ''));
    case 'iprange': {
      const bySource = match.src !== null && !iprangeHolds({ ...match, dst: null }, facts);
      return bySource
        ? failed('source', src, words.replace('-m iprange ', ''))
        : failed('destination', dst, words.replace('-m iprange ', ''));
    }
    case 'ttl':
      return failed('TTL', String(ttl), words.replace('-m ttl ', ''));
    case 'set':
      return match.sides[0] === 'dst'
        ? failed('destination', dst, words.replace('-m set ', ''))
        : failed('source', src, words.replace('-m set ', ''));
    case 'rpfilter':
      return failed('reverse path', reversePathText(facts));
    case 'comment':
      return failed('', '');
    default:
      return assertNever(match);
  }
}

function firstFailed(parts: readonly Part[]): FailedMatch {
  const part = parts.find(({ holds }) => !holds);
  return part === undefined
    ? { text: '', packet: '', property: '' }
    : { text: part.text(), packet: part.packet(), property: part.property };
}

function explainPorts(match: TcpMatch | UdpMatch, facts: PacketFacts): FailedMatch {
  const own = { tcp: 6, udp: 17, sctp: 132 }[match.kind];
  if (facts.protocol !== own) return { text: `-m ${match.kind}`, packet: protocolName(facts.protocol), property: 'protocol' };
  const words = (option: string, range: PortRange): string => `${range.invert ? '! ' : ''}${option} ${rangeText(range)}`;
  if (match.sport !== null && !inRange(facts.sport, match.sport)) {
    return { text: words('--sport', match.sport), packet: String(facts.sport), property: 'source port' };
  }
  if (match.dport !== null && !inRange(facts.dport, match.dport)) {
    return { text: words('--dport', match.dport), packet: String(facts.dport), property: 'destination port' };
  }
  const flags = match.kind === 'tcp' ? match.flags : null;
  const { l4 } = facts.packet;
  const text =
    flags === null ? '' : `${flags.invert ? '! ' : ''}--tcp-flags ${tcpFlagWords(flags.mask)} ${tcpFlagWords(flags.set)}`;
  return { text, packet: l4.kind === 'tcp' ? tcpFlagWords(tcpFlagBits(l4.flags)) : '', property: 'TCP flags' };
}

function explainAddrtype(match: AddrtypeMatch, facts: PacketFacts): FailedMatch {
  const dev = limitDevice(match, facts);
  const limit = match.limit === null ? '' : ` --limit-iface-${match.limit}`;
  const { src, dst } = facts.packet;
  if (match.src !== null && match.src.words.includes(facts.types.of(src, dev)) === match.src.invert) {
    const text = `${match.src.invert ? '! ' : ''}--src-type ${match.src.words.join(',')}${limit}`;
    return { text, packet: facts.types.of(src, dev), property: 'source address type' };
  }
  const words = match.dst ?? { words: [], invert: false };
  const text = `${words.invert ? '! ' : ''}--dst-type ${words.words.join(',')}${limit}`;
  return { text, packet: facts.types.of(dst, dev), property: 'destination address type' };
}
