/**
 * What netfilter asks of the namespace it runs in, answered by the namespace.
 */
import { assertExists } from '../lib/assert.ts';
import { cidrAddress } from '../lib/cidr.ts';
import type { NetDevice } from './dev/device.ts';
import { addressType, selectAddress } from './ip/route.ts';
import type { AddrType, NetfilterHost } from './netfilter/hooks.ts';
import type { RouteType } from './route/fib.ts';
import type { Netns } from './netns.ts';

const FIB_TYPES = {
  unicast: 'UNICAST',
  local: 'LOCAL',
  broadcast: 'BROADCAST',
  blackhole: 'BLACKHOLE',
  unreachable: 'UNREACHABLE',
  prohibit: 'PROHIBIT',
} as const satisfies Record<RouteType, AddrType>;

export function netfilterHost(netns: Netns): NetfilterHost {
  const { kernel } = netns;
  const device = (name: string): NetDevice =>
    assertExists(netns.link(name), `no device ${name} in ${kernel.name}/${netns.name}`);
  return {
    now: () => kernel.sim.now,
    changed: () => {
      netns.touch();
    },
    addressType: (addr, dev) => addressType(netns, addr, dev),
    masqueradeAddress: (dev, nexthop) => selectAddress(netns, device(dev), nexthop, 'global'),
    primaryAddress: (dev) => {
      const first = device(dev).addresses[0];
      return first === undefined ? null : cidrAddress(first.address);
    },
    reversePath: (src, iif) => {
      const route = netns.fib.lookup(src, null);
      return { type: route === null ? 'UNREACHABLE' : FIB_TYPES[route.type], sameDev: route?.dev === iif };
    },
    sysctl: (name) => netns.sysctl.number(name),
    random: {
      statistic: (probability) => kernel.statistic(probability),
      port: (limit) => kernel.random('nat.port').below(limit),
      initval: () => kernel.random('ipset').u32(),
    },
  };
}
