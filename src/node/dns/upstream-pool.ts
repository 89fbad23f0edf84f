/**
 * Connections of TCP to other servers of names, kept for the next question (CoreDNS plugin/pkg/proxy persistent.go): the one used last is
 * taken first, and what nobody used for ten seconds is closed.
 */
import type { IpAddr } from '../../lib/ip.ts';
import type { NetworkEvent } from '../../net/events.ts';
import type { Netns } from '../../net/netns.ts';
import type { MessageFlow, MessageStream } from '../../net/socket/messages.ts';
import type { DnsMessage } from '../../net/wire/dns.ts';
import { NS_PER_S, type Instant } from '../../sim/sim.ts';

const EXPIRE_NS = 10 * NS_PER_S;

export interface Upstream {
  readonly dst: IpAddr;
  readonly port: number;
}

/** One connection; it carries one question at a time. */
export class UpstreamConnection {
  readonly upstream: Upstream;
  /** True from its second question on. */
  reused = false;
  readonly #stream: MessageStream;
  readonly #onEnd: (connection: UpstreamConnection) => void;
  #hears: (answer: DnsMessage | null) => void = () => undefined;

  constructor(netns: Netns, process: string, upstream: Upstream, onEnd: (connection: UpstreamConnection) => void) {
    this.upstream = upstream;
    this.#onEnd = onEnd;
    this.#stream = netns.sockets.messagesTcp({
      ...upstream,
      process,
      onMessage: (message) => {
        this.#hears(message);
      },
      onEnd: () => {
        this.#ended();
      },
    });
  }

  /** `hears` gets each message that comes, null when the connection has ended. */
  ask(question: DnsMessage, flow: MessageFlow, hears: (answer: DnsMessage | null) => void): void {
    this.#hears = hears;
    this.#stream.say(question, flow);
  }

  /** Nobody asks here for now. */
  rest(): void {
    this.#hears = () => undefined;
    this.reused = true;
  }

  close(): void {
    this.rest();
    this.#stream.close();
  }

  #ended(): void {
    const hears = this.#hears;
    this.rest();
    this.#onEnd(this);
    hears(null);
  }
}

interface Idle {
  readonly connection: UpstreamConnection;
  readonly since: Instant;
}

export class UpstreamPool {
  readonly #netns: Netns;
  readonly #process: string;
  #idle: readonly Idle[] = [];

  constructor(netns: Netns, process: string) {
    this.#netns = netns;
    this.#process = process;
  }

  /** A kept connection, or a new one. */
  take(upstream: Upstream): UpstreamConnection {
    const kept = this.#idle.findLast(
      ({ connection: { upstream: to } }) => to.dst === upstream.dst && to.port === upstream.port,
    )?.connection;
    if (kept === undefined)
      return new UpstreamConnection(this.#netns, this.#process, upstream, (connection) => {
        this.#forget(connection);
      });
    this.#forget(kept);
    return kept;
  }

  /** Keeps a connection that has had its answer. */
  keep(connection: UpstreamConnection): void {
    const since = this.#netns.now;
    connection.rest();
    this.#idle = [...this.#idle, { connection, since }];
    this.#netns.kernel.sim.background(EXPIRE_NS, 'dns timeout' satisfies NetworkEvent, () => {
      if (!this.#idle.some((idle) => idle.connection === connection && idle.since === since)) return;
      this.#forget(connection);
      connection.close();
    });
  }

  /** Closes all that is kept: the process ends. */
  close(): void {
    for (const { connection } of this.#idle) connection.close();
    this.#idle = [];
  }

  /** Returns a closure that keeps what was kept. */
  checkpoint(): () => void {
    const idle = this.#idle;
    return () => {
      this.#idle = idle;
    };
  }

  #forget(connection: UpstreamConnection): void {
    this.#idle = this.#idle.filter((idle) => idle.connection !== connection);
  }
}
