/** The routes of one destination taken away (`ip route del`). An agent that looks after its routes may write them again by itself. */
import { err, ok } from '../../lib/result.ts';
import type { Command } from '../commands.ts';
import type { Fault, FaultKind } from './fault.ts';
import { missingRoutes, routesWhere } from './lost-state.ts';
import { findNetns, line, netnsRef, rootsOf } from './place.ts';
import { canonicalDestination } from './destination.ts';

type MissingRoute = Extract<Fault, { kind: 'missing-route' }>;

export const missingRoute: FaultKind<MissingRoute> = {
  plan(world, fault) {
    const netns = findNetns(world, fault);
    if (!netns.ok) return netns;
    const dst = canonicalDestination(fault.dst);
    if (dst === null) return err(`Error: any valid prefix is expected rather than "${fault.dst}".`);
    const before = routesWhere(netns.value, (route) => route.dst === dst);
    if (before.length === 0) return err(`there is no route to ${fault.dst} on ${fault.node}`);
    const repair = (): readonly Command[] => {
      const now = findNetns(world, fault);
      return now.ok ? missingRoutes(now.value, before).map((text) => line(fault, text)) : [];
    };
    return ok({ inject: before.map((route) => line(fault, `ip route del ${route.text}`)), repair, at: [netnsRef(fault)] });
  },
  candidates: (world) =>
    rootsOf(world).flatMap(({ node, root }) =>
      routesWhere(root, (route) => route.type === 'unicast' && route.proto !== 'kernel' && route.dst !== '0.0.0.0/0').map(
        ({ dst }) => ({ kind: 'missing-route', node, dst }) as const,
      ),
    ),
};
