/**
 * DNS messages as values (RFC 1035, RFC 2782 SRV), with their exact size on the wire.
 *
 * Names are absolute and written without the last dot; the root is ''. A server that compresses writes a repeated end of a name as a
 * pointer of two bytes (RFC 1035 4.1.4); in SRV records the target is never compressed (RFC 2782).
 * Simplification: one question a message, no EDNS, no DNSSEC; clients do not ask again by TCP what came truncated.
 */
import { assertNever } from '../../lib/assert.ts';
import { ipToU32, type IpAddr } from '../../lib/ip.ts';

export type DnsType = 'A' | 'AAAA' | 'CNAME' | 'PTR' | 'SRV' | 'SOA' | 'NS' | 'TXT' | 'MX';

/** RFC 1035 4.1.1 response codes by their IANA names. */
export type Rcode = 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NXDOMAIN' | 'NOTIMP' | 'REFUSED';

export interface DnsQuestion {
  readonly name: string;
  readonly type: DnsType;
}

export type DnsData =
  | { readonly type: 'A'; readonly address: IpAddr }
  | { readonly type: 'CNAME' | 'PTR' | 'NS'; readonly target: string }
  | {
      readonly type: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
  | {
      readonly type: 'SOA';
      readonly mname: string;
      readonly rname: string;
      readonly serial: number;
      readonly refresh: number;
      readonly retry: number;
      readonly expire: number;
      /** How long a "no such name" may be believed, seconds (RFC 2308). */
      readonly minimum: number;
    }
  | { readonly type: 'TXT'; readonly text: string };

export type DnsRecord = DnsData & {
  readonly name: string;
  /** Seconds. */
  readonly ttl: number;
};

export interface DnsFlags {
  /** Authoritative answer. */
  readonly aa: boolean;
  /** Truncated: more would not fit. */
  readonly tc: boolean;
  /** Recursion desired. */
  readonly rd: boolean;
  /** Recursion available. */
  readonly ra: boolean;
}

/** What a message says. */
export interface DnsContent {
  readonly id: number;
  readonly response: boolean;
  readonly flags: DnsFlags;
  readonly rcode: Rcode;
  readonly question: DnsQuestion;
  readonly answers: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
  readonly additional: readonly DnsRecord[];
  /** Whether its writer compresses names. */
  readonly compressed: boolean;
}

/** A message as it is carried. */
export interface DnsMessage extends DnsContent {
  readonly kind: 'dns';
  /** Its length on the wire. */
  readonly bytes: number;
}

/** Numbers of record types and response codes (IANA DNS parameters). */
const TYPE_NUMBERS: Readonly<Record<DnsType, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
};
const RCODES: readonly Rcode[] = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];
const CLASS_IN = 1;
/** The two high bits of a pointer, and the offsets that the others can tell. */
const POINTER = 0xc000;
const MAX_POINTER = 0x3fff;

/** Most that UDP carries without EDNS (RFC 1035 2.3.4). */
const MAX_UDP_BYTES = 512;
/** Most that TCP does (RFC 1035 4.2.2). */
const MAX_TCP_BYTES = 65_535;

/** A query as a stub resolver sends it: recursion desired, nothing else. */
export function dnsQuery(id: number, question: DnsQuestion): DnsMessage {
  return dnsMessage({
    id,
    response: false,
    flags: { aa: false, tc: false, rd: true, ra: false },
    rcode: 'NOERROR',
    question,
    answers: [],
    authority: [],
    additional: [],
    compressed: false,
  });
}

/** What an answer has beside the question it answers. */
export type DnsAnswer = Partial<Pick<DnsContent, 'answers' | 'authority' | 'additional' | 'rcode' | 'compressed'>> & {
  readonly aa?: boolean;
  readonly ra?: boolean;
};

/** An answer to `query`; what does not fit into 512 bytes, over TCP 65535, is left out and the message marked as truncated. */
export function dnsAnswer(query: DnsContent, answer: DnsAnswer, protocol: 'tcp' | 'udp' = 'udp'): DnsMessage {
  const content: DnsContent = {
    id: query.id,
    response: true,
    flags: { aa: answer.aa ?? false, tc: false, rd: query.flags.rd, ra: answer.ra ?? false },
    rcode: answer.rcode ?? 'NOERROR',
    question: query.question,
    answers: answer.answers ?? [],
    authority: answer.authority ?? [],
    additional: answer.additional ?? [],
    compressed: answer.compressed ?? false,
  };
  return fitting(content, protocol === 'tcp' ? MAX_TCP_BYTES : MAX_UDP_BYTES);
}

