/**
 * DNS messages over a connection of TCP (RFC 1035 4.2.2, RFC 7766): what a server or client of them is told, and a client's stream, which
 * carries messages of one flow after another.
 */
import type { IpAddr } from '../../lib/ip.ts';
import type { Result } from '../../lib/result.ts';
import type { TraceRecorder } from '../trace/recorder.ts';
import type { PacketRole } from '../trace/trace.ts';
import type { DnsMessage } from '../wire/dns.ts';
import type { ClientErrno, ClientHandle, ClientSpec, Datagram } from './spec.ts';
import type { TcpSocket } from './tcp.ts';

/** A connection that carries DNS messages both ways, of one flow after another. */
export interface MessageSpec {
  readonly dst: IpAddr;
  readonly port: number;
  readonly process: string;
  readonly onMessage: (message: DnsMessage) => void;
  /** It stands no more, or never will. */
  readonly onEnd: () => void;
}

/** What a message belongs to. */
export interface MessageFlow {
  readonly recorder: TraceRecorder | null;
  readonly role: PacketRole;
  readonly parentId: number | null;
}

export interface MessageStream extends ClientHandle {
  /** Sends a message, at once or when the connection stands. */
  say(message: DnsMessage, flow: MessageFlow): void;
}

/** A message that has come over `socket`, as its process takes it; the answer belongs to the same flow. */
export function heardOver(
  socket: TcpSocket,
  payload: DnsMessage,
  heard: { readonly recorder: TraceRecorder | null; readonly role: PacketRole; readonly lastPacketId: number | null },
): Datagram {
  const { recorder, role } = heard;
  const packetId = recorder === null ? null : heard.lastPacketId;
  const { local, remote: peer } = socket;
  const reply: Datagram['reply'] = (answer, what) => {
    if (answer.kind === 'dns') socket.say(answer, { recorder, role, parentId: packetId }, what);
  };
  return { protocol: 'tcp', payload, peer, local, recorder, packetId, role, reply };
}

/** A client's stream; `open` makes its socket, which connects with the first message. */
export function messageStream(
  { onMessage, onEnd, ...spec }: MessageSpec,
  open: (spec: Omit<ClientSpec, 'text'>) => Result<TcpSocket, ClientErrno>,
): MessageStream {
  let socket: TcpSocket | null = null;
  const begin = (message: DnsMessage, flow: MessageFlow): void => {
    const made = open({ ...spec, recorder: flow.recorder, onEvent: onEnd });
    if (!made.ok) {
      onEnd();
      return;
    }
    socket = made.value;
    socket.hearMessages(({ payload }) => {
      if (payload.kind === 'dns') onMessage(payload);
    });
    socket.say(message, flow);
    socket.connect('', onEnd);
  };
  return {
    say: (message, flow) => {
      if (socket === null) begin(message, flow);
      else socket.say(message, flow);
    },
    close: () => socket?.close(),
  };
}
