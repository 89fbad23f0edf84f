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

/** Where the client is, as steps name it. */
export interface ClientPlace {
  readonly node: string;
  readonly netns: string;
}

export function seenTtls(result: ProbeResult, client: ClientPlace): SeenTtls {
  const served = result.outcome === 'reply' ? servedStep(result.trace) : null;
  // A UDP socket that waits in vain was told of no error: one that is not fatal passes it by (net/ipv4/udp.c __udp4_lib_err).
  const deaf = result.outcome === 'timeout' && result.spec.protocol === 'udp';
  return { request: ttlOf(served), reply: deaf ? null : ttlOf(answeredStep(result, client)) };
}

/** What a server is told, of a reply that went astray, no client sees. */
function answeredStep({ trace }: ProbeResult, client: ClientPlace): TraceStep | null {
  const replies = new Set(trace.packets.filter(({ role }) => role === 'reply').map(({ id }) => id));
  const answers = (step: TraceStep): boolean =>
    step.node === client.node && step.netns === client.netns && openingWay(step.l3, replies.has(step.packetId)) === 'reply';
  return trace.steps.findLast((step) => step.kind === 'socket.deliver' && answers(step)) ?? null;
}

function ttlOf(step: TraceStep | null): number | null {
  return step?.l3.kind === 'ipv4' ? step.l3.ttl : null;
}
