/**
 * Sessions: the same scenario, seed and log give the same world; undo and redo lead back to it; and nothing a user can do makes the
 * simulation run for ever.
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCluster } from '../../src/cluster/cluster.ts';
import type { ClusterApi, CommandResult } from '../../src/cluster/cluster-api.ts';
import type { Command } from '../../src/cluster/commands.ts';
import { lab, stepsOf } from '../../src/net/testing/lab.ts';
import { clusterArb, commandArb, probeArb, specOf, type Shape } from './clusters.ts';

const session = fc.tuple(clusterArb, fc.array(commandArb, { maxLength: 8 }));

function play(
  shape: Shape,
  commands: readonly ((shape: Shape) => Command)[],
): { readonly cluster: ClusterApi; readonly results: readonly CommandResult[] } {
  const cluster = createCluster(specOf(shape));
  return { cluster, results: commands.map((command) => cluster.run(command(shape))) };
}

/** Maps as their entries; the connection a run of rules read is the kernel's own and left out. */
function hashOf(value: unknown): string {
  const text = JSON.stringify(value, (key, member: unknown) =>
    member instanceof Map ? [...member] : key === 'conn' ? undefined : member,
  );
  return createHash('sha256').update(text).digest('hex');
}

/** The world a person sees, without the count of snapshots that led to it. */
const worldOf = (cluster: ClusterApi): string => hashOf({ ...cluster.snapshot(), version: 0 });

describe('a session', () => {
  test('the same scenario, seed and log give the same traces and the same world', () => {
    fc.assert(
      fc.property(session, ([shape, commands]) => {
        const [first, second] = [play(shape, commands), play(shape, commands)];
        expect(hashOf(second.results)).toBe(hashOf(first.results));
        expect(worldOf(second.cluster)).toBe(worldOf(first.cluster));
      }),
      { numRuns: 15 },
    );
  });

  test('undo leads back to the world before, redo forward to the one after', () => {
    fc.assert(
      fc.property(session, commandArb, ([shape, commands], last) => {
        const { cluster } = play(shape, commands);
        const before = worldOf(cluster);
        const length = cluster.log.length;
        const done = cluster.run(last(shape));
        const after = worldOf(cluster);
        if (!done.ok) {
          expect([after, cluster.log.length]).toEqual([before, length]);
          return;
        }
        expect([cluster.undo(), worldOf(cluster), cluster.log.length]).toEqual([true, before, length]);
        expect([cluster.redo(), worldOf(cluster), cluster.canRedo()]).toEqual([true, after, false]);
      }),
      { numRuns: 15 },
    );
  });

  test('after undo a packet meets the rules it would have met, by the same ids', () => {
    fc.assert(
      fc.property(session, commandArb, probeArb, ([shape, commands], undone, probe) => {
        const { cluster } = play(shape, commands);
        if (cluster.run(undone(shape)).ok) cluster.undo();
        const next: Command = { kind: 'probe', probe: probe(shape) };
        expect(hashOf(cluster.run(next))).toBe(hashOf(play(shape, commands).cluster.run(next)));
      }),
      { numRuns: 10 },
    );
  });

  test('looking ahead changes nothing: previews, all outcomes, spreads', () => {
    fc.assert(
      fc.property(session, fc.constantFrom('tcp', 'udp'), ([shape, commands], protocol) => {
        const { cluster } = play(shape, commands);
        const { cluster: twin } = play(shape, commands);
        const probe = {
          from: { kind: 'node', name: 'class' },
          to: { kind: 'svc', namespace: 'default', name: 'web' },
          port: 80,
          protocol,
        } as const;
        const before = worldOf(cluster);
        const all = cluster.allOutcomes(probe);
        cluster.spread(probe, 5);
        cluster.preview('x.yaml', 'apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n');
        expect(worldOf(cluster)).toBe(before);
        // Nor does it move what comes after.
        expect(hashOf(cluster.run({ kind: 'probe', probe }))).toBe(hashOf(twin.run({ kind: 'probe', probe })));
        const mass = all.shares.reduce((sum, { probability }) => sum + probability, all.unexplored);
        if (all.shares.length > 0) expect(mass).toBeCloseTo(1, 6);
      }),
      { numRuns: 12 },
    );
  });

  test('whatever is done, every command comes to an end, and every packet to one disposition', () => {
    fc.assert(
      fc.property(session, ([shape, commands]) => {
        for (const result of play(shape, commands).results) {
          if (!result.ok || result.probe === null) continue;
          const { trace } = result.probe;
          expect(trace.packets.filter(({ disposition, reason }) => disposition === 'DROPPED' && reason === null)).toEqual([]);
          expect(trace.outcome).not.toBe('loop');
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('a loop ends:', () => {
  test('of routes, by the time to live, at any depth', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 1, max: 255 }), (routers, ttl) => {
        const ring = lab(routers);
        const addresses = Array.from({ length: routers }, (_, index) => `192.168.1.${index + 1}`);
        const machines = addresses.map((address, index) => ring.machine(`r${index}`, `${address}/24`));
        machines.forEach((machine, index) => {
          machine.sysctl('net.ipv4.ip_forward', 1).route('10.0.0.0/8', addresses[(index + 1) % routers] ?? '');
        });
        const client = ring.machine('client', '192.168.1.100/24').sysctl('net.ipv4.ip_default_ttl', ttl);
        const flow = client.route('10.0.0.0/8', '192.168.1.1').ping('10.9.9.9', 30);
        expect([stepsOf(flow.trace, 'drop').map(({ reason }) => reason), flow.outcome]).toEqual([['TTL_EXCEEDED'], 'ETTL']);
      }),
      { numRuns: 15 },
    );
  });
});
