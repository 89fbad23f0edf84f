/**
 * A device switched off (`ip link set DEV down`). The kernel takes its routes and neighbours away; only those that come with an address
 * return when it is up again, so a repair writes the others anew.
 */
import { err, ok } from '../../lib/result.ts';
import type { Command } from '../commands.ts';
import type { Fault, FaultKind } from './fault.ts';
import { deviceNow, findDevice, line, linkRef, rootsOf } from './place.ts';
import { missingNeighbours, missingRoutes, permanentNeighbours, routesWhere } from './lost-state.ts';

type LinkDown = Extract<Fault, { kind: 'link-down' }>;

export const linkDown: FaultKind<LinkDown> = {
  plan(world, fault) {
    const found = findDevice(world, fault);
    if (!found.ok) return found;
    const { netns, up } = found.value;
    if (!up) return err(`${fault.dev} is down already`);
    const routes = routesWhere(netns, (route) => route.dev === fault.dev && route.proto !== 'kernel');
    const neighbours = permanentNeighbours(netns, fault.dev);
    const repair = (): readonly Command[] => {
      const dev = deviceNow(world, fault);
      if (dev === null) return [];
      const rest = [...missingNeighbours(dev.netns, neighbours), ...missingRoutes(dev.netns, routes)];
      return [...(dev.up ? [] : [`ip link set ${fault.dev} up`]), ...rest].map((text) => line(fault, text));
    };
    return ok({ inject: [line(fault, `ip link set ${fault.dev} down`)], repair, at: [linkRef(fault)] });
  },
  candidates: (world) =>
    rootsOf(world).flatMap(({ node, root }) =>
      root
        .links()
        .filter(({ kind, up }) => up && kind !== 'loopback' && kind !== 'ether')
        .map(({ name }) => ({ kind: 'link-down', node, dev: name }) as const),
    ),
};
