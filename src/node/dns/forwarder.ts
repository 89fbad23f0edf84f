/**
 * Asks another server on behalf of a query (CoreDNS plugin/forward): one upstream after the other, two seconds each, five in all.
 *
 * Simplification: upstreams are not probed for health, so a dead one is asked every time; it is UDP alone.
 */
import { parseIp } from '../../lib/ip.ts';
import type { NetworkEvent } from '../../net/events.ts';
import type { Netns } from '../../net/netns.ts';
import type { UdpSocket } from '../../net/socket/sockets.ts';
import type { TraceRecorder } from '../../net/trace/recorder.ts';
import type { PacketRole } from '../../net/trace/trace.ts';
import { dnsQuery, type DnsMessage, type DnsQuestion } from '../../net/wire/dns.ts';
import { NS_PER_S, type Timer } from '../../sim/sim.ts';

const READ_TIMEOUT_NS = 2 * NS_PER_S;
const DEADLINE_NS = 5 * NS_PER_S;
/** Upstreams that refuse at once are tried this often in all. */
const MAX_REFUSALS = 2;

export interface ForwardSpec {
  readonly netns: Netns;
  readonly process: string;
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
  #socket: UdpSocket | null = null;
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
    const { netns, process, upstreams, recorder, packetId, role } = this.#spec;
    const turn = ++this.#turn;
    const upstream = upstreams[turn % upstreams.length];
    const dst = upstream === undefined ? null : parseIp(upstream.address);
    if (upstream === undefined || dst === null || netns.now >= this.#deadline || this.#refusals >= MAX_REFUSALS) {
      this.#onAnswer(null);
      return;
    }
    const id = netns.kernel.random('dns.forward.id').below(0x10000);
    const opened = netns.sockets.openUdp({
      dst,
      port: upstream.port,
      process,
      recorder,
      role,
      parentId: packetId,
      onMessage: (payload) => {
        if (payload.kind !== 'dns' || payload.id !== id) return;
        this.#stop();
        this.#onAnswer(payload);
      },
      onError: () => {
        this.#refusals++;
        this.#again(turn, 0);
      },
    });
    if (!opened.ok) {
      this.#refusals++;
      this.#again(turn, 0);
      return;
    }
    this.#socket = opened.value;
    this.#again(turn, READ_TIMEOUT_NS);
    opened.value.send(dnsQuery(id, this.#question));
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
