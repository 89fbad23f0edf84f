/**
 * A cable with both plugs in the same bridge: `ip link add … type veth`, both ends `master` of it. With STP off nothing stops a frame
 * that is flooded: it comes back by the other plug and is flooded again.
 */
import { err, ok } from '../../lib/result.ts';
import type { Fault, FaultKind } from './fault.ts';
import { deviceNow, findDevice, line, linkRef } from './place.ts';

type BridgeLoop = Extract<Fault, { kind: 'bridge-loop' }>;

const PLUGS = ['patch0', 'patch1'] as const;

export const bridgeLoop: FaultKind<BridgeLoop> = {
  plan(world, fault) {
    const { node, bridge } = fault;
    const found = findDevice(world, { node, dev: bridge });
    if (!found.ok) return found;
    if (found.value.kind !== 'bridge') return err(`${bridge} is no bridge`);
    const [a, b] = PLUGS;
    if (deviceNow(world, { node, dev: a }) !== null) return err(`${a} is there already`);
    const plugged = (): boolean => PLUGS.every((dev) => deviceNow(world, { node, dev })?.master?.name === bridge);
    return ok({
      inject: [
        `ip link add ${a} type veth peer name ${b}`,
        `ip link set ${a} master ${bridge} up`,
        `ip link set ${b} master ${bridge} up`,
      ].map((text) => line({ node }, text)),
      repair: () => (plugged() ? [line({ node }, `ip link del ${a}`)] : []),
      at: [linkRef({ node, dev: bridge })],
    });
  },
  candidates: () => [],
};