/** Compresses what is too long, then drops records from the end (github.com/miekg/dns Msg.Truncate). */
function fitting(content: DnsContent, limit: number): DnsMessage {
  const whole = dnsMessage(content);
  if (whole.bytes <= limit) return whole;
  let cut = dnsMessage({ ...content, compressed: true });
  while (cut.bytes > limit) cut = dnsMessage(withoutLast(cut));
  return cut;
}

function withoutLast(message: DnsContent): DnsContent {
  const flags = { ...message.flags, tc: true };
  // What only helps goes first, and without a mark.
  if (message.additional.length > 0) return { ...message, additional: message.additional.slice(0, -1) };
  if (message.authority.length > 0) return { ...message, flags, authority: message.authority.slice(0, -1) };
  return { ...message, flags, answers: message.answers.slice(0, -1) };
}

/** The message of that content, measured. */
export function dnsMessage(content: DnsContent): DnsMessage {
  const { id, response, flags, rcode, question, answers, authority, additional, compressed } = content;
  const plain: DnsContent = { id, response, flags, rcode, question, answers, authority, additional, compressed };
  return { kind: 'dns', ...plain, bytes: encodeDns(plain).length };
}

/** The message as bytes. */
export function encodeDns(message: DnsContent): Uint8Array {
  const { id, question, answers, authority, additional, compressed } = message;
  const writer = new Writer(compressed);
  const counts = [1, answers.length, authority.length, additional.length];
  for (const number of [id, flagBits(message), ...counts]) writer.u16(number);
  writer.name(question.name);
  writer.u16(TYPE_NUMBERS[question.type]);
  writer.u16(CLASS_IN);
  for (const record of [...answers, ...authority, ...additional]) writeRecord(writer, record);
  return Uint8Array.from(writer.bytes);
}

function flagBits({ response, flags: { aa, tc, rd, ra }, rcode }: DnsContent): number {
  const bits = [
    [response, 15],
    [aa, 10],
    [tc, 9],
    [rd, 8],
    [ra, 7],
  ] as const;
  return bits.reduce((sum, [on, bit]) => sum | (on ? 1 << bit : 0), RCODES.indexOf(rcode));
}

function writeRecord(writer: Writer, record: DnsRecord): void {
  writer.name(record.name);
  writer.u16(TYPE_NUMBERS[record.type]);
  writer.u16(CLASS_IN);
  writer.u32(record.ttl);
  const length = writer.bytes.length;
  writer.u16(0);
  writeData(writer, record);
  const size = writer.bytes.length - length - 2;
  writer.bytes.splice(length, 2, size >>> 8, size & 0xff);
}

function writeData(writer: Writer, record: DnsData): void {
  switch (record.type) {
    case 'A':
      writer.u32(ipToU32(record.address));
      return;
    case 'CNAME':
    case 'PTR':
    case 'NS':
      writer.name(record.target);
      return;
    case 'SRV':
      for (const number of [record.priority, record.weight, record.port]) writer.u16(number);
      writer.wholeName(record.target);
      return;
    case 'SOA':
      writer.name(record.mname);
      writer.name(record.rname);
      for (const key of ['serial', 'refresh', 'retry', 'expire', 'minimum'] as const) writer.u32(record[key]);
      return;
    case 'TXT':
      writer.label(record.text);
      return;
    default:
      assertNever(record);
  }
}

/** Bytes, and where the ends of names stand in them. */
class Writer {
  readonly bytes: number[] = [];
  readonly #compressed: boolean;
  readonly #known = new Map<string, number>();

  constructor(compressed: boolean) {
    this.#compressed = compressed;
  }

  u16(value: number): void {
    this.bytes.push((value >>> 8) & 0xff, value & 0xff);
  }

  u32(value: number): void {
    this.u16(value >>> 16);
    this.u16(value & 0xffff);
  }

  label(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.bytes.push(bytes.length, ...bytes);
  }

  /** A name that may be written as a pointer. */
  name(name: string): void {
    for (let rest = name; rest !== ''; rest = parentName(rest)) {
      const known = this.#known.get(rest);
      if (this.#compressed && known !== undefined) {
        this.u16(POINTER | known);
        return;
      }
      if (this.bytes.length <= MAX_POINTER) this.#known.set(rest, this.bytes.length);
      this.label(firstLabel(rest));
    }
    this.bytes.push(0);
  }

  /** A name that may not. */
  wholeName(name: string): void {
    for (let rest = name; rest !== ''; rest = parentName(rest)) this.label(firstLabel(rest));
    this.bytes.push(0);
  }
}

function firstLabel(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? name : name.slice(0, dot);
}

/** The name without its first label. */
export function parentName(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1);
}

/** True when `name` is `zone` or below it; everything is below the root. */
export function isBelow(name: string, zone: string): boolean {
  return zone === '' || name === zone || name.endsWith(`.${zone}`);
}
