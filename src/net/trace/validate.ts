/**
 * The invariants every closed trace holds; a broken one is our bug and throws.
 */
import { assert, InvariantError } from '../../lib/assert.ts';
import type { Trace } from './trace.ts';

/** Throws InvariantError when the trace contradicts itself. */
export function validateTrace(trace: Trace): void {
  const ids = new Set(trace.packets.map((packet) => packet.id));
  let t = trace.startedAt;
  let seq = 0;
  for (const step of trace.steps) {
    if (step.seq !== seq) throw new InvariantError(`step ${seq} is numbered ${step.seq}`);
    if (step.t < t) throw new InvariantError(`step ${seq} goes back in time`);
    if (!ids.has(step.packetId)) throw new InvariantError(`step ${seq} names unknown packet ${step.packetId}`);
    t = step.t;
    seq++;
  }
  for (const packet of trace.packets) {
    assert(
      packet.parentId === null || (ids.has(packet.parentId) && packet.parentId < packet.id),
      () => `packet ${packet.id} has no such parent ${packet.parentId ?? ''}`,
    );
    const dropped = packet.disposition === 'DROPPED' || packet.disposition === 'REJECTED';
    assert(
      dropped === (packet.reason !== null) || packet.disposition === 'SIM_EVENT_LIMIT' || packet.disposition === 'LOST',
      () => `packet ${packet.id}: ${packet.disposition} and reason ${packet.reason ?? 'none'} disagree`,
    );
  }
}
