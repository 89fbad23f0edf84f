/**
 * What netfilter asks of the namespace it runs in, answered by the namespace.
 */
import { assertExists } from '../lib/assert.ts';
import { cidrAddress } from '../lib/cidr.ts';
import type { NetDevice } from './dev/device.ts';
import { addressType, selectAddress } from './ip/route.ts';
import type { NetfilterHost } from './netfilter/hooks.ts';
import type { Netns } from './netns.ts';

export function netfilterHost(netns: Netns): NetfilterHost {
  const { kernel } = netns;
  const device = (name: string): NetDevice =>
    assertExists(netns.link(name), `no device ${name} in ${kernel.name}/${netns.name}`);
  return {
    now: () => kernel.sim.now,
    addressType: (addr, dev) => addressType(netns, addr, dev),
    masqueradeAddress: (dev, nexthop) => selectAddress(netns, device(dev), nexthop, 'global'),
    primaryAddress: (dev) => {
      const first = device(dev).addresses[0];
      return first === undefined ? null : cidrAddress(first.address);
    },
    sysctl: (name) => netns.sysctl.number(name),
    random: {
      statistic: (probability) => kernel.statistic(probability),
      port: (limit) => kernel.random('nat.port').below(limit),
    },
  };
}
