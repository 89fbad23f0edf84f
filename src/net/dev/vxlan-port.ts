/** Which device takes a VXLAN packet (vxlan_core.c vxlan_vs_find_vni). */
import type { Netns } from '../netns.ts';
import { TunnelPort } from './datapath.ts';
import { Vxlan } from './vxlan.ts';

/** The one of that UDP port and network identifier; a tunnel port takes every identifier. */
export function vxlanFor(netns: Netns, port: number, vni: number): Vxlan | TunnelPort | null {
  for (const dev of netns.links()) {
    if (!(dev instanceof TunnelPort) && !(dev instanceof Vxlan && dev.id === vni)) continue;
    if (dev.dstport === port && dev.up) return dev;
  }
  return null;
}
