/**
 * glibc's stub resolver (resolv/res_query.c __res_context_search, resolv/res_send.c __libc_res_nsend), behind getaddrinfo for both families.
 *
 * A name with fewer dots than `ndots` is tried with each domain of the search list and then as it is; one with more the other way
 * round. Each try asks A and AAAA together from one socket, and every server in turn, `attempts` times, `timeout` seconds each. "No such
 * name", "no such data" and SERVFAIL lead to the next name of the list; silence ends the list (the name as it is is still tried);
 * a server that refuses the datagram ends everything at once.
 * Simplification: when one of the two answers is lost, only that question is asked again (glibc then asks one after the other); no
 * `rotate`, no `single-request`; a truncated answer is used as it is, not asked for again over TCP.
 */
import { NS_PER_S, type Timer } from '../../sim/sim.ts';
import type { NetworkEvent } from '../events.ts';
import type { UdpSocket } from '../socket/sockets.ts';
import type { DnsMessage } from '../wire/dns.ts';
import type { AskedName, GaiError, LookupSpec } from './lookup.ts';
import { openSocket, QuestionPair } from './question-pair.ts';
import { attemptsOf, ndotsOf, serversOf, timeoutOf } from './resolv-conf.ts';

interface Candidate {
  readonly name: string;
  readonly asItIs: boolean;
}

type Asked = AskedName['result'];

export class GlibcLookup {
  readonly #spec: LookupSpec;
  readonly #candidates: readonly Candidate[];
  readonly #asked: AskedName[] = [];
  #asking: Asking | null = null;

  constructor(name: string, spec: LookupSpec) {
    this.#spec = spec;
    this.#candidates = candidatesOf(name, spec.resolver.conf);
  }

  start(): void {
    this.#ask(0);
  }

  close(): void {
    this.#asking?.close();
  }

  #ask(index: number): void {
    const candidate = this.#candidates[index];
    if (candidate === undefined) {
      this.#fail();
      return;
    }
    this.#asking = new Asking(new QuestionPair(candidate.name, this.#spec.netns), this.#spec, (result, pair) => {
      this.#asked.push({ name: candidate.name, result });
      const answer = pair.answer();
      if (result === 'answered' && answer?.kind === 'addresses')
        this.#spec.onEnd({ kind: 'found', addresses: answer.addresses, source: 'dns', asked: this.#asked });
      else if (result === 'refused') this.#spec.onEnd({ kind: 'failed', error: 'EAI_AGAIN', asked: this.#asked });
      else this.#ask(result === 'timeout' && !candidate.asItIs ? this.#asItIsAfter(index) : index + 1);
    });
    this.#asking.start();
  }

  /** Silence ends the search list; the name as it is is tried if it has not been. */
  #asItIsAfter(index: number): number {
    const found = this.#candidates.findIndex(({ asItIs }, at) => asItIs && at > index);
    return found < 0 ? this.#candidates.length : found;
  }

  /** Of several reasons the one that the name as it is had when it was tried first, then the most hopeful. */
  #fail(): void {
    const results = this.#asked.map(({ result }) => result);
    const first = this.#candidates[0]?.asItIs === true ? results[0] : undefined;
    const reason = first ?? results.find((result) => result === 'no data') ?? results.find(isTemporary) ?? results.at(-1);
    this.#spec.onEnd({ kind: 'failed', error: errorOf(reason), asked: this.#asked });
  }
}

function isTemporary(result: Asked): boolean {
  return result === 'timeout' || result === 'SERVFAIL';
}

function errorOf(reason: Asked | undefined): GaiError {
  if (reason === undefined || reason === 'NXDOMAIN') return 'EAI_NONAME';
  return reason === 'no data' ? 'EAI_NODATA' : 'EAI_AGAIN';
}

/** The names to be tried, in order. */
function candidatesOf(text: string, conf: LookupSpec['resolver']['conf']): readonly Candidate[] {
  const name = text.toLowerCase().replace(/\.$/, '');
  const asItIs: Candidate = { name, asItIs: true };
  if (text.endsWith('.')) return [asItIs];
  const listed = conf.search.map((domain): Candidate => ({ name: domain === '.' ? name : `${name}.${domain}`, asItIs: false }));
  return text.split('.').length - 1 >= ndotsOf(conf) ? [asItIs, ...listed] : [...listed, asItIs];
}

