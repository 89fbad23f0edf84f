/**
 * Collects the steps of one flow while its packets walk. Bounded; asserts the trace's invariants when it is closed.
 */
import { assert, assertExists } from '../../lib/assert.ts';
import type { Instant } from '../../sim/sim.ts';
import type { Skb } from '../skb.ts';
import type { L3 } from '../wire/packet.ts';
import { packetLabel } from '../wire/label.ts';
import type {
  Disposition,
  DropReason,
  Outcome,
  PacketRelation,
  PacketRole,
  StepDetail,
  StepKind,
  Trace,
  TracePacket,
  TraceStep,
} from './trace.ts';
import { validateTrace } from './validate.ts';

/** Where a step happens. */
export interface Place {
  readonly node: string;
  readonly netns: string;
}

interface OpenPacket extends Omit<TracePacket, 'disposition' | 'reason'> {
  disposition: Disposition | null;
  reason: DropReason | null;
}

/** Enough for a 10-attempt flow through a flooded bridge; a loop fills it and is cut. */
const MAX_STEPS = 20_000;

export class TraceRecorder {
  readonly #flowId: string;
  readonly #startedAt: Instant;
  readonly #packets: OpenPacket[] = [];
  #steps: TraceStep[] = [];
  readonly #keep: ((kind: StepKind) => boolean) | null;
  #dropped = 0;
  #closed = false;
  #looped = false;

  /** `keep` limits what is recorded to some kinds of steps, for flows of which only the end matters. */
  constructor(flowId: string, startedAt: Instant, keep: ((kind: StepKind) => boolean) | null = null) {
    this.#flowId = flowId;
    this.#keep = keep;
    this.#startedAt = startedAt;
  }

  /** Registers a packet and returns its id (1-based within the flow). */
  open(l3: L3, relation: PacketRelation, parentId: number | null, role: PacketRole): number {
    const id = this.#packets.length + 1;
    this.#packets.push({ id, parentId, relation, role, label: packetLabel(l3), disposition: null, reason: null });
    return id;
  }

  /** The role of a packet opened before. */
  roleOf(packetId: number): PacketRole {
    return assertExists(this.#packets[packetId - 1], () => `packet ${packetId} was not opened`).role;
  }

  /** The role of what answers a packet: the whole of a look-up is DNS. */
  answerRoleOf(packetId: number): PacketRole {
    return this.roleOf(packetId) === 'dns' ? 'dns' : 'reply';
  }

  /** The packet inside a tunnel's outer one (or a copy of it), else null. */
  innerOf(packetId: number): number | null {
    const packet = assertExists(this.#packets[packetId - 1], () => `packet ${packetId} was not opened`);
    if (packet.relation === 'clone' && packet.parentId !== null) return this.innerOf(packet.parentId);
    return packet.relation === 'encapsulates' ? packet.parentId : null;
  }

  /** True once a packet went round until the limit. */
  get looped(): boolean {
    return this.#looped;
  }

  /** Adds a step about `skb`, as it is now. */
  step(at: Instant, place: Place, skb: Skb, detail: StepDetail): void {
    if (this.#closed || this.#keep?.(detail.kind) === false) return;
    if (this.#steps.length >= MAX_STEPS) {
      this.#dropped++;
      return;
    }
    this.#steps.push({
      seq: this.#steps.length,
      t: at,
      packetId: skb.packetId,
      node: place.node,
      netns: place.netns,
      eth: skb.eth,
      l3: skb.l3,
      mark: skb.mark,
      ...detail,
    });
  }

  /** Ends a packet's life; a packet ends once. */
  end(packetId: number, disposition: Disposition, reason: DropReason | null): void {
    if (this.#closed) return;
    const packet = assertExists(this.#packets[packetId - 1], () => `packet ${packetId} was not opened`);
    assert(packet.disposition === null, () => `packet ${packetId} ended twice: ${packet.disposition ?? ''}, ${disposition}`);
    packet.disposition = disposition;
    if (disposition === 'SIM_EVENT_LIMIT') this.#looped = true;
    packet.reason = reason;
  }

  /** Closes the trace; packets still under way get `SIM_EVENT_LIMIT` (a loop) or LOST. */
  close(at: Instant, outcome: Outcome): Trace {
    this.#closed = true;
    const packets = this.#packets.map((packet) => closePacket(packet, outcome));
    const steps = this.#steps;
    // Sockets in TIME-WAIT and their timers still know this recorder; they must not keep the steps when nobody else does.
    this.#steps = [];
    const trace: Trace = {
      flowId: this.#flowId,
      startedAt: this.#startedAt,
      endedAt: at,
      outcome,
      packets,
      steps,
      dropped: this.#dropped,
    };
    validateTrace(trace);
    return trace;
  }
}

function closePacket(packet: OpenPacket, outcome: Outcome): TracePacket {
  if (packet.disposition !== null) return { ...packet, disposition: packet.disposition };
  return outcome === 'loop'
    ? { ...packet, disposition: 'SIM_EVENT_LIMIT', reason: 'SIM_EVENT_LIMIT' }
    : { ...packet, disposition: 'LOST', reason: packet.reason };
}
