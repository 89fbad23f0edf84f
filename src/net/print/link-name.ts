/**
 * What `ip` and `bridge` call a device: its name and what it hangs on (iproute2 lib/ll_map.c, ip/ipaddress.c print_name_and_link).
 */
import type { LinkView } from '../view.ts';

/** `eth0`, `veth1@veth0` for two ends in one namespace, `eth0@if7` where the other end is elsewhere, `tunl0@NONE`. */
export function linkName({ name, kind, peer }: LinkView): string {
  if (kind === 'ipip') return `${name}@NONE`;
  if (peer === null) return name;
  return `${name}@${peer.netnsid === null ? peer.name : `if${peer.ifindex}`}`;
}

/** `<BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500`, with which a line goes on after the name. */
export function flagsAndMtu({ flags, mtu }: LinkView): string {
  return `<${flags.join(',')}> mtu ${mtu}`;
}
