/** `iperf3 -c HOST -t SECONDS`: one stream of TCP, written as fast as the connection takes it (src/iperf_tcp.c). */
import type { ClientEvent, StreamHandle } from '../../net/socket/spec.ts';
import { NS_PER_S } from '../../sim/sim.ts';
import { IPERF3, TIMER, usedUp, type Run } from './run.ts';

export function startTcp(run: Run): void {
  const { netns, dst, port, meter } = run;
  serve(run);
  const onEvent = (event: ClientEvent): void => {
    if (event.kind === 'error') meter.error = event.errno;
  };
  const opened = netns.sockets.streamTcp(
    { dst, port, process: IPERF3, recorder: null, onEvent },
    { write: (limit) => write(run, limit, opened.ok ? opened.value : null) },
  );
  if (!opened.ok) {
    meter.error = opened.error;
    return;
  }
  meter.local = opened.value.local;
}

function serve({ server, meter, sim }: Run): void {
  server.netns.sockets.takeOver({
    protocol: 'tcp',
    addr: server.addr,
    port: server.port,
    process: IPERF3,
    handler: () => '',
    sink: {
      onData: (bytes) => meter.received(bytes, sim.now),
      onEnd: () => {
        meter.readAt = sim.now;
      },
    },
  });
}

function write(run: Run, limit: number, handle: StreamHandle | null): number {
  const { meter, sim } = run;
  if (meter.startedAt === null) {
    meter.startedAt = sim.now;
    sim.after(run.seconds * NS_PER_S, TIMER, () => stop(run, handle));
  }
  if (meter.writtenAt !== null) return 0;
  if (usedUp(run)) {
    meter.cutShort = true;
    stop(run, handle);
    return 0;
  }
  meter.retransmitted(handle?.retransmitted ?? 0, sim.now);
  meter.sent(limit, sim.now);
  return limit;
}

function stop({ meter, sim }: Run, handle: StreamHandle | null): void {
  if (meter.writtenAt !== null) return;
  meter.writtenAt = sim.now;
  meter.retransmitted(handle?.retransmitted ?? 0, sim.now);
  handle?.close();
}
