/**
 * The sockets of a namespace: who listens, which connections there are, and where an incoming packet goes
 * (net/ipv4/inet_hashtables.c __inet_lookup, net/ipv4/udp.c __udp4_lib_lookup). Seen with `ss -tulpn`.
 */
import { err, ok, type Result } from '../../lib/result.ts';
import { IP_ANY, type IpAddr } from '../../lib/ip.ts';
import { endsDatagrams, errnoOf, icmpSend, isTooBig, learnPathMtu } from '../ip/icmp.ts';
import { ipLocalOut } from '../ip/output.ts';
import { defaultTtl, fitsPath, pathMtu } from '../ip/route.ts';
import { vxlanFor } from '../dev/vxlan-port.ts';
import type { Netns } from '../netns.ts';
import { newSkb, type Nfct, type Skb } from '../skb.ts';
import type { PacketRelation, PacketRole } from '../trace/trace.ts';
import type { TraceRecorder } from '../trace/recorder.ts';
import type { SocketView } from '../view.ts';
import {
  appData,
  hasFlag,
  type IcmpMessage,
  type Ipv4Packet,
  type L4,
  type TcpSegment,
  type UdpDatagram,
  type UdpMessage,
} from '../wire/packet.ts';
import { ICMP_BYTES, IPV4_BYTES } from '../wire/size.ts';
import { connect } from './connect.ts';
import { hearing, refused } from './clients.ts';
import { messageStream, type MessageSpec, type MessageStream } from './messages.ts';
import { connectionKey, listenKey } from './key.ts';
import { socketViews } from './socket-views.ts';
import { TcpSocket } from './tcp.ts';
import { resetFor } from './reset.ts';
import { datagramName, messageText, segmentName } from './words.ts';
import type { ClientErrno, ClientHandle, ClientSpec, ListenSpec, StreamHandle, UdpSocket, UdpSpec } from './spec.ts';
import type { StreamSource } from './stream.ts';

export type {
  ServerRequest,
  ListenSpec,
  Datagram,
  ClientEvent,
  ClientErrno,
  ClientSpec,
  ClientHandle,
  UdpSpec,
  UdpSocket,
} from './spec.ts';

interface DatagramClient {
  readonly spec: Pick<UdpSpec, 'process' | 'onMessage' | 'onError'>;
  readonly local: IpAddr;
  readonly port: number;
}

export class Sockets {
  readonly #netns: Netns;
  #listeners = new Map<string, ListenSpec>();
  #connections = new Map<string, TcpSocket>();
  #datagrams = new Map<string, DatagramClient>();

  constructor(netns: Netns) {
    this.#netns = netns;
  }

