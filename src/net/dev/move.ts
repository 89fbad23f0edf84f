/** Devices that change their namespace or their name (net/core/dev.c dev_change_net_namespace, dev_change_name). */
import type { Provenance } from '../../lib/provenance.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Netns } from '../netns.ts';
import { introduceNetns } from '../netns-ids.ts';
import { Bridge } from './bridge.ts';
import type { NetDevice } from './device.ts';
import { Loopback } from './loopback.ts';
import { Veth } from './veth.ts';

type Done = Result<void, string>;

/**
 * `ip link set NAME netns TO`: the device goes down and loses addresses, routes and master; it keeps its index unless that is taken where
 * it comes to, and where it was the index is not given again.
 */
export function moveLink(from: Netns, name: string, to: Netns, by: Provenance): Done {
  const dev = from.link(name);
  if (dev === undefined) return err(`Cannot find device "${name}"`);
  if (dev instanceof Bridge || dev instanceof Loopback) return err('RTNETLINK answers: Invalid argument');
  const free = to.checkName(name);
  if (!free.ok) return free;
  from.setLink(name, { up: false, master: null, hairpin: false }, by);
  dev.addresses = [];
  from.forget(dev);
  if (to.hasIfindex(dev.ifindex)) dev.ifindex = to.nextIfindex();
  dev.netns = to;
  to.register(dev);
  introduceNetns(from, to);
  seenByPeer(dev);
  return ok(undefined);
}

/** `ip link set NAME name TO`; the device must be down. */
export function renameLink(netns: Netns, name: string, to: string): Done {
  const dev = netns.link(name);
  if (dev === undefined) return err(`Cannot find device "${name}"`);
  if (dev.up) return err('RTNETLINK answers: Device or resource busy');
  const free = netns.checkName(to);
  if (!free.ok) return free;
  netns.forget(dev);
  dev.name = to;
  netns.register(dev);
  seenByPeer(dev);
  return ok(undefined);
}

/** The other end of a cable shows where this one is. */
function seenByPeer(dev: NetDevice): void {
  if (dev instanceof Veth) dev.peer?.netns.touch();
}
