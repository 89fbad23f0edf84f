/** An address given a second time (`ip addr add`): who has both near takes the packets of the other. */
import { cidrAddress, cidrOf } from '../../lib/cidr.ts';
import { parseIp } from '../../lib/ip.ts';
import { err, ok } from '../../lib/result.ts';
import type { Fault, FaultKind } from './fault.ts';
import { deviceNow, findDevice, line, linkRef, rootsOf } from './place.ts';

type DuplicateAddress = Extract<Fault, { kind: 'duplicate-address' }>;

export const duplicateAddress: FaultKind<DuplicateAddress> = {
  plan(world, fault) {
    const found = findDevice(world, fault);
    if (!found.ok) return found;
    const addr = parseIp(fault.address);
    if (addr === null) return err(`Error: any valid address is expected rather than "${fault.address}".`);
    const own = cidrOf(addr, 32);
    if (found.value.addresses.some(({ address }) => cidrAddress(address) === addr))
      return err(`${fault.dev} has ${addr} already`);
    const has = (): boolean => deviceNow(world, fault)?.addresses.some(({ address }) => address === own) === true;
    return ok({
      inject: [line(fault, `ip addr add ${own} dev ${fault.dev}`)],
      repair: () => (has() ? [line(fault, `ip addr del ${own} dev ${fault.dev}`)] : []),
      at: [linkRef(fault)],
    });
  },
  /** A Pod's address, given to another node's bridge. */
  candidates(world) {
    const pods = world.store.list('Pod').filter(({ spec, status }) => spec.hostNetwork !== true && status.podIP !== undefined);
    return rootsOf(world).flatMap(({ node, root }) =>
      root
        .links()
        .filter(({ kind }) => kind === 'bridge')
        .flatMap(({ name }) =>
          pods
            .filter(({ spec }) => spec.nodeName !== node)
            .map(({ status }) => ({ kind: 'duplicate-address', node, dev: name, address: status.podIP ?? '' }) as const),
        ),
    );
  },
};
