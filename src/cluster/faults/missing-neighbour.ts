/** A permanent neighbour taken away (`ip neigh del`): the kernel then asks by ARP, and where nobody answers, the packet waits and dies. */
import { err, ok } from '../../lib/result.ts';
import type { Command } from '../commands.ts';
import type { Fault, FaultKind } from './fault.ts';
import { missingNeighbours, permanentNeighbours } from './lost-state.ts';
import { deviceNow, findDevice, line, linkRef, rootsOf } from './place.ts';

type MissingNeighbour = Extract<Fault, { kind: 'missing-neighbour' }>;

export const missingNeighbour: FaultKind<MissingNeighbour> = {
  plan(world, fault) {
    const found = findDevice(world, fault);
    if (!found.ok) return found;
    const before = permanentNeighbours(found.value.netns, fault.dev).filter(({ addr }) => addr === fault.addr);
    if (before.length === 0)
      return err(`${fault.dev} has no permanent neighbour ${fault.addr}; others are asked for again by ARP`);
    const repair = (): readonly Command[] => {
      const dev = deviceNow(world, fault);
      return dev === null ? [] : missingNeighbours(dev.netns, before).map((text) => line(fault, text));
    };
    return ok({ inject: [line(fault, `ip neigh del ${fault.addr} dev ${fault.dev}`)], repair, at: [linkRef(fault)] });
  },
  candidates: (world) =>
    rootsOf(world).flatMap(({ node, root }) =>
      root
        .links()
        .filter(({ kind }) => kind === 'vxlan')
        .flatMap(({ name }) => permanentNeighbours(root, name))
        .map(({ addr, dev }) => ({ kind: 'missing-neighbour', node, dev, addr }) as const),
    ),
};
