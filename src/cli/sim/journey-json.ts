/**
 * A probe's result as plain JSON: docs/trace.schema.json describes it. It is the trace itself; a run of unmatched rules names its chain
 * and lists the rules with the match each failed by, in place of the chain's data.
 */
import type { OutcomeShare, ProbeResult, Spread } from '../../cluster/cluster-api.ts';
import type { ProbeSpec } from '../../cluster/commands.ts';
import { expandRun } from '../../cluster/explain.ts';
import type { Trace, TraceStep } from '../../net/trace/trace.ts';
import { placeText, targetText } from '../place.ts';

/** Rules listed of one run; its `count` is always the true one. */
const MAX_LISTED = 100;

interface About {
  readonly scenario: string;
  readonly seed: number;
}

export function journeyJson(result: ProbeResult, about: About): unknown {
  return {
    ...headJson(result.spec, about),
    address: result.address,
    port: result.port,
    outcome: result.outcome,
    backend: result.backend,
    backendSaw: result.backendSaw,
    body: result.body,
    resolution: result.resolution,
    trace: traceJson(result.trace),
  };
}

export function spreadJson(spec: ProbeSpec, spread: Spread, about: About): unknown {
  return {
    ...headJson(spec, about),
    count: spread.count,
    spread: spread.rows.map(({ share, measured, expected }) => ({ ...shareJson(share), expected, measured })),
  };
}

function shareJson({
  outcome,
  backend,
  backendSaw,
  destination,
  probability,
}: OutcomeShare): Readonly<Record<string, unknown>> {
  return { outcome, backend, backendSaw, destination, probability };
}

function headJson(spec: ProbeSpec, { scenario, seed }: About): Readonly<Record<string, unknown>> {
  return {
    version: 1,
    scenario,
    seed,
    from: placeText(spec.from),
    to: `${targetText(spec.to)}:${spec.port}`,
    protocol: spec.protocol,
  };
}

function traceJson(trace: Trace): unknown {
  return { ...trace, steps: trace.steps.map(stepJson) };
}

function stepJson(step: TraceStep): unknown {
  if (step.kind !== 'nf.run') return step;
  const { seq, t, packetId, node, netns, eth, l3, mark, kind, hook, table, chain, from, count, depth, ctstate } = step;
  const rules = expandRun({ ...step, count: Math.min(count, MAX_LISTED) }).map(({ number, rule, failed }) => ({
    number,
    text: rule.text,
    failed,
  }));
  return {
    seq,
    t,
    packetId,
    node,
    netns,
    eth,
    l3,
    mark,
    kind,
    hook,
    table,
    chain: chain.name,
    from,
    count,
    depth,
    ctstate,
    rules,
  };
}
