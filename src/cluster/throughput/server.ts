/**
 * Where a client's packets end: the namespace, address and port that a first packet of the same client reaches, whoever listens there.
 */
import type { IpAddr } from '../../lib/ip.ts';
import type { Kernel } from '../../net/kernel.ts';
import type { Netns } from '../../net/netns.ts';
import type { Trace, TraceStep } from '../../net/trace/trace.ts';

export interface ServerPlace {
  readonly netns: Netns;
  readonly addr: IpAddr;
  readonly port: number;
}

/** Null when nothing the client sent came to a host that would take it. */
export function serverPlace(kernels: readonly Kernel[], trace: Trace): ServerPlace | null {
  const requests = new Set(trace.packets.filter(({ role }) => role === 'request').map(({ id }) => id));
  const step = trace.steps.find((each) => requests.has(each.packetId) && reachesSocket(each));
  if (step === undefined || step.l3.kind !== 'ipv4') return null;
  const { l4, dst } = step.l3;
  const netns = kernels.find(({ name }) => name === step.node)?.netns(step.netns);
  return netns === undefined || (l4.kind !== 'tcp' && l4.kind !== 'udp') ? null : { netns, addr: dst, port: l4.dport };
}

/** Taken, or turned away because nobody listens. */
function reachesSocket(step: TraceStep): boolean {
  return step.kind === 'socket.deliver' || (step.kind === 'drop' && step.reason === 'NO_SOCKET');
}
