/** An MTU that does not fit (`ip link set DEV mtu N`): small packets pass, large ones with DF do not. */
import { err, ok } from '../../lib/result.ts';
import type { Fault, FaultKind } from './fault.ts';
import { deviceNow, findDevice, line, linkRef, rootsOf } from './place.ts';

type MtuFault = Extract<Fault, { kind: 'mtu' }>;

/** Too small for an HTTP answer of a page, large enough for a handshake. */
const SMALL = 100;

export const mtu: FaultKind<MtuFault> = {
  plan(world, fault) {
    const found = findDevice(world, fault);
    if (!found.ok) return found;
    const before = found.value.mtu;
    if (before === fault.mtu) return err(`the mtu of ${fault.dev} is ${before} already`);
    const set = (value: number) => line(fault, `ip link set ${fault.dev} mtu ${value}`);
    return ok({
      inject: [set(fault.mtu)],
      repair: () => (deviceNow(world, fault)?.mtu === fault.mtu ? [set(before)] : []),
      at: [linkRef(fault)],
    });
  },
  candidates: (world) =>
    rootsOf(world).flatMap(({ node, root }) =>
      root
        .links()
        .filter(({ kind }) => kind === 'ether' || kind === 'vxlan')
        .map(({ name }) => ({ kind: 'mtu', node, dev: name, mtu: SMALL }) as const),
    ),
};
