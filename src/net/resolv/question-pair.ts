/**
 * The two questions a look-up asks together, A and AAAA, over one socket, and what has been answered so far.
 */
import { parseIp, type IpAddr } from '../../lib/ip.ts';
import type { Result } from '../../lib/result.ts';
import type { Netns } from '../netns.ts';
import type { ClientErrno, UdpSocket } from '../socket/sockets.ts';
import type { TraceRecorder } from '../trace/recorder.ts';
import { dnsQuery, type DnsMessage } from '../wire/dns.ts';

const DNS_PORT = 53;

export interface PairSpec {
  readonly netns: Netns;
  readonly process: string;
  readonly recorder: TraceRecorder | null;
}

/** What an answered pair says: addresses, or why there are none. */
export type PairAnswer =
  { readonly kind: 'addresses'; readonly addresses: readonly IpAddr[] } | { readonly kind: 'no data' | 'NXDOMAIN' };

export class QuestionPair {
  readonly name: string;
  readonly queries: readonly [a: DnsMessage, aaaa: DnsMessage];
  readonly #answers = new Map<number, DnsMessage>();

  /** Identifiers are random 16-bit numbers, as a resolver's are against forged answers. */
  constructor(name: string, netns: Netns) {
    const ids = netns.kernel.random('resolv.id');
    const first = ids.below(0x10000);
    const second = (first + 1 + ids.below(0xffff)) % 0x10000;
    this.name = name;
    this.queries = [dnsQuery(first, { name, type: 'A' }), dnsQuery(second, { name, type: 'AAAA' })];
  }

  /** The questions without an answer. */
  open(): readonly DnsMessage[] {
    return this.queries.filter(({ id }) => !this.#answers.has(id));
  }

  /** True when `message` answers one of the questions. */
  asks(message: DnsMessage): boolean {
    return (
      message.response && this.queries.some(({ id, question }) => id === message.id && question.name === message.question.name)
    );
  }

  take(message: DnsMessage): void {
    this.#answers.set(message.id, message);
  }

  /** Null while nothing was answered. */
  answer(): PairAnswer | null {
    const answers = [...this.#answers.values()];
    const [first] = answers;
    if (first === undefined) return null;
    const addresses = answers.flatMap((message) =>
      message.answers.flatMap((record) => (record.type === 'A' ? [record.address] : [])),
    );
    if (addresses.length > 0) return { kind: 'addresses', addresses };
    return { kind: answers.every(({ rcode }) => rcode === 'NXDOMAIN') ? 'NXDOMAIN' : 'no data' };
  }
}

/** A socket to a server of names. */
export function openSocket(
  { netns, process, recorder }: PairSpec,
  server: string,
  heard: { readonly onMessage: (message: DnsMessage) => void; readonly onError: (errno: ClientErrno) => void },
): Result<UdpSocket, ClientErrno> {
  const dst = parseIp(server);
  if (dst === null) return { ok: false, error: 'EINVAL' };
  return netns.sockets.openUdp({
    dst,
    port: DNS_PORT,
    process,
    recorder,
    role: 'dns',
    parentId: null,
    onMessage: (payload) => {
      if (payload.kind === 'dns') heard.onMessage(payload);
    },
    onError: heard.onError,
  });
}
