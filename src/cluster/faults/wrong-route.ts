/** A destination routed to somebody else (`ip route replace DST via ADDR`), in the place of the routes it had. */
import { err, ok } from '../../lib/result.ts';
import type { Command } from '../commands.ts';
import { canonicalDestination } from './destination.ts';
import type { Fault, FaultKind } from './fault.ts';
import { routesWhere } from './lost-state.ts';
import { findNetns, line, netnsRef, rootsOf } from './place.ts';

type WrongRoute = Extract<Fault, { kind: 'wrong-route' }>;

export const wrongRoute: FaultKind<WrongRoute> = {
  plan(world, fault) {
    const netns = findNetns(world, fault);
    if (!netns.ok) return netns;
    const { via } = fault;
    const dst = canonicalDestination(fault.dst);
    if (dst === null) return err(`Error: any valid prefix is expected rather than "${fault.dst}".`);
    const before = routesWhere(netns.value, (route) => route.dst === dst && route.metric === 0);
    if (before.some((route) => route.via === via)) return err(`${fault.dst} is routed via ${via} already`);
    const undo =
      before.length === 0 ? [`ip route del ${dst} via ${via}`] : before.map((route) => `ip route replace ${route.text}`);
    const repair = (): readonly Command[] => {
      const now = findNetns(world, fault);
      const there = now.ok && routesWhere(now.value, (route) => route.dst === dst && route.via === via).length > 0;
      return there ? undo.map((text) => line(fault, text)) : [];
    };
    return ok({ inject: [line(fault, `ip route replace ${dst} via ${via}`)], repair, at: [netnsRef(fault)] });
  },
  /** The Pods of another node, sent to the gateway outside. */
  candidates(world) {
    const outside = world.spec.cluster.external?.ip;
    if (outside === undefined) return [];
    return rootsOf(world).flatMap(({ node, root }) =>
      routesWhere(root, (route) => route.proto !== 'kernel' && route.dst !== '0.0.0.0/0' && route.via !== outside).map(
        ({ dst }) => ({ kind: 'wrong-route', node, dst, via: outside }) as const,
      ),
    );
  },
};
