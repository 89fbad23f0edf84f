/**
 * A trace as a walk: the steps of one direction of a flow, in order, with what each rewrote and where it happened.
 *
 * The map, the hop list, the hook diagram, the timeline and playback all read this one value; `index` is the number they
 * share. It adds nothing to the trace: short runs of unmatched rules become one step a rule (expanded by the engine's own
 * reader), and the `nat` record of a rule is folded into the step of that rule, because both are one decision.
 */
import type { FailedMatch, Trace, TracePacket, TraceStep } from '../../net/trace/trace.ts';
import { ArpAnswers, type FoundNeighbour } from './arp-answers.ts';
import { groupSteps, type JourneyGroup } from './groups.ts';
import { selectPackets } from './select.ts';
import { stopsOf, type Stops } from './stops.ts';
import type { EthernetHeader, Hook, L3, NatStep, RuleRef, RunStep, TableName } from './trace-types.ts';

export type JourneyFilter = 'dns' | 'request' | 'reply' | 'arp' | 'all';

/** One rule of a run of unmatched rules, with the match that failed. */
export interface ExpandedRule {
  readonly rule: RuleRef;
  readonly failed: FailedMatch;
}

/** Gives each rule of a run; the cluster layer provides the engine's. */
export type ExpandRun = (run: RunStep) => readonly ExpandedRule[];

/** Where on the map and in the kernel a step happens. */
export interface StepPlace {
  readonly node: string;
  /** `root`, a Pod's `namespace/name`, or '' on the wire. */
  readonly netns: string;
  readonly device: string | null;
  /** Set from the moment a hook takes the packet until it lets go. */
  readonly hook: Hook | null;
  readonly table: TableName | null;
  readonly chain: string | null;
}

/** What a step may rewrite. */
export interface Headers {
  readonly eth: EthernetHeader | null;
  readonly l3: L3;
  readonly mark: number;
}

export interface JourneyStep {
  /** 0-based place in the journey; people see index + 1. */
  readonly index: number;
  readonly step: TraceStep;
  readonly packet: TracePacket;
  readonly at: StepPlace;
  /** The packet before the step; null where it begins. */
  readonly before: Headers | null;
  readonly after: Headers;
  /** Set when the step is one rule of an expanded run. */
  readonly expanded: ExpandedRule | null;
  /** The rewrite that belongs to a matched rule, or the step's own. */
  readonly nat: NatStep | null;
  /** The rule that jumped into the chain the step is in; null in base chains and outside netfilter. */
  readonly calledFrom: RuleRef | null;
  /** Chain depth, 0 for base chains and everything outside netfilter. */
  readonly depth: number;
  /** The device the packet came in by, from the moment one took it; null where it was made here. */
  readonly iif: string | null;
  /** The answer that came later, where the step had to ask for a neighbour's MAC address; null when none did. */
  readonly found: FoundNeighbour | null;
  /** 1 for the first try, 2 for the first retransmission. */
  readonly attempt: number;
  /** The client's query that the packet belongs to while a name is looked up: `A? web.default.svc.cluster.local`; else null. */
  readonly question: string | null;
}

export interface JourneyModel {
  readonly trace: Trace;
  readonly filter: JourneyFilter;
  readonly steps: readonly JourneyStep[];
  readonly groups: readonly JourneyGroup[];
  readonly stops: Stops;
  /** How often the packet was sent: 1 plus its retransmissions. */
  readonly attempts: number;
}

/** Runs up to this long are shown a rule a step. */
export const EXPAND_LIMIT = 12;

const expandNothing: ExpandRun = () => [];

/** The walk of one direction of a flow. Pure. */
export function buildJourney(trace: Trace, filter: JourneyFilter, expand: ExpandRun = expandNothing): JourneyModel {
  const selection = selectPackets(trace, filter);
  const builder = new StepBuilder(trace, selection.attemptOf, expand);
  for (const step of trace.steps) builder.add(step);
  const steps = builder.steps;
  const groups = groupSteps(steps);
  return { trace, filter, steps, groups, stops: stopsOf(steps, groups), attempts: selection.attempts };
}

class StepBuilder {
  readonly steps: JourneyStep[] = [];
  readonly #packets: ReadonlyMap<number, TracePacket>;
  readonly #attemptOf: ReadonlyMap<number, number>;
  readonly #expand: ExpandRun;
  readonly #last = new Map<number, Headers>();
  readonly #hook = new Map<number, Hook>();
  readonly #iif = new Map<string, string>();
  readonly #callers = new Map<string, RuleRef>();
  readonly #answers: ArpAnswers;

  constructor(trace: Trace, attemptOf: ReadonlyMap<number, number>, expand: ExpandRun) {
    this.#answers = new ArpAnswers(trace);
    this.#packets = new Map(trace.packets.map((packet) => [packet.id, packet]));
    this.#attemptOf = attemptOf;
    this.#expand = expand;
  }

