import { describe, expect, test } from 'vitest';
import { lab, stepsOf, type Flow, type LabNetns } from '../testing/lab.ts';

function pair(): Readonly<Record<'a' | 'b', LabNetns>> {
  const { a, b } = lab().machines({ a: '192.168.1.1/24', b: '192.168.1.2/24' });
  a.ping('192.168.1.2');
  b.ping('192.168.1.1');
  return { a, b };
}

/** What each side sent, in order: `a SYN`. */
const sent = ({ trace }: Flow): readonly string[] => stepsOf(trace, 'socket.send').map(({ node, what }) => `${node} ${what}`);
/** Seconds after the start at which packets of that name were sent. */
const times = ({ trace }: Flow, what: string): readonly number[] =>
  stepsOf(trace, 'socket.send')
    .filter((step) => step.what === what)
    .map(({ t }) => (t - trace.startedAt) / 1e9);

describe('TCP', () => {
  test('handshake, request, answer, close', () => {
    const { a, b } = pair();
    b.listen(80, ({ text, peer }) => `${text} from ${peer.addr}`);
    const flow = a.tcp('192.168.1.2', 80);
    expect([flow.outcome, flow.text]).toEqual(['answered', 'hello from 192.168.1.1']);
    expect(sent(flow)).toEqual([
      'a SYN',
      'b SYN-ACK',
      'a ACK',
      'a PSH-ACK',
      'b ACK',
      'b PSH-ACK',
      'b FIN-ACK',
      'a ACK',
      'a FIN-ACK',
      'b ACK',
    ]);
  });

  test('both sides’ sockets go through the states of RFC 9293, the closer of the two waits in TIME_WAIT', () => {
    const { a, b } = pair();
    b.listen(80);
    a.tcp('192.168.1.2', 80);
    const states = (side: LabNetns): readonly string[] => side.netns.view().sockets.map(({ state }) => state);
    expect([states(a), states(b)]).toEqual([[], ['LISTEN', 'TIME_WAIT']]);
    a.lab.wait(61);
    expect(states(b)).toEqual(['LISTEN']);
  });

  test('a closed port answers with RST', () => {
    const flow = pair().a.tcp('192.168.1.2', 81);
    expect([flow.outcome, sent(flow)]).toEqual(['ECONNREFUSED', ['a SYN', 'b RST']]);
    expect(flow.trace.packets.map(({ label, disposition, reason }) => [label, disposition, reason])).toEqual([
      ['SYN', 'DROPPED', 'NO_SOCKET'],
      ['RST-ACK', 'DELIVERED', null],
    ]);
  });

  test('a SYN without answer is sent again after 1, 3, 7 s', () => {
    const { a, b } = pair();
    b.listen(80).iptables('-A INPUT -p tcp --dport 80 -j DROP');
    const flow = a.tcp('192.168.1.2', 80, 8);
    expect([flow.outcome, times(flow, 'SYN')]).toEqual(['silence', [0, 1, 3, 7]]);
    expect(flow.trace.packets.map(({ relation }) => relation)).toEqual([
      'sent',
      'retransmission',
      'retransmission',
      'retransmission',
    ]);
  });

  test('gives up after tcp_syn_retries', () => {
    const { a, b } = pair();
    b.iptables('-A INPUT -p tcp -j DROP');
    a.sysctl('net.ipv4.tcp_syn_retries', 2);
    const flow = a.tcp('192.168.1.2', 80, 60);
    expect([flow.outcome, times(flow, 'SYN')]).toEqual(['ETIMEDOUT', [0, 1, 3]]);
  });

  test('a lost SYN-ACK is sent again', () => {
    const { a, b } = pair();
    b.listen(80);
    a.iptables('-A INPUT -p tcp --tcp-flags SYN,ACK SYN,ACK -m statistic --mode nth --every 10 --packet 0 -j DROP');
    const flow = a.tcp('192.168.1.2', 80);
    // The server's timer and the client's repeated SYN both ask for it after a second.
    expect([flow.outcome, times(flow, 'SYN-ACK').map(Math.round)]).toEqual(['answered', [0, 1, 1]]);
  });

  test('a segment nobody expects is answered with RST, a RST never', () => {
    const { a, b } = pair();
    b.listen(80).iptables('-A OUTPUT -p tcp --tcp-flags SYN,ACK SYN,ACK -j DROP');
    const flow = a.tcp('192.168.1.2', 80, 0.5);
    expect([flow.outcome, sent(flow)]).toEqual(['silence', ['a SYN', 'b SYN-ACK']]);
  });

  test('an ICMP error ends a connection that is being opened', () => {
    const { a, b } = pair();
    b.iptables('-A INPUT -p tcp --dport 80 -j REJECT').iptables(
      '-A INPUT -p tcp --dport 81 -j REJECT --reject-with icmp-host-prohibited',
    );
    b.iptables('-A INPUT -p tcp --dport 82 -j REJECT --reject-with tcp-reset');
    expect([80, 81, 82].map((port) => a.tcp('192.168.1.2', port).outcome)).toEqual([
      'ECONNREFUSED',
      'EHOSTUNREACH',
      'ECONNREFUSED',
    ]);
  });

  test('a long answer is cut to the peer’s MSS and put together again', () => {
    const { a, b } = pair();
    const text = 'x'.repeat(5000);
    b.listen(80, () => text);
    const flow = a.tcp('192.168.1.2', 80);
    const sizes = stepsOf(flow.trace, 'socket.send').flatMap(({ node, l3 }) =>
      node === 'b' && l3.kind === 'ipv4' && l3.l4.kind === 'tcp' && l3.l4.data !== null ? [l3.l4.data.bytes] : [],
    );
    expect([flow.text, sizes]).toEqual([text, [1448, 1448, 1448, 656]]);
  });

  test('without a route nothing is sent', () => {
    const flow = pair().a.tcp('10.9.9.9', 80);
    expect([flow.outcome, flow.trace.packets]).toEqual(['ENETUNREACH', []]);
  });

  test('a new connection of the same ends takes the place of one in TIME_WAIT', () => {
    const { a, b } = pair();
    b.listen(80, ({ peer }) => String(peer.port));
    a.netns.sysctl.set('net.ipv4.ip_local_port_range', '40000\t40000');
    const flows = [a.tcp('192.168.1.2', 80), a.tcp('192.168.1.2', 80)];
    expect([flows.map(({ text }) => text), b.netns.view().sockets.map(({ state }) => state)]).toEqual([
      ['40000', '40000'],
      ['LISTEN', 'TIME_WAIT'],
    ]);
  });

  test('with every port of the range taken there is no connection', () => {
    const { a, b } = pair();
    b.listen(80).iptables('-A INPUT -p tcp --tcp-flags FIN FIN -j DROP');
    a.netns.sysctl.set('net.ipv4.ip_local_port_range', '40000\t40000');
    // Its last FIN is never acknowledged, so the first connection keeps its port.
    expect([a.tcp('192.168.1.2', 80, 1).outcome, a.tcp('192.168.1.2', 80, 1).outcome]).toEqual(['answered', 'EADDRNOTAVAIL']);
    expect(
      ['50000 40000', '0 100', '1 65536', '40000'].map((range) => a.netns.sysctl.set('net.ipv4.ip_local_port_range', range).ok),
    ).toEqual([false, false, false, false]);
  });

  test('connections of one client take different ports', () => {
    const { a, b } = pair();
    const ports = new Set<number>();
    b.listen(80, ({ peer }) => String(peer.port));
    for (let i = 0; i < 20; i++) ports.add(Number(a.tcp('192.168.1.2', 80).text));
    expect([ports.size > 15, [...ports].every((port) => port >= 32768 && port <= 60999)]).toEqual([true, true]);
  });
});

describe('UDP', () => {
  test('a datagram and its answer', () => {
    const { a, b } = pair();
    b.listen(53, ({ text }) => `${text}!`, 'udp');
    const flow = a.udp('192.168.1.2', 53);
    expect([flow.outcome, flow.text]).toEqual(['answered', 'hello!']);
  });

  test('a closed port answers ICMP port unreachable, which the client is told', () => {
    const flow = pair().a.udp('192.168.1.2', 54);
    expect([flow.outcome, flow.trace.packets.map(({ label }) => label)]).toEqual(['ECONNREFUSED', ['UDP', 'ICMP 3/3']]);
  });

  test('TCP and UDP ports are different ports', () => {
    const { a, b } = pair();
    b.listen(53, () => 'tcp').listen(53, () => 'udp', 'udp');
    expect([a.tcp('192.168.1.2', 53).text, a.udp('192.168.1.2', 53).text]).toEqual(['tcp', 'udp']);
  });

  test('a port is taken once', () => {
    const { b } = pair();
    b.listen(53);
    expect(() => b.listen(53)).toThrow('Address already in use');
  });
});
