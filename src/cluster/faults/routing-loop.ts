/**
 * Two nodes that hand the packets for a destination to each other (`ip route replace DST via THE-OTHER` on both): each takes one from the
 * TTL, until one of them answers "time exceeded".
 */
import { err, ok } from '../../lib/result.ts';
import type { World } from '../world.ts';
import type { Fault, FaultKind } from './fault.ts';
import { wrongRoute } from './wrong-route.ts';

type RoutingLoop = Extract<Fault, { kind: 'routing-loop' }>;

function addressOf(world: World, node: string): string | null {
  return world.spec.cluster.nodes.find(({ name }) => name === node)?.ip ?? null;
}

export const routingLoop: FaultKind<RoutingLoop> = {
  plan(world, { node, other, dst }) {
    const [own, its] = [addressOf(world, node), addressOf(world, other)];
    if (own === null) return err(`nodes "${node}" not found`);
    if (its === null) return err(`nodes "${other}" not found`);
    if (node === other) return err('a routing loop needs two nodes');
    const there = wrongRoute.plan(world, { kind: 'wrong-route', node, dst, via: its });
    if (!there.ok) return there;
    const back = wrongRoute.plan(world, { kind: 'wrong-route', node: other, dst, via: own });
    if (!back.ok) return back;
    return ok({
      inject: [...there.value.inject, ...back.value.inject],
      repair: () => [...there.value.repair(), ...back.value.repair()],
      at: [...there.value.at, ...back.value.at],
    });
  },
  candidates: () => [],
};
