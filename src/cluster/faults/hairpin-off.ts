/** A bridge port without hairpin mode (`bridge link set dev PORT hairpin off`): a Pod can no longer reach itself by its Service. */
import { err, ok } from '../../lib/result.ts';
import type { Fault, FaultKind } from './fault.ts';
import { deviceNow, findDevice, line, linkRef, rootsOf } from './place.ts';

type HairpinOff = Extract<Fault, { kind: 'hairpin-off' }>;

export const hairpinOff: FaultKind<HairpinOff> = {
  plan(world, fault) {
    const found = findDevice(world, fault);
    if (!found.ok) return found;
    const { dev } = fault;
    if (found.value.master === null) return err(`${dev} is no port of a bridge`);
    if (!found.value.hairpin) return err(`hairpin is off on ${dev} already`);
    const isOff = (): boolean => {
      const now = deviceNow(world, fault);
      return now?.master !== null && now?.hairpin === false;
    };
    return ok({
      inject: [line(fault, `bridge link set dev ${dev} hairpin off`)],
      repair: () => (isOff() ? [line(fault, `bridge link set dev ${dev} hairpin on`)] : []),
      at: [linkRef(fault)],
    });
  },
  candidates: (world) =>
    rootsOf(world).flatMap(({ node, root }) =>
      root
        .links()
        .filter(({ hairpin }) => hairpin)
        .map(({ name }) => ({ kind: 'hairpin-off', node, dev: name }) as const),
    ),
};
