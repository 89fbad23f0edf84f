/** Loss and delay in front of a device (`tc qdisc replace dev DEV root netem delay 50ms loss 30%`). */
import { err, ok } from '../../lib/result.ts';
import { netemText } from '../../net/dev/netem.ts';
import { NS_PER_MS } from '../../sim/sim.ts';
import type { Command } from '../commands.ts';
import type { Fault, FaultKind } from './fault.ts';
import { deviceNow, findDevice, line, linkRef, rootsOf } from './place.ts';

type NetemFault = Extract<Fault, { kind: 'netem' }>;

export const netem: FaultKind<NetemFault> = {
  plan(world, fault) {
    const found = findDevice(world, fault);
    if (!found.ok) return found;
    const { dev, delayMs, lossPercent } = fault;
    if (delayMs === 0 && lossPercent === 0) return err('netem: neither loss nor delay');
    const before = found.value.netem;
    const text = netemText({ delayNs: delayMs * NS_PER_MS, loss: lossPercent / 100 });
    const undo = before === null ? `tc qdisc del dev ${dev} root` : `tc qdisc replace dev ${dev} root ${netemText(before)}`;
    const repair = (): readonly Command[] => {
      const now = deviceNow(world, fault)?.netem ?? null;
      return now !== null && netemText(now) === text ? [line(fault, undo)] : [];
    };
    return ok({ inject: [line(fault, `tc qdisc replace dev ${dev} root ${text}`)], repair, at: [linkRef(fault)] });
  },
  candidates: (world) =>
    rootsOf(world).flatMap(({ node, root }) =>
      root
        .links()
        .filter(({ kind }) => kind === 'ether' || kind === 'vxlan')
        .map(({ name }) => ({ kind: 'netem', node, dev: name, lossPercent: 100, delayMs: 0 }) as const),
    ),
};
