/**
 * What the processes of a namespace ask of its sockets and are told by them: servers that listen, clients that connect.
 */
import type { IpAddr } from '../../lib/ip.ts';
import type { TraceRecorder } from '../trace/recorder.ts';
import type { PacketRole } from '../trace/trace.ts';
import type { UdpMessage } from '../wire/packet.ts';
import type { StreamSink } from './stream.ts';

/** What a server is asked: the bytes of one request and both ends. */
export interface ServerRequest {
  readonly text: string;
  readonly peer: { readonly addr: IpAddr; readonly port: number };
  readonly local: { readonly addr: IpAddr; readonly port: number };
}

export interface ListenSpec {
  readonly protocol: 'tcp' | 'udp';
  /** 0.0.0.0 takes every address of the namespace. */
  readonly addr: IpAddr;
  readonly port: number;
  /** Program name as `ss -p` shows it. */
  readonly process: string;
  /** Answers one request; the connection is closed after it. */
  readonly handler: (request: ServerRequest) => string;
  /** A server of TCP that reads a stream until its end and answers nothing; in place of `handler`. */
  readonly sink?: StreamSink;
  /**
   * A server that reads DNS messages, or answers only when it has asked somebody else; in place of `handler`. Over TCP the connection stays
   * until its client closes it, or says what is no message.
   */
  readonly onDatagram?: (datagram: Datagram) => void;
  /** Takes what traffic changes in the server itself; the returned function puts it back. */
  readonly checkpoint?: () => () => void;
}

/** A datagram, or a message of a stream, as a server takes it. */
export interface Datagram {
  readonly protocol: 'tcp' | 'udp';
  readonly payload: UdpMessage;
  readonly peer: { readonly addr: IpAddr; readonly port: number };
  readonly local: { readonly addr: IpAddr; readonly port: number };
  /** For what the server has to ask first: the flow it belongs to, and the packet that made it ask. */
  readonly recorder: TraceRecorder | null;
  readonly packetId: number | null;
  readonly role: PacketRole;
  /** Answers the peer; `what` is what the trace calls it. */
  readonly reply: (payload: UdpMessage, what?: string) => void;
}

/** What a client is told. `answered` may come once, the others end the attempt. */
export type ClientEvent =
  | { readonly kind: 'answered'; readonly text: string }
  | { readonly kind: 'closed' }
  | { readonly kind: 'error'; readonly errno: ClientErrno };

export type ClientErrno =
  | 'ECONNREFUSED'
  | 'ECONNRESET'
  | 'EHOSTUNREACH'
  | 'ENETUNREACH'
  | 'EINVAL'
  | 'EACCES'
  | 'EPERM'
  | 'EMSGSIZE'
  | 'ETTL'
  | 'ETIMEDOUT'
  | 'EADDRNOTAVAIL';

/** A client of this namespace: where to, what to say, whom to tell. */
export interface ClientSpec {
  readonly dst: IpAddr;
  readonly port: number;
  readonly process: string;
  readonly text: string;
  /** UDP: the port it is bound to; a free one when absent. */
  readonly sport?: number;
  /** Data bytes of an echo request (`ping -s`); 56 when absent. */
  readonly echoBytes?: number;
  readonly recorder: TraceRecorder | null;
  readonly onEvent: (event: ClientEvent) => void;
}

/** Ends a client that has waited long enough. */
export interface ClientHandle {
  close(): void;
}

/** A client's stream; its end is closing it. */
export interface StreamHandle extends ClientHandle {
  readonly local: { readonly addr: IpAddr; readonly port: number };
  /** Segments sent again so far. */
  readonly retransmitted: number;
}

/** A UDP socket connected to one peer, that says and hears as much as it likes. */
export interface UdpSpec {
  readonly dst: IpAddr;
  readonly port: number;
  /** The port it is bound to; a free one when absent. */
  readonly sport?: number;
  readonly process: string;
  readonly recorder: TraceRecorder | null;
  readonly role: PacketRole;
  /** The packet that made it be opened; null for a client of its own. */
  readonly parentId: number | null;
  readonly onMessage: (payload: UdpMessage, packetId: number | null) => void;
  readonly onError: (errno: ClientErrno) => void;
}

export interface UdpSocket extends ClientHandle {
  readonly local: { readonly addr: IpAddr; readonly port: number };
  send(payload: UdpMessage): void;
}
