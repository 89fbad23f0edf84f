/**
 * The TTLs a real server and a real client can see, read from a probe's trace.
 */
import type { ProbeResult } from '../../cluster/cluster-api.ts';
import { servedStep } from '../../cluster/probe.ts';
import type { TraceStep } from '../../net/trace/trace.ts';
import { openingWay } from '../opening.ts';

export interface SeenTtls {
  /** Of the request that was answered. */
  readonly request: number | null;
  /** Of the last packet that answered the opening: SYN-ACK, RST, ICMP error, datagram or echo reply. */
  readonly reply: number | null;
}

export function seenTtls(result: ProbeResult): SeenTtls {
  const served = result.outcome === 'reply' ? servedStep(result.trace) : null;
  // A UDP socket that waits in vain was told of no error: one that is not fatal passes it by (net/ipv4/udp.c __udp4_lib_err).
  const deaf = result.outcome === 'timeout' && result.spec.protocol === 'udp';
  return { request: ttlOf(served), reply: deaf ? null : ttlOf(answeredStep(result)) };
}

function answeredStep({ trace }: ProbeResult): TraceStep | null {
  const replies = new Set(trace.packets.filter(({ role }) => role === 'reply').map(({ id }) => id));
  const answers = (step: TraceStep): boolean => openingWay(step.l3, replies.has(step.packetId)) === 'reply';
  return trace.steps.findLast((step) => step.kind === 'socket.deliver' && answers(step)) ?? null;
}

function ttlOf(step: TraceStep | null): number | null {
  return step?.l3.kind === 'ipv4' ? step.l3.ttl : null;
}