  add(step: TraceStep): void {
    const before = this.#last.get(step.packetId) ?? null;
    this.#last.set(step.packetId, headersOf(step));
    const packet = this.#packets.get(step.packetId);
    const attempt = this.#attemptOf.get(step.packetId);
    if (packet === undefined || attempt === undefined) return;
    const hook = this.#hookAfter(step);
    if (this.#fold(step)) return;
    const place = placeOf(step, hook);
    const here = `${step.packetId} ${step.node} ${step.netns}`;
    if (step.kind === 'dev.rx') this.#iif.set(here, step.dev.name);
    const calledFrom = this.#callers.get(chainKey(step.packetId, place.table, place.chain)) ?? null;
    if (step.kind === 'nf.rule' && step.toChain !== null)
      this.#callers.set(chainKey(step.packetId, place.table, step.toChain), step.rule);
    const runs = step.kind === 'nf.run' && step.count <= EXPAND_LIMIT ? this.#expand(step) : [];
    const base = {
      step,
      packet,
      at: place,
      before,
      after: headersOf(step),
      nat: step.kind === 'nat' ? step : null,
      calledFrom,
      depth: depthOf(step),
      iif: this.#iif.get(here) ?? null,
      found: step.kind === 'neigh' ? this.#answers.to(step) : null,
      attempt,
      question: this.#questionOf(packet),
    };
    for (const expanded of runs.length > 0 ? runs : [null]) {
      this.steps.push({ ...base, index: this.steps.length, expanded });
    }
  }

  /** Of the oldest packet it comes from: the client's own query. */
  #questionOf(packet: TracePacket): string | null {
    if (packet.role !== 'dns') return null;
    let first = packet;
    for (let parent: TracePacket | undefined = packet; parent !== undefined;) {
      first = parent;
      parent = parent.parentId === null ? undefined : this.#packets.get(parent.parentId);
    }
    return first.label.replace(/^DNS /, '');
  }

  /** A hook holds the packet until something that is not netfilter happens to it. */
  #hookAfter(step: TraceStep): Hook | null {
    if ('hook' in step) this.#hook.set(step.packetId, step.hook);
    else if (!staysInHook(step)) this.#hook.delete(step.packetId);
    return this.#hook.get(step.packetId) ?? null;
  }

  /** Joins a rule and the rewrite it decided, whichever was recorded first. */
  #fold(step: TraceStep): boolean {
    const previous = this.steps.at(-1);
    if (previous === undefined || previous.step.packetId !== step.packetId) return false;
    const after = headersOf(step);
    if (step.kind === 'nat' && previous.step.kind === 'nf.rule' && sameRule(step.rule, previous.step.rule)) {
      this.steps[previous.index] = { ...previous, after, nat: step };
      return true;
    }
    if (step.kind === 'nf.rule' && previous.step.kind === 'nat' && sameRule(previous.step.rule, step.rule)) {
      this.steps[previous.index] = { ...previous, step, after, depth: step.depth, at: placeOf(step, step.hook) };
      return true;
    }
    return false;
  }
}

function headersOf({ eth, l3, mark }: TraceStep): Headers {
  return { eth, l3, mark };
}

function chainKey(packetId: number, table: string | null, chain: string | null): string {
  return `${packetId} ${table ?? ''} ${chain ?? ''}`;
}

function sameRule(a: RuleRef | null, b: RuleRef): boolean {
  return a !== null && a.table === b.table && a.chain === b.chain && a.number === b.number;
}

/** Steps that happen inside a hook without naming it. */
function staysInHook(step: TraceStep): boolean {
  return step.kind === 'ct' || (step.kind === 'drop' && step.reason === 'NETFILTER_DROP');
}

function depthOf(step: TraceStep): number {
  return 'depth' in step ? step.depth : 0;
}

function placeOf(step: TraceStep, hook: Hook | null): StepPlace {
  const { table, chain } = tableAndChain(step);
  return { node: step.node, netns: step.netns, device: deviceOf(step), hook, table, chain };
}

function tableAndChain(step: TraceStep): { table: TableName | null; chain: string | null } {
  switch (step.kind) {
    case 'nf.rule':
      return { table: step.rule.table, chain: step.rule.chain };
    case 'nf.run':
      return { table: step.table, chain: step.chain.name };
    case 'nf.end':
      return { table: step.table, chain: step.chain };
    case 'nat':
      return { table: 'nat', chain: step.rule?.chain ?? null };
    default:
      return { table: null, chain: null };
  }
}

function deviceOf(step: TraceStep): string | null {
  switch (step.kind) {
    case 'dev.rx':
    case 'dev.tx':
    case 'qdisc':
      return step.dev.name;
    case 'neigh':
    case 'vxlan.fdb':
    case 'encap':
    case 'decap':
      return step.dev;
    case 'bridge.fdb':
    case 'bridge.nf':
      return step.bridge;
    default:
      return null;
  }
}