/** One name, asked of the servers in turn until one settles it. */
class Asking {
  readonly #pair: QuestionPair;
  readonly #spec: LookupSpec;
  readonly #onEnd: (result: Asked, pair: QuestionPair) => void;
  readonly #servers: readonly string[];
  readonly #rounds: number;
  readonly #sockets = new Map<string, UdpSocket>();
  #turn = -1;
  #timer: Timer | null = null;
  #failures: Asked[] = [];
  /** Questions that the present server has said it cannot answer. */
  readonly #refusals = new Set<number>();
  #over = false;

  constructor(pair: QuestionPair, spec: LookupSpec, onEnd: (result: Asked, pair: QuestionPair) => void) {
    this.#pair = pair;
    this.#spec = spec;
    this.#onEnd = onEnd;
    this.#servers = serversOf(spec.resolver.conf);
    this.#rounds = attemptsOf(spec.resolver.conf);
  }

  start(): void {
    this.#next();
  }

  close(): void {
    this.#over = true;
    this.#timer?.cancel();
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
  }

  #next(): void {
    this.#timer?.cancel();
    const turn = ++this.#turn;
    this.#refusals.clear();
    const position = turn % this.#servers.length;
    const server = this.#servers[position];
    if (server === undefined || turn >= this.#servers.length * this.#rounds) {
      this.#giveUp();
      return;
    }
    const socket = this.#sockets.get(server) ?? this.#open(server);
    if (socket === null) {
      this.#failed(turn, 'refused');
      return;
    }
    this.#timer = this.#spec.netns.kernel.sim.background(this.#patience(position), 'dns timeout' satisfies NetworkEvent, () => {
      this.#failed(turn, 'timeout');
    });
    for (const query of this.#pair.open()) if (!this.#over && turn === this.#turn) socket.send(query);
  }

  /** RES_TIMEOUT: longer for later servers, shared between them (res_send.c send_dg). */
  #patience(position: number): number {
    const seconds = timeoutOf(this.#spec.resolver.conf) * 2 ** position;
    const shared = position === 0 ? seconds : Math.floor(seconds / this.#servers.length);
    return Math.max(1, shared) * NS_PER_S;
  }

  #open(server: string): UdpSocket | null {
    const opened = openSocket(this.#spec, server, {
      onMessage: (message) => {
        this.#take(message);
      },
      onError: () => {
        this.#sockets.get(server)?.close();
        this.#sockets.delete(server);
        this.#failed(this.#turn, 'refused');
      },
    });
    if (!opened.ok) return null;
    this.#sockets.set(server, opened.value);
    return opened.value;
  }

  #take(message: DnsMessage): void {
    if (this.#over || !this.#pair.asks(message)) return;
    if (message.rcode === 'NOERROR' || message.rcode === 'NXDOMAIN') {
      this.#pair.take(message);
      if (this.#pair.open().every(({ id }) => this.#refusals.has(id))) this.#settle();
      return;
    }
    // A server that cannot answer one question may still answer the other: both are waited for.
    this.#refusals.add(message.id);
    if (!this.#pair.open().every(({ id }) => this.#refusals.has(id))) return;
    if (this.#pair.answer() === null) this.#failed(this.#turn, message.rcode);
    else this.#settle();
  }

  #failed(turn: number, why: Asked): void {
    if (this.#over || turn !== this.#turn) return;
    this.#failures = [...this.#failures, why];
    // As its own event: a send that fails at once is still inside the call that made it.
    this.#timer?.cancel();
    this.#timer = this.#spec.netns.kernel.sim.background(0, 'dns timeout' satisfies NetworkEvent, () => {
      this.#next();
    });
  }

  #settle(): void {
    const answer = this.#pair.answer();
    this.#end(answer === null || answer.kind === 'addresses' ? 'answered' : answer.kind);
  }

  #giveUp(): void {
    if (this.#pair.answer() !== null) this.#settle();
    else
      this.#end(
        this.#failures.findLast((why) => why !== 'timeout' && why !== 'refused') ??
          (this.#failures.includes('timeout') ? 'timeout' : 'refused'),
      );
  }

  #end(result: Asked): void {
    this.close();
    this.#onEnd(result, this.#pair);
  }
}
