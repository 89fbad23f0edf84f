/** The forwarding entries of a tunnel towards one node taken away (`bridge fdb del`): frames for it have nowhere to go, in silence. */
import { err, ok } from '../../lib/result.ts';
import { Vxlan } from '../../net/dev/vxlan.ts';
import type { FdbView } from '../../net/view.ts';
import type { Command } from '../commands.ts';
import type { Fault, FaultKind } from './fault.ts';
import { deviceNow, findDevice, line, linkRef, rootsOf } from './place.ts';

type MissingFdb = Extract<Fault, { kind: 'missing-fdb' }>;

function entriesOf(dev: unknown): readonly FdbView[] {
  return dev instanceof Vxlan ? dev.fdbView() : [];
}

export const missingFdb: FaultKind<MissingFdb> = {
  plan(world, fault) {
    const found = findDevice(world, fault);
    if (!found.ok) return found;
    const { dev, dst } = fault;
    const before = entriesOf(found.value).filter((entry) => entry.dst === dst);
    if (before.length === 0) return err(`${dev} has no forwarding entry for ${dst}`);
    const repair = (): readonly Command[] => {
      const now = entriesOf(deviceNow(world, fault));
      return before
        .filter(({ mac }) => !now.some((entry) => entry.mac === mac && entry.dst === dst))
        .map(({ mac }) => line(fault, `bridge fdb replace ${mac} dev ${dev} dst ${dst} self permanent`));
    };
    return ok({
      inject: before.map(({ mac }) => line(fault, `bridge fdb del ${mac} dev ${dev} dst ${dst} self`)),
      repair,
      at: [linkRef(fault)],
    });
  },
  candidates: (world) =>
    rootsOf(world).flatMap(({ node, root }) =>
      root
        .links()
        .flatMap((dev) =>
          entriesOf(dev).map((entry) => ({ kind: 'missing-fdb', node, dev: dev.name, dst: entry.dst ?? '' }) as const),
        ),
    ),
};