  /** Binds a server; the error is errno's words. */
  listen(spec: ListenSpec): Result<() => void, string> {
    const key = listenKey(spec.protocol, spec.addr, spec.port);
    const clash =
      spec.addr === IP_ANY
        ? this.#anyOn(spec.protocol, spec.port)
        : this.#listeners.has(listenKey(spec.protocol, IP_ANY, spec.port));
    if (this.#listeners.has(key) || clash) return err('Address already in use');
    this.#listeners.set(key, spec);
    this.#netns.touch();
    return ok(() => {
      if (this.#listeners.get(key) === spec) this.#listeners.delete(key);
      for (const socket of this.#connections.values()) socket.serverGone(spec);
      this.#netns.touch();
    });
  }

  /** A server in the place of whoever has its port: this namespace's sockets are put back from a checkpoint afterwards. */
  takeOver(spec: ListenSpec): void {
    for (const [key, { protocol, port }] of this.#listeners)
      if (protocol === spec.protocol && port === spec.port) this.#listeners.delete(key);
    this.#listeners.set(listenKey(spec.protocol, spec.addr, spec.port), spec);
    this.#netns.touch();
  }

  /** connect(), write, read, close: a TCP client. */
  connectTcp(spec: ClientSpec): ClientHandle {
    const socket = this.#newClient(spec);
    if (!socket.ok) return refused(spec, socket.error);
    socket.value.connect(spec.text, spec.onEvent);
    return socket.value;
  }

  /** connect() and write() until it is closed: a TCP client that sends what `source` writes. */
  streamTcp(spec: Omit<ClientSpec, 'text'>, source: StreamSource): Result<StreamHandle, ClientErrno> {
    const socket = this.#newClient(spec);
    if (!socket.ok) return socket;
    socket.value.connect('', spec.onEvent, source);
    return socket;
  }

  /** A connection that carries DNS messages; it is opened with the first one. */
  messagesTcp(spec: MessageSpec): MessageStream {
    return messageStream(spec, (client) => this.#newClient(client));
  }

  /** sendto() and wait for one answer: a UDP client. */
  sendUdp(spec: ClientSpec): ClientHandle {
    const { dst, port, recorder } = spec;
    const bound = spec.sport === undefined ? {} : { sport: spec.sport };
    const opened = this.openUdp({ dst, port, recorder, role: 'request', parentId: null, ...bound, ...hearing(spec) });
    if (!opened.ok) return refused(spec, opened.error);
    opened.value.send(appData(spec.text));
    return opened.value;
  }

  /** socket() and connect() of UDP; the error is what connect() fails with. */
  openUdp(spec: UdpSpec): Result<UdpSocket, ClientErrno> {
    const ends = connect(this.#netns, spec.dst, 'udp');
    if (ends.kind === 'error') return err(ends.errno);
    const port = spec.sport ?? this.#freePort('udp', { ...ends, port: spec.port });
    if (port === null) return err('EADDRNOTAVAIL');
    const key = connectionKey('udp', ends.src, port, ends.dst, spec.port);
    this.#datagrams.set(key, { spec, local: ends.src, port });
    const send = (payload: UdpMessage): void => {
      const l4: UdpDatagram = { kind: 'udp', sport: port, dport: spec.port, payload };
      const { error } = this.send(
        { src: ends.src, dst: ends.dst, l4, df: fitsPath(this.#netns, ends.dst, l4) },
        {
          recorder: spec.recorder,
          relation: 'sent',
          role: spec.role,
          parentId: spec.parentId,
          process: spec.process,
          what: datagramName(payload),
        },
      );
      if (error !== null) spec.onError(error);
    };
    return ok({
      local: { addr: ends.src, port },
      send,
      close: () => {
        this.#datagrams.delete(key);
      },
    });
  }

  /** ICMP echo with DF set, and wait for its answer (`ping -M do`). */
  ping(spec: ClientSpec): ClientHandle {
    const ends = connect(this.#netns, spec.dst, 'icmp');
    if (ends.kind === 'error') return refused(spec, ends.errno);
    const { echoBytes = 56 } = spec;
    // -M do: what is too long for the path as far as it is known is not sent at all (ip_append_data).
    if (IPV4_BYTES + ICMP_BYTES + echoBytes > pathMtu(this.#netns, ends.dst)) return refused(spec, 'EMSGSIZE');
    const id = 1 + this.#netns.kernel.random('icmp.id').below(65535);
    const key = connectionKey('icmp', ends.src, id, ends.dst, 0);
    this.#datagrams.set(key, { spec: hearing(spec), local: ends.src, port: id });
    const l4: IcmpMessage = {
      kind: 'icmp',
      type: 8,
      code: 0,
      id,
      seq: 1,
      mtu: null,
      quoted: null,
      data: { kind: 'data', text: '', bytes: echoBytes },
    };
    const { error } = this.send(
      { src: ends.src, dst: ends.dst, l4, df: true },
      {
        recorder: spec.recorder,
        relation: 'sent',
        role: 'request',
        parentId: null,
        process: spec.process,
        what: 'echo request',
      },
    );
    if (error !== null) spec.onEvent({ kind: 'error', errno: error });
    return {
      close: () => {
        this.#datagrams.delete(key);
      },
    };
  }

  /** Makes a packet of this namespace and sends it. */
  send(
    packet: { readonly src: IpAddr; readonly dst: IpAddr; readonly l4: L4; readonly df: boolean },
    about: {
      readonly recorder: TraceRecorder | null;
      readonly relation: PacketRelation;
      readonly role: PacketRole;
      readonly parentId: number | null;
      readonly process: string;
      readonly what: string;
      /** The connection an answer of the kernel belongs to (nf_ct_attach). */
      readonly nfct?: Nfct;
    },
  ): { readonly skb: Skb; readonly error: ReturnType<typeof ipLocalOut> } {
    const l3: Ipv4Packet = {
      kind: 'ipv4',
      src: packet.src,
      dst: packet.dst,
      ttl: defaultTtl(this.#netns),
      id: 0,
      df: packet.df,
      tos: 0,
      l4: packet.l4,
    };
    const packetId = about.recorder === null ? 0 : about.recorder.open(l3, about.relation, about.parentId, about.role);
    const skb = newSkb(l3, about.recorder, packetId);
    skb.nfct = about.nfct ?? null;
    // Sockets of UDP set DF where a datagram fits its path, and let it be cut all the same (IP_PMTUDISC_WANT).
    skb.ignoreDf = packet.l4.kind === 'udp';
    this.#netns.record(skb, { kind: 'socket.send', process: about.process, what: about.what });
    return { skb, error: ipLocalOut(this.#netns, skb, { src: packet.src }) };
  }

  deliverTcp(skb: Skb, packet: Ipv4Packet, segment: TcpSegment): void {
    const key = connectionKey('tcp', packet.dst, segment.dport, packet.src, segment.sport);
    const socket = this.#connections.get(key);
    const opens = hasFlag(segment, 'SYN') && !hasFlag(segment, 'ACK') && !hasFlag(segment, 'RST');
    // A connection that only waits for stragglers makes room for a new one (tcp_timewait_state_process, TCP_TW_SYN).
    if (socket?.state === 'TIME_WAIT' && opens) socket.abandon();
    else if (socket !== undefined) {
      this.#deliver(skb, socket.process, segmentName(segment));
      socket.receive(skb, segment);
      return;
    }
    const listener = this.#listener('tcp', packet.dst, segment.dport);
    if (listener !== undefined && opens) {
      this.#deliver(skb, listener.process, segmentName(segment));
      this.#accept(skb, packet, segment, listener);
      return;
    }
    this.#refuse(skb, packet, segment);
  }

  deliverUdp(skb: Skb, packet: Ipv4Packet, datagram: UdpDatagram): void {
    if (datagram.payload.kind === 'vxlan') {
      this.#deliverVxlan(skb, packet, datagram);
      return;
    }
    const client = this.#datagrams.get(connectionKey('udp', packet.dst, datagram.dport, packet.src, datagram.sport));
    if (client !== undefined) {
      this.#deliver(skb, client.spec.process, datagramName(datagram.payload));
      client.spec.onMessage(datagram.payload, skb.recorder === null ? null : skb.packetId);
      return;
    }
    const listener = this.#listener('udp', packet.dst, datagram.dport);
    if (listener === undefined) {
      icmpSend(this.#netns, skb, { type: 3, code: 3, mtu: null });
      this.#netns.drop(skb, 'NO_SOCKET', `nobody listens on UDP port ${datagram.dport}`);
      return;
    }
    this.#deliver(skb, listener.process, datagramName(datagram.payload));
    this.#serveDatagram(skb, packet, { ...datagram, payload: datagram.payload }, listener);
  }

  deliverEchoReply(skb: Skb, packet: Ipv4Packet, message: IcmpMessage): void {
    const client = this.#datagrams.get(connectionKey('icmp', packet.dst, message.id, packet.src, 0));
    if (client === undefined) {
      this.#netns.drop(skb, 'NO_SOCKET', 'no process waits for this echo reply');
      return;
    }
    this.#deliver(skb, client.spec.process, 'echo reply');
    client.spec.onMessage(appData(''), skb.recorder === null ? null : skb.packetId);
  }

  /** An ICMP error for a packet one of our sockets sent. */
  deliverError(skb: Skb, message: IcmpMessage): void {
    const { quoted } = message;
    const what = `ICMP ${message.type}/${message.code}`;
    if (quoted === null) {
      this.#netns.drop(skb, 'NO_SOCKET', what);
      return;
    }
    if (quoted.l4.kind === 'ipencap') {
      // ipip_err: a tunnel without a fixed remote does not care.
      this.#netns.drop(skb, 'NO_SOCKET', `${what} about a tunnel’s packet: tunl0 tells nobody`);
      return;
    }
    if (quoted.l4.kind === 'tcp') {
      const socket = this.#connections.get(connectionKey('tcp', quoted.src, quoted.l4.sport, quoted.dst, quoted.l4.dport));
      if (socket !== undefined) {
        const narrower = learnPathMtu(this.#netns, skb, message);
        this.#deliver(skb, socket.process, what);
        if (!isTooBig(message)) socket.receiveError(errnoOf(message));
        else if (narrower) socket.pathNarrowed();
        return;
      }
    } else {
      learnPathMtu(this.#netns, skb, message);
      const [port, remote] = quoted.l4.kind === 'udp' ? [quoted.l4.sport, quoted.l4.dport] : [quoted.l4.id, 0];
      const client = this.#datagrams.get(connectionKey(quoted.l4.kind, quoted.src, port, quoted.dst, remote));
      if (client !== undefined) {
        this.#deliver(skb, client.spec.process, what);
        if (quoted.l4.kind === 'icmp' || endsDatagrams(message)) client.spec.onError(errnoOf(message));
        return;
      }
    }
    this.#netns.drop(skb, 'NO_SOCKET', `${what} speaks of a socket that is gone`);
  }

  forget(socket: TcpSocket): void {
    if (this.#connections.get(socket.key) === socket) this.#connections.delete(socket.key);
    this.#netns.touch();
  }

  view(): readonly SocketView[] {
    return socketViews([...this.#listeners.values()], [...this.#connections.values()]);
  }

  /** Returns a closure that puts all sockets back as they are now. */
  checkpoint(): () => void {
    const listeners = new Map(this.#listeners);
    const connections = [...this.#connections].map(([key, socket]) => ({ key, socket, restore: socket.checkpoint() }));
    const datagrams = new Map(this.#datagrams);
    const servers = [...listeners.values()].flatMap((spec) => spec.checkpoint?.() ?? []);
    return () => {
      for (const restore of servers) restore();
      this.#listeners = new Map(listeners);
      this.#connections = new Map(connections.map(({ key, socket }) => [key, socket]));
      for (const { restore } of connections) restore();
      this.#datagrams = new Map(datagrams);
    };
  }

  #deliver(skb: Skb, process: string, what: string): void {
    this.#netns.record(skb, { kind: 'socket.deliver', process, what });
    this.#netns.endPacket(skb, 'DELIVERED', null);
  }

  #accept(skb: Skb, packet: Ipv4Packet, segment: TcpSegment, listener: ListenSpec): void {
    const socket = new TcpSocket(this.#netns, this, {
      local: { addr: packet.dst, port: segment.dport },
      remote: { addr: packet.src, port: segment.sport },
      process: listener.process,
      recorder: skb.recorder,
    });
    this.#connections.set(socket.key, socket);
    socket.accept(skb, segment, listener);
  }

  /** A socket with its own port; the error is what connect() fails with. */
  #newClient(spec: Omit<ClientSpec, 'text'>): Result<TcpSocket, ClientErrno> {
    const ends = connect(this.#netns, spec.dst, 'tcp');
    if (ends.kind === 'error') return err(ends.errno);
    const port = this.#freePort('tcp', { ...ends, port: spec.port });
    if (port === null) return err('EADDRNOTAVAIL');
    const socket = new TcpSocket(this.#netns, this, {
      local: { addr: ends.src, port },
      remote: { addr: ends.dst, port: spec.port },
      process: spec.process,
      recorder: spec.recorder,
    });
    this.#connections.set(socket.key, socket);
    return ok(socket);
  }

  /** tcp_v4_send_reset: nobody is there. */
  #refuse(skb: Skb, packet: Ipv4Packet, segment: TcpSegment): void {
    const reset = resetFor(segment);
    this.#netns.drop(skb, 'NO_SOCKET', `nobody listens on TCP port ${segment.dport} of ${packet.dst}`);
    if (reset === null) return;
    this.send(
      { src: packet.dst, dst: packet.src, l4: reset, df: true },
      {
        recorder: skb.recorder,
        relation: 'error',
        role: 'reply',
        parentId: skb.recorder === null ? null : skb.packetId,
        process: 'kernel',
        what: 'RST',
      },
    );
  }

  #deliverVxlan(skb: Skb, packet: Ipv4Packet, datagram: UdpDatagram): void {
    const { payload } = datagram;
    if (payload.kind !== 'vxlan') return;
    const device = vxlanFor(this.#netns, datagram.dport, payload.vni);
    if (device === null) {
      this.#netns.drop(skb, 'VXLAN_VNI_NOT_FOUND', `no device for VXLAN ${payload.vni} on UDP port ${datagram.dport}`);
      return;
    }
    device.receiveEncapsulated(skb, packet, payload);
  }

  #serveDatagram(
    skb: Skb,
    packet: Ipv4Packet,
    datagram: UdpDatagram & { readonly payload: UdpMessage },
    listener: ListenSpec,
  ): void {
    const peer = { addr: packet.src, port: datagram.sport };
    const local = { addr: packet.dst, port: datagram.dport };
    const { recorder } = skb;
    const packetId = recorder === null ? null : skb.packetId;
    const role = recorder === null ? 'request' : recorder.roleOf(skb.packetId);
    const reply = (payload: UdpMessage, what = datagramName(payload)): void => {
      const l4: UdpDatagram = { kind: 'udp', sport: local.port, dport: peer.port, payload };
      this.send(
        { src: local.addr, dst: peer.addr, l4, df: fitsPath(this.#netns, peer.addr, l4) },
        {
          recorder,
          relation: 'sent',
          role: recorder === null ? 'reply' : recorder.answerRoleOf(skb.packetId),
          parentId: packetId,
          process: listener.process,
          what,
        },
      );
    };
    if (listener.onDatagram === undefined)
      reply(appData(listener.handler({ text: messageText(datagram.payload), peer, local })));
    else listener.onDatagram({ protocol: 'udp', payload: datagram.payload, peer, local, recorder, packetId, role, reply });
  }

  #listener(protocol: 'tcp' | 'udp', addr: IpAddr, port: number): ListenSpec | undefined {
    return this.#listeners.get(listenKey(protocol, addr, port)) ?? this.#listeners.get(listenKey(protocol, IP_ANY, port));
  }

  #anyOn(protocol: 'tcp' | 'udp', port: number): boolean {
    return [...this.#listeners.values()].some((spec) => spec.protocol === protocol && spec.port === port);
  }

  /** A random port of ip_local_port_range that no connection to this remote uses (inet_hash_connect); null when all are. */
  #freePort(protocol: 'tcp' | 'udp', to: { readonly src: IpAddr; readonly dst: IpAddr; readonly port: number }): number | null {
    const [low = 32768, high = 60999] = (this.#netns.sysctl.get('net.ipv4.ip_local_port_range') ?? '').split(/\s+/).map(Number);
    const draw = this.#netns.kernel.random('socket.port');
    const taken = protocol === 'tcp' ? this.#connections : this.#datagrams;
    const count = high - low + 1;
    const start = draw.below(count);
    for (let tried = 0; tried < count; tried++) {
      const port = low + ((start + tried) % count);
      if (!taken.has(connectionKey(protocol, to.src, port, to.dst, to.port))) return port;
    }
    return null;
  }
}
