/**
 * A reply that was translated returns to where the request came from: over random clusters, Services and probes, every answered
 * connection reads, at its client, as if the address dialled had answered, and no conntrack entry is left that could not be undone.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCluster } from '../../src/cluster/cluster.ts';
import type { ProbeResult } from '../../src/cluster/cluster-api.ts';
import { assertExists } from '../../src/lib/assert.ts';
import type { Trace, TraceStep } from '../../src/net/trace/trace.ts';
import type { Ipv4Packet, L4 } from '../../src/net/wire/packet.ts';
import { clusterArb, probeArb, specOf } from './clusters.ts';

type Ends = Readonly<Record<'src' | 'dst', string>> & { readonly sport: number; readonly dport: number };

function endsOf({ src, dst, l4 }: Ipv4Packet): Ends | null {
  return l4.kind === 'icmp' || l4.kind === 'ipencap' ? null : { src, dst, sport: l4.sport, dport: l4.dport };
}

/** Steps about the client's own packets: what it sent first, and every answer it was given. */
function clientSteps(trace: Trace): { readonly first: TraceStep; readonly answers: readonly TraceStep[] } {
  const roles = new Map(trace.packets.map(({ id, role }) => [id, role]));
  const first = assertExists(
    trace.steps.find((step) => step.kind === 'socket.send'),
    'nothing was sent',
  );
  const answers = trace.steps.filter(
    (step) =>
      step.kind === 'socket.deliver' &&
      roles.get(step.packetId) === 'reply' &&
      step.node === first.node &&
      step.netns === first.netns,
  );
  return { first, answers };
}

function isPlain(l4: L4): boolean {
  return l4.kind !== 'icmp';
}

function checkReturn({ trace }: ProbeResult): void {
  const { first, answers } = clientSteps(trace);
  expect(answers.length).toBeGreaterThan(0);
  const sent = first.l3.kind === 'ipv4' ? endsOf(first.l3) : null;
  for (const { l3 } of answers) {
    if (l3.kind !== 'ipv4' || !isPlain(l3.l4)) continue;
    expect(endsOf(l3)).toEqual({ src: sent?.dst, dst: sent?.src, sport: sent?.dport, dport: sent?.sport });
  }
}

test('a translated reply always returns to the original tuple', () => {
  fc.assert(
    fc.property(clusterArb, fc.array(probeArb, { minLength: 1, maxLength: 6 }), (shape, probes) => {
      const cluster = createCluster(specOf(shape));
      for (const probe of probes) {
        const result = cluster.run({ kind: 'probe', probe: probe(shape) });
        if (result.ok && result.probe?.outcome === 'reply') checkReturn(result.probe);
      }
    }),
    { numRuns: 25 },
  );
});

test('every entry of every node turns its reply into the opposite of its original, as far as nat did not touch it', () => {
  fc.assert(
    fc.property(clusterArb, fc.array(probeArb, { minLength: 1, maxLength: 4 }), (shape, probes) => {
      const cluster = createCluster(specOf(shape));
      for (const probe of probes) cluster.run({ kind: 'probe', probe: probe(shape) });
      const replies = cluster
        .snapshot()
        .nodes.flatMap(({ name, root }) => root.conntrack.map(({ reply }) => `${name} ${JSON.stringify(reply)}`));
      // Two connections with one reply tuple could not be told apart.
      expect(new Set(replies).size).toBe(replies.length);
    }),
    { numRuns: 15 },
  );
});

test('the rules a trace says matched are those whose counters moved', () => {
  fc.assert(
    fc.property(clusterArb, probeArb, (shape, probe) => {
      const cluster = createCluster(specOf(shape));
      cluster.run({ kind: 'zero-counters', node: null });
      const result = cluster.run({ kind: 'probe', probe: probe(shape) });
      if (!result.ok || result.probe === null) return;
      const traced = new Map<string, number>();
      for (const step of result.probe.trace.steps) {
        if (step.kind !== 'nf.rule' || !step.matched || step.netns !== 'root') continue;
        const key = `${step.node} ${step.rule.table} ${step.rule.chain} ${step.rule.number}`;
        traced.set(key, (traced.get(key) ?? 0) + 1);
      }
      const counted = new Map<string, number>();
      for (const { name, root } of cluster.snapshot().nodes)
        for (const table of Object.values(root.netfilter.ruleset))
          for (const chain of table.chains.values())
            for (const [index, rule] of chain.rules.entries()) {
              const packets = root.netfilter.counters.get(rule.id)?.packets ?? 0;
              if (packets > 0) counted.set(`${name} ${table.name} ${chain.name} ${index + 1}`, packets);
            }
      expect(counted).toEqual(traced);
    }),
    { numRuns: 15 },
  );
});
