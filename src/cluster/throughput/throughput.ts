/**
 * How much gets from a place to a target: `iperf3` at both ends, for some seconds of the simulated clock, in the kernels as they are.
 * Every byte told was in a packet that walked through devices, queues and rules; the rate is those bytes over that time.
 *
 * A first packet of the same client finds where the measurement's own will end, for the same chance decides both. There iperf3 stands in
 * the place of the server, whoever it is.
 * Simplification: links, machines and Pods have no speed of their own. What no queue slows is as fast as 64 KB of window and the delay of
 * the way allow, a number that says nothing of a real machine; it ends after 4,000 packets, and what is queued after 24,000.
 * Simplification: no control connection: the server counts until the stream's end has come, and of UDP until no packet is under way.
 */
import { assertExists, assertNever } from '../../lib/assert.ts';
import type { Steps } from '../../lib/steps.ts';
import type { Outcome } from '../../net/trace/trace.ts';
import type { Kernel } from '../../net/kernel.ts';
import { netemText } from '../../net/dev/netem.ts';
import { tbfText } from '../../net/dev/tbf.ts';
import type { ClientErrno } from '../../net/socket/spec.ts';
import type { Endpoint } from '../../net/socket/tcp-state.ts';
import { NS_PER_S, type RunEnd } from '../../sim/sim.ts';
import type { ProbeSpec } from '../commands.ts';
import { Meter, type Interval } from './meter.ts';
import type { Run } from './run.ts';
import { startTcp } from './tcp.ts';
import { startUdp, type Jitter } from './udp.ts';

export interface ThroughputSpec {
  /** Client, target, port and protocol; icmp is none that can be measured. */
  readonly probe: ProbeSpec;
  /** Seconds the client writes, of the simulated clock. */
  readonly seconds: number;
  /** What a client of UDP keeps to; TCP takes what it gets. */
  readonly bitsPerSecond: number;
}

/** A queue on the way. */
export interface QueueMet {
  readonly node: string;
  readonly netns: string;
  readonly dev: string;
  /** As `tc qdisc show` ends its line. */
  readonly text: string;
  readonly packets: number;
  readonly dropped: number;
}

export interface MeasuredThroughput {
  readonly kind: 'measured';
  readonly protocol: 'tcp' | 'udp';
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly intervals: readonly Interval[];
  readonly sender: {
    readonly seconds: number;
    readonly bytes: number;
    readonly packets: number;
    readonly retransmitted: number;
  };
  readonly receiver: {
    readonly seconds: number;
    readonly bytes: number;
    readonly packets: number;
    readonly jitterMs: number;
  };
  /** In the order of the machines; empty when nothing but the window and the delay held the stream back. */
  readonly queues: readonly QueueMet[];
  /** The packets were used up before the time. */
  readonly cutShort: boolean;
}

/** What came of it; `failed` with iperf3's words. */
export type Throughput =
  | MeasuredThroughput
  | { readonly kind: 'failed'; readonly error: string }
  /** Nothing was tried: an end does not exist, or there is nothing to measure. */
  | { readonly kind: 'refused'; readonly error: string };

/** How long the last packets may take once nothing more is written. */
const PATIENCE_NS = 600 * NS_PER_S;
const MAX_EVENTS = 5_000_000;
const MS_PER_S = 1000;

/** Events between two places where it may be interrupted. */
const EVENTS_A_STEP = 200;

/** Runs it, a step at a time; the caller puts the world back. */
export function* measureThroughput(
  kernels: readonly Kernel[],
  about: Omit<Run, 'meter' | 'queued'>,
  protocol: 'tcp' | 'udp',
): Steps<Throughput> {
  const jitter: Jitter = { seconds: 0, lastTransit: null };
  const before = queuesOf(kernels);
  const queues = (): readonly QueueMet[] => queuesMet(before, queuesOf(kernels));
  const run: Run = { ...about, meter: new Meter(), queued: () => queues().length > 0 };
  if (protocol === 'tcp') startTcp(run);
  else startUdp(run, jitter);
  yield* comesToRest(run, protocol);
  const { sender, receiver, failed } = resultOf(run);
  if (failed !== null) return { kind: 'failed', error: connectError(errnoText(failed)) };
  const { meter } = run;
  return {
    kind: 'measured',
    protocol,
    local: assertExists(meter.local, 'who wrote has an address'),
    remote: { addr: run.dst, port: run.port },
    intervals: meter.intervals(),
    sender,
    receiver: { ...receiver, jitterMs: jitter.seconds * MS_PER_S },
    queues: queues(),
    cutShort: meter.cutShort,
  };
}

