/**
 * The invariants every closed trace holds; a broken one is our bug and throws.
 */
import { assert } from '../../lib/assert.ts';
import type { Trace } from './trace.ts';

/** Throws InvariantError when the trace contradicts itself. */
export function validateTrace(trace: Trace): void {
  const ids = new Set(trace.packets.map((packet) => packet.id));
  let t = trace.startedAt;
  for (const [index, step] of trace.steps.entries()) {
    assert(step.seq === index, `step ${index} is numbered ${step.seq}`);
    assert(step.t >= t, `step ${index} goes back in time`);
    assert(ids.has(step.packetId), `step ${index} names unknown packet ${step.packetId}`);
    t = step.t;
  }
  for (const packet of trace.packets) {
    assert(
      packet.parentId === null || (ids.has(packet.parentId) && packet.parentId < packet.id),
      `packet ${packet.id} has no such parent ${packet.parentId ?? ''}`,
    );
    const dropped = packet.disposition === 'DROPPED' || packet.disposition === 'REJECTED';
    assert(
      dropped === (packet.reason !== null) || packet.disposition === 'SIM_EVENT_LIMIT' || packet.disposition === 'LOST',
      `packet ${packet.id}: ${packet.disposition} and reason ${packet.reason ?? 'none'} disagree`,
    );
  }
}
