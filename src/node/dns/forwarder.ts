/**
 * Asks another server on behalf of a query (CoreDNS plugin/forward): one upstream after the other, two seconds each, five in all.
 *
 * Simplification: of its options only `force_tcp` is known; upstreams are not probed for health, so a dead one is asked every time; over TCP the two seconds begin with the connection,
 * which the real one waits for longer.
 */
import { parseIp } from '../../lib/ip.ts';
import type { NetworkEvent } from '../../net/events.ts';
import type { Netns } from '../../net/netns.ts';
import type { ClientHandle } from '../../net/socket/sockets.ts';
import type { TraceRecorder } from '../../net/trace/recorder.ts';
import type { PacketRole } from '../../net/trace/trace.ts';
import { dnsQuery, type DnsMessage, type DnsQuestion } from '../../net/wire/dns.ts';
import { NS_PER_S, type Timer } from '../../sim/sim.ts';
import type { Upstream, UpstreamPool } from './upstream-pool.ts';

const READ_TIMEOUT_NS = 2 * NS_PER_S;
const DEADLINE_NS = 5 * NS_PER_S;
/** Upstreams that refuse at once are tried this often in all. */
const MAX_REFUSALS = 2;

export interface ForwardSpec {
  readonly netns: Netns;
  readonly process: string;
  readonly protocol: 'tcp' | 'udp';
  readonly connections: UpstreamPool;
  readonly upstreams: readonly { readonly address: string; readonly port: number }[];
  /** The flow that made it ask. */
  readonly recorder: TraceRecorder | null;
  readonly packetId: number | null;
  readonly role: PacketRole;
}

/** Asks `question`; `onAnswer` gets the answer, or null when nobody gave one in time. */
export function forward(question: DnsQuestion, spec: ForwardSpec, onAnswer: (answer: DnsMessage | null) => void): void {
  new Forwarding(question, spec, onAnswer).start();
}

class Forwarding {
  readonly #question: DnsQuestion;
  readonly #spec: ForwardSpec;
  readonly #onAnswer: (answer: DnsMessage | null) => void;
  readonly #deadline: number;
  #turn = -1;
  #refusals = 0;
  #socket: ClientHandle | null = null;
  #timer: Timer | null = null;

  constructor(question: DnsQuestion, spec: ForwardSpec, onAnswer: (answer: DnsMessage | null) => void) {
    this.#question = question;
    this.#spec = spec;
    this.#onAnswer = onAnswer;
    this.#deadline = spec.netns.now + DEADLINE_NS;
  }

  start(): void {
    this.#next();
  }

  #next(): void {
    this.#stop();
    const { netns, protocol, upstreams } = this.#spec;
    const turn = ++this.#turn;
    const upstream = upstreams[turn % upstreams.length];
    const dst = upstream === undefined ? null : parseIp(upstream.address);
    if (upstream === undefined || dst === null || netns.now >= this.#deadline || this.#refusals >= MAX_REFUSALS) {
      this.#onAnswer(null);
      return;
    }
    const query = dnsQuery(netns.kernel.random('dns.forward.id').below(0x10000), this.#question);
    const to = { dst, port: upstream.port };
    if (protocol === 'tcp') this.#askByTcp(to, query, turn);
    else this.#askByUdp(to, query, turn);
  }

  #askByUdp({ dst, port }: Upstream, query: DnsMessage, turn: number): void {
    const { netns, process, recorder, packetId, role } = this.#spec;
    const opened = netns.sockets.openUdp({
      dst,
      port,
      process,
      recorder,
      role,
      parentId: packetId,
      onMessage: (payload) => {
        if (payload.kind !== 'dns' || payload.id !== query.id) return;
        this.#stop();
        this.#onAnswer(payload);
      },
      onError: () => {
        this.#refused(turn);
      },
    });
    if (!opened.ok) {
      this.#refused(turn);
      return;
    }
    this.#socket = opened.value;
    this.#again(turn, READ_TIMEOUT_NS);
    opened.value.send(query);
  }

  #askByTcp(to: Upstream, query: DnsMessage, turn: number): void {
    const { connections, recorder, packetId, role } = this.#spec;
    const connection = connections.take(to);
    this.#socket = connection;
    this.#again(turn, READ_TIMEOUT_NS);
    const { reused } = connection;
    connection.ask(query, { recorder, role, parentId: packetId }, (answer) => {
      // A kept connection that the other side has given up says nothing of the other side.
      if (answer === null && reused) this.#again(turn, 0);
      else if (answer === null) this.#refused(turn);
      else if (answer.id === query.id) {
        connections.keep(connection);
        this.#socket = null;
        this.#stop();
        this.#onAnswer(answer);
      }
    });
  }

  #refused(turn: number): void {
    this.#refusals++;
    this.#again(turn, 0);
  }

  #again(turn: number, delay: number): void {
    if (turn !== this.#turn) return;
    this.#timer?.cancel();
    this.#timer = this.#spec.netns.kernel.sim.background(delay, 'dns timeout' satisfies NetworkEvent, () => {
      this.#next();
    });
  }

  #stop(): void {
    this.#timer?.cancel();
    this.#socket?.close();
    this.#socket = null;
  }
}