/** Until all was written and read, or nothing is under way any more. */
function* comesToRest({ sim, meter, seconds }: Run, protocol: 'tcp' | 'udp'): Steps<void> {
  const deadline = sim.now + seconds * NS_PER_S + PATIENCE_NS;
  const until = (): boolean =>
    meter.error !== null || (meter.writtenAt !== null && (meter.readAt !== null || (protocol === 'udp' && !sim.busy)));
  let end: RunEnd = 'limit';
  for (let left = MAX_EVENTS; end === 'limit' && left > 0; left -= EVENTS_A_STEP) {
    end = sim.run({ deadline, maxSteps: EVENTS_A_STEP, until });
    yield;
  }
}

function resultOf({ meter }: Run): Pick<MeasuredThroughput, 'sender'> & {
  readonly receiver: Omit<MeasuredThroughput['receiver'], 'jitterMs'>;
  readonly failed: ClientErrno | null;
} {
  const { startedAt, writtenAt, readAt, lastArrival, total, error } = meter;
  const failed = error ?? (startedAt === null || writtenAt === null ? 'ETIMEDOUT' : null);
  const written = writtenAt ?? 0;
  return {
    failed,
    sender: {
      seconds: meter.elapsed(written),
      bytes: total.sentBytes,
      packets: total.packets,
      retransmitted: total.retransmitted,
    },
    receiver: {
      seconds: meter.elapsed(readAt ?? Math.max(written, lastArrival)),
      bytes: total.receivedBytes,
      packets: meter.arrived,
    },
  };
}

/** What every queue has let through and thrown away so far. */
function queuesOf(kernels: readonly Kernel[]): readonly QueueMet[] {
  return kernels.flatMap((kernel) =>
    kernel.namespaces().flatMap((netns) =>
      netns.links().flatMap(({ name: dev, netem, tbf, counters }) => {
        const text = netem !== null ? netemText(netem) : tbf !== null ? tbfText(tbf.spec) : null;
        if (text === null) return [];
        return [{ node: kernel.name, netns: netns.name, dev, text, packets: counters.txPackets, dropped: counters.txDropped }];
      }),
    ),
  );
}

function queuesMet(before: readonly QueueMet[], after: readonly QueueMet[]): readonly QueueMet[] {
  return after.flatMap((queue, index) => {
    const packets = queue.packets - (before[index]?.packets ?? 0);
    const dropped = queue.dropped - (before[index]?.dropped ?? 0);
    return packets + dropped === 0 ? [] : [{ ...queue, packets, dropped }];
  });
}

/** What iperf3 says of a server it cannot reach, with strerror's words behind it (src/iperf_error.c IECONNECT). */
export function connectError(why: string): string {
  return `unable to connect to server - server may have stopped running or use a different port, firewall issue, etc.: ${why}`;
}

function errnoText(errno: ClientErrno): string {
  switch (errno) {
    case 'ECONNREFUSED':
      return 'Connection refused';
    case 'ECONNRESET':
      return 'Connection reset by peer';
    case 'EHOSTUNREACH':
      return 'No route to host';
    case 'ENETUNREACH':
      return 'Network is unreachable';
    case 'EINVAL':
      return 'Invalid argument';
    case 'EACCES':
      return 'Permission denied';
    case 'EPERM':
      return 'Operation not permitted';
    case 'EMSGSIZE':
      return 'Message too long';
    case 'ETTL':
      return 'No route to host';
    case 'ETIMEDOUT':
      return 'Connection timed out';
    case 'EADDRNOTAVAIL':
      return 'Cannot assign requested address';
    default:
      return assertNever(errno);
  }
}

/** The same of a first packet that came nowhere. */
export function outcomeError(outcome: Outcome): string {
  switch (outcome) {
    case 'refused':
      return connectError('Connection refused');
    case 'no route to host':
      return connectError('No route to host');
    case 'network unreachable':
      return connectError('Network is unreachable');
    case 'could not resolve host':
      return connectError('Name or service not known');
    default:
      return connectError('Connection timed out');
  }
}
