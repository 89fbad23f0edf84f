/**
 * musl's stub resolver (src/network/lookup_name.c name_from_dns_search, res_msend.c), of Alpine images.
 *
 * A name with `ndots` dots or more is asked as it is and never with the search list. Both questions go to every server at once, again
 * `attempts` times within `timeout` seconds; the first answer counts. Only "no such name" leads to the next domain of the list: silence,
 * SERVFAIL and a name without addresses end the look-up. Errors of the network are not heard, the socket is not connected.
 * Simplification: the answer's TC bit is not minded, as before musl 1.2.4.
 */
import { NS_PER_S, type Timer } from '../../sim/sim.ts';
import type { NetworkEvent } from '../events.ts';
import type { UdpSocket } from '../socket/sockets.ts';
import type { DnsMessage, Rcode } from '../wire/dns.ts';
import type { AskedName, GaiError, LookupSpec } from './lookup.ts';
import { openSocket, QuestionPair } from './question-pair.ts';
import { attemptsOf, ndotsOf, serversOf, timeoutOf } from './resolv-conf.ts';

/** How often a SERVFAIL is answered by asking again at once, for each of the two questions. */
const RETRIES_A_QUESTION = 2;

export class MuslLookup {
  readonly #spec: LookupSpec;
  readonly #names: readonly string[];
  readonly #asked: AskedName[] = [];
  #sockets: UdpSocket[] = [];
  #timers: Timer[] = [];
  #retries = 0;
  /** The last answer that settles nothing. */
  #failure: Exclude<Rcode, 'NOERROR'> | null = null;

  constructor(name: string, spec: LookupSpec) {
    this.#spec = spec;
    this.#names = namesOf(name, spec.resolver.conf);
  }

  start(): void {
    this.#ask(0);
  }

  close(): void {
    for (const timer of this.#timers) timer.cancel();
    for (const socket of this.#sockets) socket.close();
    this.#timers = [];
    this.#sockets = [];
  }

  #ask(index: number): void {
    const name = this.#names[index];
    if (name === undefined) {
      this.#fail('EAI_NONAME');
      return;
    }
    const pair = new QuestionPair(name, this.#spec.netns);
    this.#failure = null;
    this.#sockets = serversOf(this.#spec.resolver.conf).flatMap((server) => {
      const opened = openSocket(this.#spec, server, {
        onMessage: (message) => {
          this.#take(pair, index, message);
        },
        onError: () => undefined,
      });
      return opened.ok ? [opened.value] : [];
    });
    const timeout = timeoutOf(this.#spec.resolver.conf) * NS_PER_S;
    const attempts = attemptsOf(this.#spec.resolver.conf);
    const interval = Math.floor(timeout / attempts);
    for (let attempt = 1; attempt < attempts; attempt++) this.#after(attempt * interval, () => this.#send(pair));
    this.#after(timeout, () => this.#settle(pair, index));
    this.#send(pair);
  }

  #after(delay: number, work: () => void): void {
    this.#timers.push(this.#spec.netns.kernel.sim.background(delay, 'dns timeout' satisfies NetworkEvent, work));
  }

  #send(pair: QuestionPair): void {
    this.#retries = RETRIES_A_QUESTION * pair.queries.length;
    for (const query of pair.open()) for (const socket of this.#sockets) socket.send(query);
  }

  #take(pair: QuestionPair, index: number, message: DnsMessage): void {
    if (!pair.asks(message) || !pair.open().some(({ id }) => id === message.id)) return;
    if (message.rcode === 'NOERROR' || message.rcode === 'NXDOMAIN') {
      pair.take(message);
      if (pair.open().length === 0) this.#settle(pair, index);
      return;
    }
    this.#failure = message.rcode;
    if (message.rcode !== 'SERVFAIL' || this.#retries === 0) return;
    this.#retries--;
    const query = pair.queries.find(({ id }) => id === message.id);
    if (query !== undefined) for (const socket of this.#sockets) socket.send(query);
  }

  #settle(pair: QuestionPair, index: number): void {
    this.close();
    const { name } = pair;
    const answer = pair.open().length === 0 ? pair.answer() : null;
    if (answer === null) {
      this.#asked.push({ name, result: this.#failure ?? 'timeout' });
      this.#fail('EAI_AGAIN');
    } else if (answer.kind === 'addresses') {
      this.#asked.push({ name, result: 'answered' });
      this.#spec.onEnd({ kind: 'found', addresses: answer.addresses, source: 'dns', asked: this.#asked });
    } else {
      this.#asked.push({ name, result: answer.kind });
      if (answer.kind === 'no data') this.#fail('EAI_NODATA');
      else this.#ask(index + 1);
    }
  }

  #fail(error: GaiError): void {
    this.#spec.onEnd({ kind: 'failed', error, asked: this.#asked });
  }
}

function namesOf(text: string, conf: LookupSpec['resolver']['conf']): readonly string[] {
  const name = text.toLowerCase().replace(/\.$/, '');
  if (text.endsWith('.') || text.split('.').length - 1 >= ndotsOf(conf)) return [name];
  return [...conf.search.map((domain) => (domain === '.' ? name : `${name}.${domain}`)), name];
}
