/**
 * Which ARP answer told a kernel the MAC address it had to ask for: the first that came in to the same namespace, from the
 * asked address, after the lookup that found none (arp_process, net/ipv4/arp.c).
 */
import type { Trace } from '../../net/trace/trace.ts';
import type { StepOf } from './trace-types.ts';

export interface FoundNeighbour {
  readonly mac: string;
  /** The answer, as tcpdump would call it: `ARP reply 10.244.0.5 is-at …`. */
  readonly label: string;
}

export class ArpAnswers {
  readonly #trace: Trace;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** Null where nobody had to be asked, or nobody answered. */
  to({ seq, addr, lladdr, node, netns }: StepOf<'neigh'>): FoundNeighbour | null {
    if (lladdr !== null) return null;
    const answer = this.#trace.steps.find(
      (step) =>
        step.seq > seq &&
        step.kind === 'dev.rx' &&
        step.node === node &&
        step.netns === netns &&
        step.l3.kind === 'arp' &&
        step.l3.op === 'reply' &&
        step.l3.spa === addr,
    );
    if (answer?.l3.kind !== 'arp') return null;
    const label = this.#trace.packets.find(({ id }) => id === answer.packetId)?.label ?? '';
    return { mac: answer.l3.sha, label };
  }
}
