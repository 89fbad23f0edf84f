/**
 * The routes an address brings with it (net/ipv4/fib_frontend.c fib_add_ifaddr): it is local at once; its prefix is on the link and its
 * last address broadcast while the device is up.
 */
import { broadcastAddress, cidrAddress, cidrLength, cidrOf, networkCidr, type Cidr } from '../../lib/cidr.ts';
import { BY_KERNEL } from '../../lib/provenance.ts';
import type { NetDevice } from '../dev/device.ts';
import type { Netns } from '../netns.ts';

/** `local` entries: the address, and on `lo` all of its prefix. */
export function addLocalRoutes(netns: Netns, dev: NetDevice, address: Cidr): void {
  const own = cidrAddress(address);
  const all = dev.kind === 'loopback' && address.startsWith('127.') ? [networkCidr(address)] : [];
  for (const dst of [cidrOf(own, 32), ...all]) {
    netns.fib.add(
      { table: 'local', type: 'local', dst, dev: dev.name, src: own, scope: 'host', proto: 'kernel' },
      BY_KERNEL,
      netns.now,
    );
  }
}

/** The connected prefix and its broadcast address. */
export function addConnectedRoutes(netns: Netns, dev: NetDevice, address: Cidr): void {
  const length = cidrLength(address);
  if (length === 32) return;
  const base = { dev: dev.name, src: cidrAddress(address), proto: 'kernel', scope: 'link' } as const;
  // A loopback device's own prefix is all local.
  if (dev.kind !== 'loopback') netns.fib.add({ ...base, dst: networkCidr(address) }, BY_KERNEL, netns.now);
  if (length === 31) return;
  const broadcast = cidrOf(broadcastAddress(address), 32);
  netns.fib.add({ ...base, table: 'local', type: 'broadcast', dst: broadcast }, BY_KERNEL, netns.now);
}
