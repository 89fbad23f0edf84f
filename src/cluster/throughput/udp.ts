/**
 * `iperf3 -u -b RATE`: datagrams at a steady rate, numbered and stamped, so that the server can tell what is missing and how unevenly
 * the rest came (src/iperf_udp.c; jitter as RFC 1889 has it).
 *
 * The client looks at its clock every millisecond, as iperf3's pacing timer does, and sends as many as are due.
 */
import { segmentLimit } from '../../net/socket/mss.ts';
import type { UdpSocket } from '../../net/socket/spec.ts';
import { NS_PER_MS, NS_PER_S } from '../../sim/sim.ts';
import type { UdpMessage } from '../../net/wire/packet.ts';
import { IPERF3, TIMER, usedUp, type Run } from './run.ts';

const PACING_NS = NS_PER_MS;
/** What a TCP connection to the server would take in one segment is the length iperf3 chooses. */
const LARGEST_MSS = 65_535;

/** Mean deviation of the datagrams' time under way, in seconds. */
export interface Jitter {
  seconds: number;
  lastTransit: number | null;
}

export function startUdp(run: Run, jitter: Jitter): void {
  const { netns, dst, port, meter, sim } = run;
  serve(run, jitter);
  const opened = netns.sockets.openUdp({
    dst,
    port,
    process: IPERF3,
    recorder: null,
    role: 'request',
    parentId: null,
    onMessage: () => undefined,
    onError: (errno) => {
      meter.error ??= errno;
    },
  });
  if (!opened.ok) {
    meter.error = opened.error;
    return;
  }
  meter.local = opened.value.local;
  meter.startedAt = sim.now;
  tick(run, opened.value, segmentLimit(netns, dst, LARGEST_MSS));
}

function tick(run: Run, socket: UdpSocket, bytes: number): void {
  const { meter, sim, seconds, bitsPerSecond } = run;
  const elapsed = meter.elapsed(sim.now);
  const due = Math.floor((elapsed * bitsPerSecond) / 8 / bytes) + 1;
  const ends = elapsed >= seconds;
  while (!ends && !meter.cutShort && meter.total.packets < due) {
    meter.sent(bytes, sim.now);
    socket.send({ kind: 'data', text: String(sim.now), bytes });
    meter.cutShort = usedUp(run);
  }
  if (ends || meter.cutShort || meter.error !== null) {
    meter.writtenAt = sim.now;
    return;
  }
  sim.after(Math.min(PACING_NS, Math.round((seconds - elapsed) * NS_PER_S)), TIMER, () => tick(run, socket, bytes));
}

function serve({ server, meter, sim }: Run, jitter: Jitter): void {
  server.netns.sockets.takeOver({
    protocol: 'udp',
    addr: server.addr,
    port: server.port,
    process: IPERF3,
    handler: () => '',
    onDatagram: ({ payload }) => {
      meter.received(payload.bytes, sim.now);
      measureJitter(jitter, payload, sim.now);
    },
  });
}

function measureJitter(jitter: Jitter, payload: UdpMessage, now: number): void {
  if (payload.kind !== 'data') return;
  const transit = (now - Number(payload.text)) / NS_PER_S;
  const difference = Math.abs(transit - (jitter.lastTransit ?? transit));
  jitter.lastTransit = transit;
  jitter.seconds += (difference - jitter.seconds) / 16;
}
