/**
 * Whose an address is, in the words of the recordings: `pod:web-a`, `node:class/cni0`, `external`; `netns:class/by-hand` of a namespace made by hand.
 */
import { cidrAddress } from '../lib/cidr.ts';
import type { NetDevice } from '../net/dev/device.ts';
import type { Kernel } from '../net/kernel.ts';
import { isHandMade } from './hand-made.ts';

/** The machines whose devices are searched. */
export interface Endpoints {
  readonly nodes: ReadonlyMap<string, Kernel>;
  readonly external: Kernel | null;
  readonly router: Kernel | null;
}

/** The owner of `address`, or the address itself when no device has it. */
export function addressOwner(ends: Endpoints, address: string): string {
  for (const [kernel, isNode] of kernels(ends)) {
    for (const netns of kernel.namespaces()) {
      for (const dev of netns.links()) {
        if (dev.kind === 'loopback' || !dev.addresses.some((entry) => cidrAddress(entry.address) === address)) continue;
        if (!isNode) return kernel.name;
        return netns === kernel.root
          ? `node:${kernel.name}/${deviceName(dev)}`
          : isHandMade(netns.name)
            ? `netns:${kernel.name}/${netns.name}`
            : `pod:${netns.name.slice(netns.name.indexOf('/') + 1)}`;
      }
    }
  }
  return address;
}

function* kernels(ends: Endpoints): Generator<readonly [Kernel, boolean]> {
  for (const kernel of ends.nodes.values()) yield [kernel, true];
  for (const host of [ends.external, ends.router]) if (host !== null) yield [host, false];
}

/** With routed Pods the gateway's address is on the node end of every pair; their random names say nothing. */
function deviceName(dev: NetDevice): string {
  return dev.kind === 'veth' && dev.peerView?.netns !== 'root' ? 'veth' : dev.name;
}
