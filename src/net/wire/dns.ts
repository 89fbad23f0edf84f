/**
 * DNS messages as values (RFC 1035, RFC 2782 SRV), with their exact size on the wire.
 *
 * Names are absolute and written without the last dot; the root is ''. A server that compresses writes a repeated end of a name as a
 * pointer of two bytes (RFC 1035 4.1.4); in SRV records the target is never compressed (RFC 2782).
 * Simplification: one question a message, no EDNS, no DNSSEC, and messages are not cut into TCP segments: DNS here is UDP alone.
 */
import { assertNever } from '../../lib/assert.ts';
import type { IpAddr } from '../../lib/ip.ts';

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

/** A message as UDP carries it. */
export interface DnsMessage extends DnsContent {
  readonly kind: 'dns';
  /** Its length on the wire. */
  readonly bytes: number;
}

const HEADER_BYTES = 12;
/** Type and class of a question. */
const QUESTION_BYTES = 4;
/** Type, class, TTL and length of a record. */
const RECORD_BYTES = 10;
const POINTER_BYTES = 2;
/** A pointer has 14 bits for its offset. */
const MAX_POINTER = 0x3fff;

/** Most that UDP carries without EDNS (RFC 1035 2.3.4). */
export const MAX_UDP_BYTES = 512;

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

/** An answer to `query`; what does not fit into 512 bytes is left out and the message marked as truncated. */
export function dnsAnswer(query: DnsContent, answer: DnsAnswer): DnsMessage {
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
  return fitting(content);
}

/** Compresses what is too long, then drops records from the end (github.com/miekg/dns Msg.Truncate). */
function fitting(content: DnsContent): DnsMessage {
  const whole = dnsMessage(content);
  if (whole.bytes <= MAX_UDP_BYTES) return whole;
  let cut = dnsMessage({ ...content, compressed: true });
  while (cut.bytes > MAX_UDP_BYTES) cut = dnsMessage(withoutLast(cut));
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
  return { kind: 'dns', ...plain, bytes: messageBytes(plain) };
}

function messageBytes({ question, answers, authority, additional, compressed }: DnsContent): number {
  const writer = new NameWriter(compressed);
  writer.skip(HEADER_BYTES);
  writer.name(question.name);
  writer.skip(QUESTION_BYTES);
  for (const record of [...answers, ...authority, ...additional]) {
    writer.name(record.name);
    writer.skip(RECORD_BYTES);
    writeData(writer, record);
  }
  return writer.bytes;
}

function writeData(writer: NameWriter, record: DnsData): void {
  switch (record.type) {
    case 'A':
      writer.skip(4);
      return;
    case 'CNAME':
    case 'PTR':
    case 'NS':
      writer.name(record.target);
      return;
    case 'SRV':
      writer.skip(6);
      writer.whole(record.target);
      return;
    case 'SOA':
      writer.name(record.mname);
      writer.name(record.rname);
      writer.skip(20);
      return;
    case 'TXT':
      writer.skip(1 + record.text.length);
      return;
    default:
      assertNever(record);
  }
}

/** Counts the bytes of a message and remembers where the ends of names are. */
class NameWriter {
  bytes = 0;
  readonly #compressed: boolean;
  readonly #known = new Set<string>();

  constructor(compressed: boolean) {
    this.#compressed = compressed;
  }

  skip(bytes: number): void {
    this.bytes += bytes;
  }

  /** A name that may be written as a pointer. */
  name(name: string): void {
    for (let rest = name; rest !== ''; rest = parentName(rest)) {
      if (this.#compressed && this.#known.has(rest)) {
        this.bytes += POINTER_BYTES;
        return;
      }
      if (this.bytes <= MAX_POINTER) this.#known.add(rest);
      this.bytes += 1 + firstLabel(rest).length;
    }
    this.bytes += 1;
  }

  /** A name that may not. */
  whole(name: string): void {
    this.bytes += nameBytes(name);
  }
}

/** Length of an uncompressed name. */
function nameBytes(name: string): number {
  return name === '' ? 1 : name.length + 2;
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
